/**
 * A small application, as its own back end would be: it asks the authority for sign-ins over HTTP and verifies what
 * comes back with the published client, nothing else. Development only. It may import domain and http; the
 * authority's services, store and pages are as far away from it as from anybody's app.
 */
import { type Clock, createSignInClient, type FetchFunction } from 'countersign/sign-in';
import type { Route } from '../http/exchange.js';
import { logOutEverywhere, logOutHere, refresh, showAccount } from './account.js';
import { callback } from './callback.js';
import { demoClientUrl, demoOauthUrl } from './demo-client.js';
import { createDemoSessions } from './demo-sessions.js';
import { finishWithCode, leadToHome, showHome, showWaiting, startSignIn } from './start.js';
import { underOneName } from './under-one-name.js';

export { DEMO_APP_ID, demoAppSettings } from './demo-app.js';
export { DEMO_CLIENT_ID, demoClientSettings, demoClientUrl, demoOauthUrl } from './demo-client.js';
export { demoOauthRoutes } from './oauth-routes.js';

/**
 * @param options.issuer the authority's URL, where the demo is served as well
 * @param options.mailbox whether mails end up in the development mailbox; else people look into their own
 * @param options.fetch how the demo reaches the authority; default: the global one
 */
export function demoRoutes(options: {
  appId: string;
  issuer: string;
  mailbox: boolean;
  fetch?: FetchFunction;
  clock?: Clock;
}): Route[] {
  const { appId, issuer, mailbox, fetch, clock } = options;
  const context = Object.freeze({
    appId,
    issuer,
    mailbox,
    oauthUrl: demoOauthUrl(issuer),
    client: createSignInClient({ appId, baseUrl: issuer, fetch, clock }),
    sessions: createDemoSessions(issuer),
  });
  const routes = [
    leadToHome(context),
    showHome(context),
    startSignIn(context),
    showWaiting(context),
    finishWithCode(context),
    callback(context),
    showAccount(context),
    refresh(context),
    logOutHere(context),
    logOutEverywhere(context),
  ];
  return underOneName(routes, { home: issuer, other: demoClientUrl(issuer) });
}

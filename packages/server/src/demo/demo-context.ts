import { type SignInClient, SignInError } from 'countersign/sign-in';
import type { HttpResponse, Route, RouteHandler } from '../http/exchange.js';
import { page, seeOther } from '../http/respond.js';
import { renderDemoProblem } from './demo-pages.js';
import type { DemoSessions } from './demo-sessions.js';

export interface DemoContext {
  readonly appId: string;
  readonly issuer: string;
  readonly mailbox: boolean;
  /** Of the demo that speaks OpenID Connect. */
  readonly oauthUrl: string;
  readonly client: SignInClient;
  readonly sessions: DemoSessions;
}

/** A route of the demo. Whatever the sign-in client refuses becomes a page that says so: 401, or 502 if it could not be decided. */
export function demoRoute(method: Route['method'], pattern: string, handle: RouteHandler): Route {
  return {
    method,
    pattern,
    kind: 'page',
    async handle(request, parameters) {
      try {
        return await handle(request, parameters);
      } catch (error) {
        if (!(error instanceof SignInError)) throw error;
        return page(error.code === 'unauthorized' ? 401 : 502, renderDemoProblem({ message: error.message }));
      }
    },
  };
}

export function redirectTo({ issuer }: DemoContext, path: string, cookie?: string): HttpResponse {
  return seeOther(`${issuer}${path}`, cookie === undefined ? {} : { 'set-cookie': [cookie] });
}

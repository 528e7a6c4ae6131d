/** One of everything that the authority gives out, and of everything that is presented to it. */
import { randomUUID } from 'node:crypto';
import { DEVICE_CODE, TOKEN_EXCHANGE } from '../../../src/domain/oauth/client.js';
import { asapToken } from '../../support/asap-token.js';
import { aClientKey, assertionClaims, assertionForm } from '../../support/client-calls.js';
import { ADMIN_TOKEN } from '../../support/joined-authority.js';
import type { TestClient } from '../../support/oauth-clients.js';
import { ISSUER } from '../../support/request-handler.js';
import { appSettings } from '../../support/settings.js';
import {
  aClient,
  aCode,
  aDevice,
  aPerson,
  aService,
  authorize,
  authorizeQuery,
  type Given,
  hidden,
  jsonOf,
  parametersOf,
  post,
  prover,
  token,
  tokens,
  use,
} from './given.js';

export const KINDS = [
  'an access token',
  'an access token of a client for itself',
  'an access token that is bound to a key',
  'an ID token',
  'a logout token',
  'a refresh token',
  'a code',
  'a device code',
  'a user code',
  'a pushed request',
  'a client secret',
  'a client assertion',
  'an assertion of a service',
  'a proof of a key',
  'the secret of a session',
  'an authorization transaction',
  'a logout request',
  'an admin token',
  'an ID token of an app',
  'a refresh token of an app',
  'the id of a sign-in request',
  'a typed code',
  'a grant id',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Minted {
  readonly of: Readonly<Record<Kind, string>>;
  /** To which most of it was given. */
  readonly client: TestClient;
  readonly appId: string;
  /** Of a browser in which somebody else is signed in. */
  readonly cookie: string;
}

const minted = new WeakMap<object, Promise<Minted>>();

/** Once for an authority: nothing of it is used up where it does not belong. */
export function mint(given: Given): Promise<Minted> {
  const known = minted.get(given.store) ?? mintAll(given);
  minted.set(given.store, known);
  return known;
}

async function mintAll(given: Given): Promise<Minted> {
  const client = await aClient(given, {
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE, TOKEN_EXCHANGE],
    postLogoutRedirectUris: ['https://client.example/bye'],
  });
  const key = aClientKey();
  const signing = await aClient(given, { ...key.settings, grantTypes: ['client_credentials'] });
  const app = await ofApp(given);
  const assertion = assertionForm(key.privateKey, assertionClaims(signing.clientId, given.clock()));
  const of = {
    ...(await ofGrants(given, client)),
    ...(await ofPages(given, client)),
    ...(await ofServices(given)),
    ...app.of,
    'a client secret': client.secret,
    'a client assertion': String(assertion['client_assertion']),
    'an admin token': ADMIN_TOKEN,
  };
  return { of, client, appId: app.id, cookie: (await aPerson(given)).cookie };
}

async function ofGrants(given: Given, client: TestClient) {
  const own = prover(given);
  const [made, bound] = [await tokens(given, client), await tokens(given, client, {}, { prover: own })];
  const itself = await token(given, client, { grant_type: 'client_credentials' });
  const device = await aDevice(given, client);
  const now = given.clock();
  const claims = { iss: ISSUER, sub: randomUUID(), aud: client.clientId, iat: now, exp: now + 120 };
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const logout = { ...claims, jti: randomUUID(), events };
  const { grant_id: grantId } = JSON.parse(
    Buffer.from(made.access.split('.')[1] ?? '', 'base64url').toString(),
  ) as { grant_id: string };
  return {
    'an access token': made.access,
    'an access token of a client for itself': String(itself['access_token']),
    'an access token that is bound to a key': bound.access,
    'an ID token': made.id,
    'a logout token': await given.authority.keys.sign('logout+jwt', logout),
    'a refresh token': made.refresh,
    'a code': (await aCode(given, client))['code'] ?? '',
    'a device code': device.deviceCode,
    'a user code': device.userCode,
    'a proof of a key': own.sign({ method: 'POST', url: `${ISSUER}/token` }),
    'a grant id': grantId,
  };
}

async function ofPages(given: Given, client: TestClient) {
  const person = await aPerson(given);
  const fields = Object.fromEntries(new URLSearchParams(authorizeQuery(client.clientId)));
  const pushed = jsonOf(await use(given, post('/par', client, fields)));
  const waiting = parametersOf(await use(given, authorize(client, undefined)));
  const logout = await use(given, { path: '/logout', headers: { cookie: person.cookie } });
  return {
    'a pushed request': String(pushed['request_uri']).replace(/^.*:/, ''),
    'the secret of a session': person.cookie.replace(/^.*=/, ''),
    'an authorization transaction': String(waiting['transaction']),
    'a logout request': hidden(logout, 'request'),
  };
}

async function ofServices(given: Given) {
  const { pair } = await aService(given);
  return { 'an assertion of a service': asapToken(pair.privateKey, given.clock()) };
}

/** What signing in to an app by mail gives. */
async function ofApp(given: Given) {
  const app = await given.authority.apps.create(appSettings({ algorithm: 'ES256', allowRefresh: true }));
  const ask = async (path: string, body: object) =>
    jsonOf(
      await use(given, {
        path: `/${app.id}/${path}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const begun = await ask('authenticate', { email: 'ada@example.com' });
  const code = codeIn((await given.nextMail()).text);
  const signedIn = await ask('code', { requestId: begun['requestId'], code });
  const again = await ask('authenticate', { email: 'bob@example.com' });
  const of = {
    'an ID token of an app': String(signedIn['idToken']),
    'a refresh token of an app': String(signedIn['refreshToken']),
    'the id of a sign-in request': String(again['requestId']),
    'a typed code': codeIn((await given.nextMail()).text),
  };
  return { id: app.id, of };
}

function codeIn(text: string): string {
  return /\b\d{6}\b/.exec(text.replace(/https?:\/\/\S+/g, ''))?.[0] ?? '';
}

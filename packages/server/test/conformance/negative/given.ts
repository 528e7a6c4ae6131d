/** What cases are given: an authority, and clients, people and services that have used it as it is meant to be used. */
import { createHash, randomUUID } from 'node:crypto';
import type { KeyPair } from 'countersign';
import type { DpopSigner } from 'countersign/dpop';
import type { Client } from '../../../src/domain/oauth/client.js';
import type { LoginSession } from '../../../src/domain/oauth/grant.js';
import { hashSecret, randomSecret } from '../../../src/services/secrets.js';
import type { Answer, JoinedAuthority, Sent } from '../../support/joined-authority.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import { addPerson, aSession } from '../../support/oauth-rows.js';
import { newProver } from '../../support/prover.js';
import { aKeyPair } from '../../support/published-pem.js';
import { ISSUER } from '../../support/request-handler.js';
import { aPublishedKey } from '../../support/store-rows.js';

export const REDIRECT_URI = 'https://client.example/cb';
export const API = 'https://api.example';
export const STATE = 'a state';
/** RFC 7636 appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;
export type Json = Readonly<Record<string, unknown>>;

/** A browser in which somebody is signed in. */
export interface Person {
  readonly session: LoginSession;
  readonly cookie: string;
}

export interface Given extends JoinedAuthority {
  /** Of this case alone, so that no limit is shared. */
  readonly clientIp: string;
  /** What must be in no answer but its own, and in no log line. */
  readonly secrets: Set<string>;
}

export async function aClient(given: Given, changes: Partial<Client> = {}): Promise<TestClient> {
  const made = await addClient(given.store, {
    redirectUris: [REDIRECT_URI],
    skipConsent: true,
    ...changes,
  });
  given.secrets.add(made.secret);
  return made;
}

/** The settings of a client change, as its owner changes them. */
export async function change(
  { authority }: Given,
  { clientId }: TestClient,
  changes: Partial<Client>,
): Promise<void> {
  await authority.clients.update(clientId, changes);
}

export async function aPerson(given: Given): Promise<Person> {
  return signIn(given, aSession(await addPerson(given.store)));
}

/** The same person in one more browser. */
export async function elsewhere(given: Given, { session }: Person): Promise<Person> {
  return signIn(given, { ...session, sessionId: randomUUID() });
}

async function signIn(given: Given, like: LoginSession): Promise<Person> {
  const secret = randomSecret();
  const nowSeconds = given.clock();
  const session = {
    ...{ ...like, secretHash: hashSecret(secret), authenticatedAt: nowSeconds },
    ...{ createdAt: nowSeconds, expiresAt: nowSeconds + 43_200 },
  };
  await given.store.oauth.loginSessions.replace(session, null);
  given.secrets.add(secret);
  return { session, cookie: `__Host-countersign-session=${secret}` };
}

/** Ends the session, as its person or an administrator does. */
export async function logOut({ store, clock }: Given, { session: { sessionId } }: Person): Promise<void> {
  await store.oauth.loginSessions.end({ sessionId }, clock(), randomUUID);
}

export function authorizeQuery(clientId: string, changes: Changes = {}): string {
  const parameters: Changes = {
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    state: STATE,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changes,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    for (const each of [value ?? []].flat()) query.append(name, each);
  return query.toString();
}

export function authorize(
  client: TestClient,
  person: Pick<Person, 'cookie'> | undefined,
  changes: Changes = {},
): Sent {
  const headers = person === undefined ? {} : { cookie: person.cookie };
  return { path: `/authorize?${authorizeQuery(client.clientId, changes)}`, headers };
}

/** Sends it, and remembers every secret that is answered. */
export async function use(given: Given, sent: Sent): Promise<Answer> {
  const answer = await given.send(sent, given.clientIp);
  for (const secret of secretsIn(answer)) given.secrets.add(secret);
  return answer;
}

const SECRET_MEMBERS = ['access_token', 'refresh_token', 'id_token', 'device_code', 'client_secret'];

function secretsIn(answer: Answer): string[] {
  const code = parametersOf(answer)['code'];
  const json = jsonOf(answer);
  return [code, ...SECRET_MEMBERS.map((name) => json[name])].filter((each) => typeof each === 'string');
}

export function jsonOf({ text }: Answer): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** What the address of a redirect says. */
export function parametersOf({ headers }: Answer): Readonly<Record<string, string>> {
  const location = headers.get('location');
  if (location === null) return {};
  const { search, hash } = new URL(location, ISSUER);
  return Object.fromEntries(new URLSearchParams(hash === '' ? search : hash.slice(1)));
}

/** The value of a cookie that an answer sets; empty where it sets none. */
export function cookieOf({ headers }: Answer, name: string): string {
  const found = headers.getSetCookie().find((each) => each.startsWith(`__Host-${name}=`));
  return /=([^;]*)/.exec(found ?? '')?.[1] ?? '';
}

/** Rejects unless the request is answered as one that is in order. */
async function useWell(given: Given, sent: Sent): Promise<Answer> {
  const answer = await use(given, sent);
  if (answer.status < 400) return answer;
  throw new Error(`${sent.path} was answered ${answer.status}: ${answer.text}`);
}

/** The form that redeems a code which /authorize has just answered with. */
export async function aCode(
  given: Given,
  client: TestClient,
  changes: Changes = {},
  person?: Person,
): Promise<Readonly<Record<string, string>>> {
  const answer = await useWell(given, authorize(client, person ?? (await aPerson(given)), changes));
  const { code } = parametersOf(answer);
  if (code === undefined) throw new Error(`no code: ${answer.headers.get('location')}`);
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: String(changes['redirect_uri'] ?? REDIRECT_URI),
    code_verifier: VERIFIER,
    ...(client.client.authMethod === 'none' ? { client_id: client.clientId } : {}),
  };
}

export const post = (path: string, { headers }: Pick<TestClient, 'headers'>, form: Changes): Sent => ({
  path,
  headers,
  form,
});

export async function token(given: Given, client: TestClient, form: Changes, proof?: string): Promise<Json> {
  const sent = post('/token', client, form);
  const headers = { ...sent.headers, ...(proof === undefined ? {} : { dpop: proof }) };
  return jsonOf(await useWell(given, { ...sent, headers }));
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly id: string;
}

const tokensOf = (json: Json): Tokens => ({
  access: String(json['access_token']),
  refresh: String(json['refresh_token']),
  id: String(json['id_token']),
});

/** Of a person, by a code; `openid` and what is for the API. */
export async function tokens(
  given: Given,
  client: TestClient,
  changes: Changes = {},
  options: { readonly person?: Person; readonly prover?: DpopSigner } = {},
): Promise<Tokens> {
  const scope = 'openid offline_access read';
  const form = await aCode(given, client, { scope, ...changes }, options.person);
  const proof = options.prover?.sign({ method: 'POST', url: `${ISSUER}/token` });
  return tokensOf(await token(given, client, form, proof));
}

/** Whether a resource server, or the client itself, is told that the token is good. */
export async function isActive(given: Given, client: TestClient, presented: string): Promise<boolean> {
  const answer = await use(given, post('/introspect', client, { token: presented }));
  return jsonOf(answer)['active'] === true;
}

export interface Device {
  readonly deviceCode: string;
  readonly userCode: string;
}

export async function aDevice(given: Given, client: TestClient, changes: Changes = {}): Promise<Device> {
  const json = jsonOf(
    await useWell(given, post('/device_authorization', client, { scope: 'openid read', ...changes })),
  );
  return { deviceCode: String(json['device_code']), userCode: String(json['user_code']) };
}

/** The person types the code and presses a button. */
export async function decideDevice(
  given: Given,
  { userCode }: Device,
  person: Person,
  action: 'connect' | 'deny' = 'connect',
): Promise<void> {
  const asked = await useWell(given, ownForm('/device', person.cookie, { user_code: userCode }));
  await useWell(
    given,
    ownForm('/device', person.cookie, { user_code: userCode, nonce: hidden(asked, 'nonce'), action }),
  );
}

/** As our own pages send it. */
export const ownForm = (path: string, cookie: string, form: Changes): Sent => ({
  path,
  headers: { cookie, origin: 'null', 'sec-fetch-site': 'same-origin' },
  form,
});

/** The value of a hidden field of a page. */
export function hidden({ text }: Answer, name: string): string {
  return new RegExp(`<input type="hidden" name="${name}" value="([^"]*)">`).exec(text)?.[1] ?? '';
}

export interface Service {
  readonly asapIssuer: string;
  readonly pair: KeyPair;
}

/** A service that has published a key. */
export async function aService({ store }: Given, asapIssuer = `svc-${randomUUID()}`): Promise<Service> {
  const { pem, ...pair } = aKeyPair(`${asapIssuer}/${randomUUID()}`);
  await store.publishedKeys.insertOnce(
    aPublishedKey({ kid: pair.privateKey.kid ?? '', issuer: asapIssuer, pem }),
  );
  return { asapIssuer, pair };
}

export const prover = ({ clock }: Given): DpopSigner => newProver(clock);

/** An authority's OAuth over a real SQLite store, with a clock that stands still, and whoever uses it. */
import { createHash, randomBytes } from 'node:crypto';
import { decodeUnverifiedJwt } from 'countersign';
import { createTestClock, type TestClock } from 'countersign/testing';
import type { AuthorizationCode, LoginSession } from '../../src/domain/oauth/grant.js';
import type { Store } from '../../src/domain/stores.js';
import type { HttpResponse } from '../../src/http/exchange.js';
import { ensureAuthorityApp } from '../../src/services/oauth/authority-app.js';
import { hashSecret, randomSecret } from '../../src/services/secrets.js';
import { createVault, type Vault } from '../../src/services/vault.js';
import { httpRequest, type RequestParts } from './http-request.js';
import type { TestClient } from './oauth-clients.js';
import { createOauthProcess, type OauthProcess, type OauthProcessOptions } from './oauth-process.js';
import { aCode, addPerson, aSession } from './oauth-rows.js';
import { ISSUER } from './request-handler.js';
import { NOW } from './store-rows.js';
import { openTemporaryStore } from './temporary-store.js';

export interface OauthAuthority extends OauthProcess {
  readonly clock: TestClock;
  readonly vault: Vault;
  /** As another process would be: its own connection and its own caches; the same master key and the same clock. */
  startProcess(replaced?: Partial<OauthProcessOptions>): Promise<OauthProcess>;
  close(): Promise<void>;
}

export async function openOauthAuthority(
  replaced: Partial<OauthProcessOptions> = {},
): Promise<OauthAuthority> {
  const temporary = await openTemporaryStore();
  const clock = createTestClock(NOW);
  const vault = createVault(randomBytes(32));
  const { store } = temporary;
  await ensureAuthorityApp({ store, vault, clock, issuer: ISSUER, settings: { signingAlgorithm: 'ES256' } });
  const others: Store[] = [];
  return {
    ...createOauthProcess({ store, vault, clock, ...replaced }),
    clock,
    vault,
    async startProcess(replacedThere = {}) {
      const other = await temporary.openAgain();
      others.push(other);
      return createOauthProcess({ store: other, vault, clock, ...replacedThere });
    },
    async close() {
      await Promise.all(others.map((other) => other.close()));
      await temporary.close();
    },
  };
}

export interface JsonAnswer extends HttpResponse {
  readonly json: Readonly<Record<string, unknown>>;
}

export type Form = Readonly<Record<string, string | undefined>> | readonly (readonly [string, string])[];

/** Members that are undefined are left out. */
export async function postForm(
  { handler }: Pick<OauthProcess, 'handler'>,
  path: string,
  form: Form,
  parts: Pick<RequestParts, 'headers' | 'clientIp'> = {},
): Promise<JsonAnswer> {
  const pairs = Object.values(Array.isArray(form) ? form : Object.entries(form));
  const body = new URLSearchParams(
    pairs.filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
  return toJson(await handler.handle(httpRequest({ ...parts, method: 'POST', path, body })));
}

export async function getJson(
  { handler }: Pick<OauthProcess, 'handler'>,
  path: string,
  parts: Pick<RequestParts, 'headers' | 'clientIp'> = {},
): Promise<JsonAnswer> {
  return toJson(await handler.handle(httpRequest({ ...parts, path })));
}

function toJson(response: HttpResponse): JsonAnswer {
  const json: unknown = typeof response.body === 'string' ? JSON.parse(response.body) : {};
  return { ...response, json: json as JsonAnswer['json'] };
}

/** Somebody with a session, such as a browser has after a sign-in. */
export async function signInPerson(store: Store): Promise<LoginSession> {
  const session = aSession(await addPerson(store));
  await store.oauth.loginSessions.replace(session, null);
  return session;
}

export interface IssuedCode {
  readonly row: AuthorizationCode;
  readonly session: LoginSession;
  /** What the client sends to the token endpoint. */
  readonly form: Readonly<Record<string, string>>;
}

/** A code as /authorize hands it out; of a person of its own unless a session is given. */
export async function issueCode(
  store: Store,
  { clientId, client }: TestClient,
  changes: Partial<AuthorizationCode> = {},
  session?: LoginSession,
): Promise<IssuedCode> {
  const signedIn = session ?? (await signInPerson(store));
  const [code, verifier] = [randomSecret(), randomSecret()];
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const row = aCode(clientId, signedIn, { hash: hashSecret(code), codeChallenge, ...changes });
  await store.oauth.authorizations.insertCode(row);
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: row.redirectUri,
    code_verifier: verifier,
    ...(client.authMethod === 'none' ? { client_id: clientId } : {}),
  };
  return { row, session: signedIn, form };
}

/** The claims of a token, whoever signed it. */
export function claimsOf(token: unknown): Readonly<Record<string, unknown>> {
  return decodeUnverifiedJwt(String(token)).unverifiedClaims as Record<string, unknown>;
}

/** The authorization endpoint and its pages over a real store, and browsers that come to them. */
import { createHash } from 'node:crypto';
import { AUTHORITY_APP_ID } from '../../src/domain/app.js';
import type { Client } from '../../src/domain/oauth/client.js';
import type { LoginSession } from '../../src/domain/oauth/grant.js';
import type { AuthorizationStore } from '../../src/domain/oauth/stores.js';
import type { RequestHandler } from '../../src/http/request-handler.js';
import { consentRoutes } from '../../src/routes/login/consent.js';
import { authorizeRoutes } from '../../src/routes/oauth/authorize.js';
import { parRoute } from '../../src/routes/oauth/par.js';
import { showAsset } from '../../src/routes/pages/assets.js';
import {
  type AuthorizationService,
  createAuthorizationService,
} from '../../src/services/oauth/authorize/authorization-service.js';
import { createPushedRequests } from '../../src/services/oauth/authorize/pushed-requests.js';
import { createClientAuthentication } from '../../src/services/oauth/clients/client-authentication.js';
import { createClientService } from '../../src/services/oauth/clients/client-service.js';
import {
  createLoginSessions,
  LOGIN_ACR,
  type LoginSessions,
} from '../../src/services/oauth/sessions/login-sessions.js';
import { createTokenJudge } from '../../src/services/oauth/tokens/token-judge.js';
import { hashSecret } from '../../src/services/secrets.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { addClient, type TestClient } from './oauth-clients.js';
import { type OauthAuthority, openOauthAuthority } from './oauth-endpoints.js';
import { addPerson } from './oauth-rows.js';
import { type PageAnswer, PageVisitor } from './page-visitor.js';
import { proofCheck } from './proof-check.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { createTestHandler, ISSUER } from './request-handler.js';

export const REDIRECT_URI = 'https://client.example/cb';
export const API = 'https://api.example';
/** RFC 7636 appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** Undefined leaves a parameter out; a list repeats it. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface AuthorizePages extends OauthAuthority {
  /** Authorize, resume, consent and PAR; the token endpoint is that of `handler`. */
  readonly pages: RequestHandler;
  readonly authorization: AuthorizationService;
  readonly loginSessions: LoginSessions;
  readonly events: readonly LogLine[];
  newVisitor(): PageVisitor;
  /** A browser in which somebody has just signed in. */
  signedIn(visitor?: PageVisitor): Promise<{ visitor: PageVisitor; session: LoginSession }>;
}

export const SESSION_COOKIE = '__Host-countersign-session';
export const BROWSER_COOKIE = '__Host-countersign-browser';

export async function openAuthorizePages({
  issuer = ISSUER,
  authorizations = {},
}: {
  issuer?: string;
  /** In place of what the store does. */
  authorizations?: Partial<AuthorizationStore>;
} = {}): Promise<AuthorizePages> {
  const authority = await openOauthAuthority();
  const { clock, vault, keys } = authority;
  const { oauth } = authority.store;
  const replaced = { ...oauth, authorizations: { ...oauth.authorizations, ...authorizations } };
  const store = { ...authority.store, oauth: replaced };
  const { logger, lines } = createRecordingLogger();
  const clients = createClientService({ store: store.oauth, clock, logger });
  const shared = { store, clock, logger, issuer, clients, rateLimits: createMemoryRateLimits() };
  const tokenJudge = createTokenJudge({ ...shared, keys });
  const authorization = createAuthorizationService({ ...shared, tokenJudge, acrValues: [LOGIN_ACR] });
  const loginSessions = createLoginSessions({ ...shared, lifetimeSeconds: 43_200, onLogoutQueued: () => {} });
  const pushedRequests = createPushedRequests({
    ...shared,
    tokenJudge,
    clientAuthentication: createClientAuthentication(shared),
    dpopCheck: proofCheck(clock),
  });
  const pages = createTestHandler(
    [
      ...authorizeRoutes({ authorization, loginSessions, issuer }),
      ...consentRoutes({ authorization, loginSessions, vault, issuer }),
      parRoute({ pushedRequests }),
      showAsset(),
    ],
    { issuer, logger },
  );
  const newVisitor = () => new PageVisitor(pages, issuer);
  return {
    ...authority,
    pages,
    authorization,
    loginSessions,
    events: lines,
    newVisitor,
    async signedIn(visitor = newVisitor()) {
      const { secret, session } = await loginSessions.start(await addPerson(store), undefined);
      visitor.cookies.set(SESSION_COOKIE, secret);
      return { visitor, session };
    },
  };
}

/** The same person signs in once more in this browser. */
export async function signInAgain(
  { loginSessions }: AuthorizePages,
  visitor: PageVisitor,
  { personId, email }: LoginSession,
): Promise<LoginSession> {
  const person = { id: personId, email, appId: AUTHORITY_APP_ID };
  const { secret, session } = await loginSessions.start(person, visitor.cookies.get(SESSION_COOKIE));
  visitor.cookies.set(SESSION_COOKIE, secret);
  return session;
}

/** Whoever is signed in is not asked, unless the changes say otherwise. */
export function addOwnClient({ store }: AuthorizePages, changes: Partial<Client> = {}): Promise<TestClient> {
  return addClient(store, { redirectUris: [REDIRECT_URI], skipConsent: true, ...changes });
}

export const askingClient = (pages: AuthorizePages, changes: Partial<Client> = {}) =>
  addOwnClient(pages, { skipConsent: false, name: 'Paper Boats', ...changes });

export function authorizeQuery(clientId: string, changes: Changes = {}): string {
  const parameters: Changes = {
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    state: 'a state',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changes,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    for (const each of [value ?? []].flat()) query.append(name, each);
  return query.toString();
}

export const authorizePath = (clientId: string, changes: Changes = {}) =>
  `/authorize?${authorizeQuery(clientId, changes)}`;

/** What the client is told, or undefined where the answer does not go there. */
export function toldClient({ location }: PageAnswer): Readonly<Record<string, string>> | undefined {
  if (location?.startsWith(REDIRECT_URI) !== true) return undefined;
  const url = new URL(location);
  return Object.fromEntries(new URLSearchParams(url.hash === '' ? url.search : url.hash.slice(1)));
}

export function transactionOf({ location }: PageAnswer): string {
  return new URL(location ?? '', ISSUER).searchParams.get('transaction') ?? '';
}

/** The row of a code that a client was told. */
export async function codeOf({ store, clock }: AuthorizePages, answer: PageAnswer) {
  const code = toldClient(answer)?.['code'] ?? '';
  return (await store.oauth.authorizations.findCode(hashSecret(code), clock()))?.code;
}

/** The login pages and logout beside the authorization endpoint, over a real store; mail is only remembered. */
import { AUTHORITY_APP_ID } from '../../src/domain/app.js';
import type { LoginSession } from '../../src/domain/oauth/grant.js';
import { consentRoutes } from '../../src/routes/login/consent.js';
import { loginRoutes } from '../../src/routes/login/index.js';
import { authorizeRoutes } from '../../src/routes/oauth/authorize.js';
import { endSessionRoutes } from '../../src/routes/oauth/end-session.js';
import { createClientService } from '../../src/services/oauth/clients/client-service.js';
import { createLoginSessions, type LoginSessions } from '../../src/services/oauth/sessions/login-sessions.js';
import { createLogoutService } from '../../src/services/oauth/sessions/logout-service.js';
import { createTokenIssuer } from '../../src/services/oauth/tokens/token-issuer.js';
import { createTokenJudge } from '../../src/services/oauth/tokens/token-judge.js';
import { hashSecret } from '../../src/services/secrets.js';
import { createSignInService } from '../../src/services/sign-in-service.js';
import { createTokenService } from '../../src/services/token-service.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { type AuthorizePages, openAuthorizePages, SESSION_COOKIE } from './authorize-pages.js';
import type { TestClient } from './oauth-clients.js';
import { hiddenFields, type PageAnswer, PageVisitor } from './page-visitor.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { createRecordingMail, type RecordingMail } from './recording-mail.js';
import { createTestHandler, ISSUER } from './request-handler.js';

export interface LoginPages extends AuthorizePages {
  readonly mail: RecordingMail;
  readonly loginSessions: LoginSessions;
  readonly log: readonly LogLine[];
  /** How often it was said that clients wait to be told of a logout. */
  readonly logoutsQueued: () => number;
  newVisitor(): PageVisitor;
  /** An ID token of the session, as the client was issued it. */
  issueIdToken(client: TestClient, session: LoginSession): Promise<string>;
}

export const LIFETIME_SECONDS = 43_200;
const LAX = { limit: 1000, windowSeconds: 60 };

export async function openLoginPages(): Promise<LoginPages> {
  const authority = await openAuthorizePages();
  const { store, clock, vault, keys, authorization } = authority;
  const { logger, lines } = createRecordingLogger();
  const mail = createRecordingMail();
  const shared = { store, clock, vault, logger, issuer: ISSUER };
  let queued = 0;
  const loginSessions = createLoginSessions({
    ...shared,
    lifetimeSeconds: LIFETIME_SECONDS,
    onLogoutQueued: () => {
      queued += 1;
    },
  });
  const signIn = createSignInService({
    ...shared,
    mail,
    rateLimits: createMemoryRateLimits(),
    tokens: createTokenService(shared),
    limits: { mailsPerAddress: LAX, mailsPerIp: LAX },
  });
  const clients = createClientService({ store: store.oauth, clock, logger });
  const logout = createLogoutService({ clients, tokenJudge: createTokenJudge({ ...shared, keys, clients }) });
  const app = await store.apps.find(AUTHORITY_APP_ID);
  if (app === undefined) throw new Error('the authority has no app');
  const handler = createTestHandler(
    [
      ...authorizeRoutes({ authorization, loginSessions, issuer: ISSUER }),
      ...consentRoutes({ authorization, loginSessions, vault, issuer: ISSUER }),
      ...loginRoutes({ ...shared, app, signIn, loginSessions, authorization }),
      ...endSessionRoutes({ ...shared, logout, loginSessions }),
    ],
    { logger },
  );
  const tokens = createTokenIssuer({ keys, clock, issuer: ISSUER });
  const newVisitor = () => new PageVisitor(handler, ISSUER);
  return {
    ...authority,
    mail,
    loginSessions,
    log: lines,
    logoutsQueued: () => queued,
    newVisitor,
    signedIn: (visitor = newVisitor()) => authority.signedIn(visitor),
    issueIdToken: ({ client }, authentication) =>
      tokens.idToken({ client, authentication, nonce: null, scopes: ['openid'], accessToken: null }),
  };
}

/** The session that the browser is in, as the store has it. */
export async function sessionOf(
  { store, clock }: LoginPages,
  { cookies }: PageVisitor,
): Promise<LoginSession | undefined> {
  return store.oauth.loginSessions.find(hashSecret(cookies.get(SESSION_COOKIE) ?? ''), clock());
}

/** Fills in the address as the page asks for it, and gives the answer to the form. */
export async function askForMail(visitor: PageVisitor, path: string, email: string): Promise<PageAnswer> {
  const page = await visitor.get(path);
  return visitor.post('/login/sign-in', { ...hiddenFields(page.body), email });
}

/** From the address to the session, by the typed code. */
export async function signInByCode(
  pages: LoginPages,
  visitor: PageVisitor,
  path = '/login/sign-in',
  email = 'ada@example.com',
): Promise<PageAnswer> {
  await askForMail(visitor, path, email);
  return visitor.post('/login/check-mail', { code: pages.mail.last().code });
}

/** Opens the mailed link and presses its button. */
export async function finishByLink(pages: LoginPages, visitor: PageVisitor): Promise<PageAnswer> {
  const opened = await visitor.get(pages.mail.last().link.replace(ISSUER, ''));
  const page = await visitor.get(opened.location ?? '');
  return visitor.post('/login/confirm', { ...hiddenFields(page.body), action: 'confirm' });
}

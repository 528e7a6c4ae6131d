/**
 * Where the parts of OAuth and OpenID Connect are joined: services over the store, routes over services. app.ts puts them
 * beside the e-mail sign-in.
 */
import type { Clock } from 'countersign';
import { createGuardedFetch } from 'countersign';
import type { Settings } from './config/index.js';
import type { Logger } from './domain/logger.js';
import type { RateLimitStore, Store } from './domain/stores.js';
import type { Route } from './http/exchange.js';
import { consentRoutes } from './routes/login/consent.js';
import { deviceRoutes } from './routes/login/device.js';
import { loginRoutes } from './routes/login/index.js';
import { authorizeRoutes } from './routes/oauth/authorize.js';
import { deviceAuthorizationRoute } from './routes/oauth/device-authorization.js';
import { discoveryRoutes } from './routes/oauth/discovery.js';
import { endSessionRoutes } from './routes/oauth/end-session.js';
import { introspectRoute } from './routes/oauth/introspect.js';
import { jwksRoutes } from './routes/oauth/jwks.js';
import { parRoute } from './routes/oauth/par.js';
import { registerRoutes } from './routes/oauth/register.js';
import { revocationsRoute } from './routes/oauth/revocations.js';
import { revokeRoute } from './routes/oauth/revoke.js';
import { tokenRoute } from './routes/oauth/token.js';
import { userinfoRoutes } from './routes/oauth/userinfo.js';
import { withDpopNonce } from './routes/oauth/with-dpop-nonce.js';
import { ensureAuthorityApp } from './services/oauth/authority-app.js';
import { createAuthorityKeys } from './services/oauth/authority-keys.js';
import { createAuthorizationService } from './services/oauth/authorize/authorization-service.js';
import { createPushedRequests } from './services/oauth/authorize/pushed-requests.js';
import { createClientAuthentication } from './services/oauth/clients/client-authentication.js';
import { createClientRegistration } from './services/oauth/clients/client-registration.js';
import { type ClientService, createClientService } from './services/oauth/clients/client-service.js';
import { createDeviceApproval } from './services/oauth/device-approval.js';
import { createDeviceAuthorizations } from './services/oauth/device-authorization.js';
import { createFeedReaders } from './services/oauth/feed-readers.js';
import {
  createExtensionGrants,
  createGrantAnswer,
  createGrantHandlers,
} from './services/oauth/grants/index.js';
import { createIntrospection } from './services/oauth/introspection.js';
import { createKeyRotationWorker } from './services/oauth/key-rotation-worker.js';
import type { AuthorityKeys } from './services/oauth/oauth-services.js';
import { createTokenRevocation } from './services/oauth/revocation.js';
import { createRevocationFeed } from './services/oauth/revocation-feed.js';
import { createLoginSessions, LOGIN_ACR } from './services/oauth/sessions/login-sessions.js';
import { createLogoutService } from './services/oauth/sessions/logout-service.js';
import { createLogoutWorker } from './services/oauth/sessions/logout-worker.js';
import { createTokenEndpoint } from './services/oauth/token-endpoint.js';
import { createDpopCheck } from './services/oauth/tokens/dpop-check.js';
import { createAuthorityNonces } from './services/oauth/tokens/dpop-nonces.js';
import { createRefreshTokens } from './services/oauth/tokens/refresh-tokens.js';
import { createTokenIssuer } from './services/oauth/tokens/token-issuer.js';
import { createTokenJudge } from './services/oauth/tokens/token-judge.js';
import { createUserinfo } from './services/oauth/userinfo.js';
import type { SignInService } from './services/sign-in-service.js';
import type { Vault } from './services/vault.js';

export interface OauthParts {
  readonly settings: Settings;
  readonly store: Store;
  readonly vault: Vault;
  readonly rateLimits: RateLimitStore;
  readonly signIn: SignInService;
  readonly adminToken: string | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface JoinedOauth {
  readonly routes: readonly Route[];
  readonly clients: ClientService;
  readonly keys: AuthorityKeys;
  /** What goes on beside the answers. */
  readonly workers: readonly { start(): void; stop(): Promise<void> }[];
  /** Lets go of requests that wait for news, which would keep a server from stopping. */
  release(): void;
}

export async function joinOauth(parts: OauthParts): Promise<JoinedOauth> {
  const { settings, store, vault, clock, logger } = parts;
  const { issuer } = settings;
  const app = await ensureAuthorityApp({ store, vault, clock, issuer, settings });
  const services = joinServices(parts);
  const { feed, logout } = services;
  const rotation = createKeyRotationWorker({
    ...{ store, vault, clock, logger },
    rotateAfterSeconds: settings.keyRotationSeconds,
  });
  const routes = [...endpointRoutes(parts, services), ...browserRoutes(parts, services, app)];
  return Object.freeze({
    routes,
    clients: services.clients,
    keys: services.keys,
    workers: [rotation, logout],
    release: () => feed.stop(),
  });
}

type Services = ReturnType<typeof joinServices>;

function joinServices({ settings, store, vault, rateLimits, clock, logger }: OauthParts) {
  const { issuer, mode, sessionLifetimeSeconds: lifetimeSeconds } = settings;
  const base = { store, vault, rateLimits, clock, logger, issuer };
  // In development clients publish their keys, and hear of logouts, on the same machine.
  const fetch = createGuardedFetch({ allow: mode === 'production' ? 'none' : 'all' });
  const keys = createAuthorityKeys(base);
  const clients = createClientService({ store: store.oauth, clock, logger });
  const tokenIssuer = createTokenIssuer({ keys, clock, issuer });
  const refreshTokens = createRefreshTokens(vault);
  const nonces = createAuthorityNonces({ vault, clock });
  const logout = createLogoutWorker({
    ...{ store, clock, logger, tokens: tokenIssuer },
    ...(mode === 'production' ? {} : { fetch }),
  });
  const shared = {
    ...base,
    ...{ keys, clients, tokenIssuer, refreshTokens, nonces },
    tokenJudge: createTokenJudge({ ...base, keys, clients }),
    clientAuthentication: createClientAuthentication({ ...base, fetch }),
    dpopCheck: createDpopCheck({ store, nonces, clock }),
    grantAnswer: createGrantAnswer({ tokenIssuer, refreshTokens, vault }),
    loginSessions: createLoginSessions({ ...base, lifetimeSeconds, onLogoutQueued: () => logout.wake() }),
    acrValues: [LOGIN_ACR],
  };
  return {
    ...shared,
    logout,
    feed: createRevocationFeed(shared),
    authorization: createAuthorizationService(shared),
    pushedRequests: createPushedRequests(shared),
  };
}

/** What programs call. */
function endpointRoutes({ adminToken }: OauthParts, services: Services): readonly Route[] {
  const { issuer, keys, nonces, dpopCheck, clients, acrValues } = services;
  const handlers = [...createGrantHandlers(services), ...createExtensionGrants(services)];
  const proved = [
    tokenRoute({ tokenEndpoint: createTokenEndpoint({ ...services, handlers }) }),
    ...userinfoRoutes({ userinfo: createUserinfo(services), dpopAlgorithms: dpopCheck.algorithms }),
  ];
  return [
    ...proved.map((route) => withDpopNonce(route, nonces)),
    introspectRoute({ introspection: createIntrospection(services) }),
    revokeRoute({ revocation: createTokenRevocation(services) }),
    revocationsRoute({
      revocationFeed: services.feed,
      feedReaders: createFeedReaders({ ...services, adminToken }),
    }),
    withDpopNonce(parRoute(services), nonces),
    deviceAuthorizationRoute({ issuer, deviceAuthorizations: createDeviceAuthorizations(services) }),
    ...jwksRoutes({ keys }),
    ...discoveryRoutes({ issuer, keys, acrValues, registration: adminToken !== null }),
    ...registerRoutes({ registration: createClientRegistration({ clients, adminToken }) }),
  ];
}

/** What people see. */
function browserRoutes(
  { signIn }: OauthParts,
  services: Services,
  app: Awaited<ReturnType<typeof ensureAuthorityApp>>,
): readonly Route[] {
  return [
    ...authorizeRoutes(services),
    ...loginRoutes({ ...services, app, signIn }),
    ...consentRoutes(services),
    ...deviceRoutes({ ...services, deviceApproval: createDeviceApproval(services) }),
    ...endSessionRoutes({ ...services, logout: createLogoutService(services) }),
  ];
}

/** The grants and endpoints of OAuth, as one process of an authority joins them over its connection to the store. */
import type { Clock } from 'countersign';
import type { Store } from '../../src/domain/stores.js';
import type { Route } from '../../src/http/exchange.js';
import type { RequestHandler } from '../../src/http/request-handler.js';
import { deviceRoutes } from '../../src/routes/login/device.js';
import { deviceAuthorizationRoute } from '../../src/routes/oauth/device-authorization.js';
import { introspectRoute } from '../../src/routes/oauth/introspect.js';
import { revocationsRoute } from '../../src/routes/oauth/revocations.js';
import { revokeRoute } from '../../src/routes/oauth/revoke.js';
import { tokenRoute } from '../../src/routes/oauth/token.js';
import { userinfoRoutes } from '../../src/routes/oauth/userinfo.js';
import { withDpopNonce } from '../../src/routes/oauth/with-dpop-nonce.js';
import type { SetTimer } from '../../src/services/mail-worker.js';
import { createAuthorityKeys } from '../../src/services/oauth/authority-keys.js';
import { createClientAuthentication } from '../../src/services/oauth/clients/client-authentication.js';
import { createClientService } from '../../src/services/oauth/clients/client-service.js';
import { createDeviceApproval } from '../../src/services/oauth/device-approval.js';
import { createDeviceAuthorizations } from '../../src/services/oauth/device-authorization.js';
import { createFeedReaders } from '../../src/services/oauth/feed-readers.js';
import {
  createExtensionGrants,
  createGrantAnswer,
  createGrantHandlers,
} from '../../src/services/oauth/grants/index.js';
import { createIntrospection } from '../../src/services/oauth/introspection.js';
import type { AuthorityKeys, TokenIssuer } from '../../src/services/oauth/oauth-services.js';
import { createTokenRevocation } from '../../src/services/oauth/revocation.js';
import { createRevocationFeed, type RevocationFeed } from '../../src/services/oauth/revocation-feed.js';
import { createLoginSessions, type LoginSessions } from '../../src/services/oauth/sessions/login-sessions.js';
import { createTokenEndpoint } from '../../src/services/oauth/token-endpoint.js';
import { createDpopCheck } from '../../src/services/oauth/tokens/dpop-check.js';
import { createAuthorityNonces } from '../../src/services/oauth/tokens/dpop-nonces.js';
import { createRefreshTokens } from '../../src/services/oauth/tokens/refresh-tokens.js';
import { createTokenIssuer } from '../../src/services/oauth/tokens/token-issuer.js';
import { createTokenJudge } from '../../src/services/oauth/tokens/token-judge.js';
import { createUserinfo } from '../../src/services/oauth/userinfo.js';
import type { Vault } from '../../src/services/vault.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { createTestHandler, ISSUER } from './request-handler.js';

export const FEED_ADMIN_TOKEN = 'q3Rk/9+vLx0TzB7mWnE2uYpS5aHdGcJf';

export interface OauthProcess {
  readonly store: Store;
  readonly keys: AuthorityKeys;
  readonly handler: RequestHandler;
  readonly tokenIssuer: TokenIssuer;
  readonly loginSessions: LoginSessions;
  readonly feed: RevocationFeed;
  readonly log: readonly LogLine[];
}

export interface OauthProcessOptions {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  /** In place of the authority's own. */
  readonly keys?: AuthorityKeys;
  /** Of those who follow the feed. */
  readonly setTimer?: SetTimer;
}

export function createOauthProcess(options: OauthProcessOptions): OauthProcess {
  const { store, vault, clock } = options;
  const { logger, lines } = createRecordingLogger();
  const keys = options.keys ?? createAuthorityKeys({ store, vault, clock, logger });
  const refreshTokens = createRefreshTokens(vault);
  const rateLimits = createMemoryRateLimits();
  const clients = createClientService({ store: store.oauth, clock, logger });
  const tokenIssuer = createTokenIssuer({ keys, clock, issuer: ISSUER });
  const nonces = createAuthorityNonces({ vault, clock });
  const shared = {
    ...{ store, vault, clients, clock, logger, issuer: ISSUER, refreshTokens, tokenIssuer },
    rateLimits,
    clientAuthentication: createClientAuthentication({ store, rateLimits, issuer: ISSUER, clock, logger }),
    dpopCheck: createDpopCheck({ store, nonces, clock }),
    tokenJudge: createTokenJudge({
      keys,
      clients,
      store,
      clock,
      issuer: ISSUER,
    }),
    grantAnswer: createGrantAnswer({ tokenIssuer, refreshTokens, vault }),
  };
  const timers = options.setTimer === undefined ? {} : { setTimer: options.setTimer };
  const feed = createRevocationFeed({ ...shared, ...timers });
  const handlers = [...createGrantHandlers(shared), ...createExtensionGrants(shared)];
  const loginSessions = createLoginSessions({ ...shared, lifetimeSeconds: 43_200, onLogoutQueued: () => {} });
  const routes: Route[] = [
    withDpopNonce(tokenRoute({ tokenEndpoint: createTokenEndpoint({ ...shared, handlers }) }), nonces),
    deviceAuthorizationRoute({ ...shared, deviceAuthorizations: createDeviceAuthorizations(shared) }),
    ...deviceRoutes({ ...shared, loginSessions, deviceApproval: createDeviceApproval(shared) }),
    introspectRoute({ introspection: createIntrospection(shared) }),
    revokeRoute({ revocation: createTokenRevocation(shared) }),
    revocationsRoute({
      revocationFeed: feed,
      feedReaders: createFeedReaders({ ...shared, adminToken: FEED_ADMIN_TOKEN }),
    }),
    ...userinfoRoutes({ userinfo: createUserinfo(shared), dpopAlgorithms: ['ES256'] }).map((route) =>
      withDpopNonce(route, nonces),
    ),
  ];
  return { store, keys, tokenIssuer, loginSessions, handler: createTestHandler(routes), feed, log: lines };
}

/**
 * The one place where the parts of an authority are joined: rules over a store, routes over rules, HTTP over routes.
 */
import { type Clock, systemClock } from 'countersign';
import type { Settings } from './config/index.js';
import {
  DEMO_APP_ID,
  DEMO_CLIENT_ID,
  demoAppSettings,
  demoClientSettings,
  demoClientUrl,
  demoOauthRoutes,
  demoRoutes,
} from './demo/index.js';
import type { Logger } from './domain/logger.js';
import { Refusal } from './domain/refusal.js';
import type { RateLimitStore, Store } from './domain/stores.js';
import type { Route } from './http/exchange.js';
import { createNodeListener } from './http/node-listener.js';
import { createRequestHandler, type RequestHandler } from './http/request-handler.js';
import { joinOauth } from './join-oauth.js';
import { renderErrorPage } from './pages/index.js';
import { apiRoutes } from './routes/api/index.js';
import { asapRoutes } from './routes/asap/index.js';
import { healthRoutes } from './routes/health.js';
import { pageRoutes } from './routes/pages/index.js';
import { mailboxRoutes } from './routes/pages/mailbox.js';
import { type AppService, createAppService } from './services/app-service.js';
import { createKeyPublishers } from './services/key-publishers.js';
import { createKeyRepository } from './services/key-repository.js';
import { createMailService, type MailTransport } from './services/mail-service.js';
import { createMailbox, createMailboxTransport } from './services/mailbox.js';
import type { ClientService } from './services/oauth/clients/client-service.js';
import type { AuthorityKeys } from './services/oauth/oauth-services.js';
import { createPurgeWorker } from './services/purge-worker.js';
import { createSignInService } from './services/sign-in-service.js';
import { createTokenService } from './services/token-service.js';
import { assertMasterKey, createVault } from './services/vault.js';

export interface AuthorityOptions {
  readonly settings: Settings;
  /** 32 bytes from outside the store. */
  readonly masterKey: Uint8Array;
  readonly store: Store;
  readonly rateLimits: RateLimitStore;
  /** Null keeps mails in the development mailbox instead of sending them; refused in production. */
  readonly mailTransport: MailTransport | null;
  /** Bearer token of administrators; null lets none in over HTTP. */
  readonly adminToken: string | null;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Registers the demo app and serves it under /demo; refused in production. */
  readonly demo?: boolean;
}

export interface Authority {
  /** Every route, without a socket. */
  readonly handler: RequestHandler;
  readonly apps: AppService;
  readonly clients: ClientService;
  /** The keys that sign for OAuth and OpenID Connect. */
  readonly keys: AuthorityKeys;
  /** What goes on beside the answers. For whoever lets another server listen; else `start` and `stop` see to them. */
  readonly workers: Workers;
  /** Lets go of requests that wait for news, which would keep a server from stopping. */
  release(): void;
  /** Listens where the settings say and begins to send mail. */
  start(): Promise<{ readonly url: string }>;
  /** Takes no new connection, finishes what is under way, leaves unsent mail in the queue. Does not close the store. */
  stop(): Promise<void>;
}

export interface Workers {
  start(): void;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Rejects with `WrongMasterKeyError` when the store was set up under another master key. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const { settings, store, rateLimits, logger, clock = systemClock, demo = false } = options;
  refuseInProduction(options);
  const { issuer } = settings;
  const vault = createVault(options.masterKey);
  await assertMasterKey(vault, store.settings);

  const apps = createAppService({ store, vault, clock });
  const tokens = createTokenService({ store, vault, clock, issuer });
  const transport = options.mailTransport ?? createMailboxTransport({ store, vault, clock });
  const mail = createMailService({ store, vault, transport, clock, logger });
  const { limits } = settings;
  const signIn = createSignInService({
    store,
    vault,
    rateLimits,
    tokens,
    mail,
    clock,
    issuer,
    limits,
    logger,
  });
  const keys = createKeyRepository({ store, clock, logger });
  const publishers = createKeyPublishers({ store, issuer, adminToken: options.adminToken, clock });
  const purge = createPurgeWorker({ store, clock, logger });
  const oauth = await joinOauth({
    ...{ settings, store, vault, rateLimits, signIn, clock, logger },
    adminToken: options.adminToken,
  });

  const routes: Route[] = [
    ...healthRoutes({ store }),
    ...oauth.routes,
    ...asapRoutes({ keys, publishers }),
    ...apiRoutes({ apps, signIn, tokens }),
    ...pageRoutes({ apps, signIn, issuer, vault, clock }),
  ];
  if (options.mailTransport === null)
    routes.push(...mailboxRoutes({ mailbox: createMailbox({ store, vault }) }));
  if (demo) {
    await registerDemoApp(apps, issuer);
    await registerDemoClient(oauth.clients, issuer);
    const mailbox = options.mailTransport === null;
    routes.push(...demoRoutes({ appId: DEMO_APP_ID, issuer, mailbox }));
    routes.push(...demoOauthRoutes({ issuer, mailbox }));
  }

  const { trustedProxies, maxConnections } = settings;
  const allowedHosts = demo
    ? [...settings.allowedHosts, new URL(demoClientUrl(issuer)).host]
    : settings.allowedHosts;
  const handler = createRequestHandler({ routes, issuer, allowedHosts, renderErrorPage, clock, logger });
  const listener = createNodeListener({ handler, trustedProxies, limits: { maxConnections }, logger });
  const workers = together([mail, purge, ...oauth.workers]);
  return Object.freeze({
    handler,
    apps,
    clients: oauth.clients,
    keys: oauth.keys,
    workers,
    release: () => oauth.release(),
    async start() {
      await listener.listen({ host: settings.host, port: settings.port });
      workers.start();
      return { url: issuer };
    },
    async stop() {
      oauth.release();
      await listener.stop();
      await workers.stop();
    },
  });
}

function together(workers: readonly Workers[]): Workers {
  return Object.freeze({
    start() {
      for (const worker of workers) worker.start();
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  });
}

function refuseInProduction({ settings, mailTransport, demo }: AuthorityOptions): void {
  if (settings.mode !== 'production') return;
  if (mailTransport === null)
    throw new Error('production needs a mail server: the mailbox is for development');
  if (demo === true) throw new Error('the demo is for development');
}

async function registerDemoApp(apps: AppService, issuer: string): Promise<void> {
  const found = await apps.require(DEMO_APP_ID).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'unknown_app') return undefined;
    throw error;
  });
  const settings = demoAppSettings(issuer);
  if (found === undefined) await apps.create(settings, DEMO_APP_ID);
  else if (found.redirectUrl !== settings.redirectUrl) await apps.update(DEMO_APP_ID, settings);
}

async function registerDemoClient(clients: ClientService, issuer: string): Promise<void> {
  const found = await clients.require(DEMO_CLIENT_ID).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not_found') return undefined;
    throw error;
  });
  const settings = demoClientSettings(issuer);
  if (found === undefined) await clients.create(settings, DEMO_CLIENT_ID);
  else if (found.redirectUris[0] !== settings.redirectUris[0]) await clients.update(DEMO_CLIENT_ID, settings);
}

import { UsageError } from 'countersign';
import { type Authority as JoinedAuthority, createAuthority as joinAuthority } from '../app.js';
import type { Store } from '../domain/stores.js';
import { type ClientAddressResolver, createClientAddressResolver } from '../http/client-address.js';
import { createMountedListener, type MountedListener } from '../http/mounted-listener.js';
import type { RequestHandler } from '../http/request-handler.js';
import { createStoppableHandler } from '../http/stoppable-handler.js';
import { createWebHandler } from '../http/web-handler.js';
import { wellKnownPathsOf } from '../http/well-known-paths.js';
import type { MailTransport } from '../services/mail-transport.js';
import { createSmtpTransport } from '../services/smtp-transport.js';
import { createMemoryRateLimits } from '../store/memory/index.js';
import { migrateSqlite, openMemoryStore, openSqliteStore } from '../store/sqlite/index.js';
import type { AuthorityOptions } from './authority-options.js';
import { type CheckedOptions, checkAuthorityOptions } from './check-authority-options.js';
import { createMailFunctionTransport } from './mail-function.js';

/** An authority in a program of your own: mounted in its server, under the path of the issuer. */
export interface Authority {
  /** As every token and every document has it. */
  readonly issuer: string;
  /**
   * Answers a request whose URL has the whole path, that of the issuer included. `remoteAddress` is that of the connection,
   * as the surrounding server knows it: by it, and by `X-Forwarded-For` where it is a trusted proxy, requests are limited.
   * Rejects with UsageError if neither it nor the option `clientIp` is given; with nothing else.
   */
  fetch(request: Request, connection?: { readonly remoteAddress: string | undefined }): Promise<Response>;
  /** The same for a server of node:http, and for the frameworks on one. Never rejects. */
  readonly nodeListener: MountedListener;
  /**
   * Besides everything under the issuer, these paths at the root of the host belong to the authority: the documents that
   * programs find it by (RFC 8414 section 3.1). Lead GET of them to it too.
   */
  readonly wellKnownPaths: readonly string[];
  /** The apps that people sign in to. */
  readonly apps: JoinedAuthority['apps'];
  /** The OAuth 2.0 clients. */
  readonly clients: JoinedAuthority['clients'];
  /** The keys that sign for OAuth 2.0 and OpenID Connect. */
  readonly keys: JoinedAuthority['keys'];
  /** Begins what goes on beside the answers: sending mail, rotating keys, forgetting what has expired. */
  start(): void;
  /** Answers 503 from now on, finishes what is under way, and closes the database. Unsent mail stays in it. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * An authority for a server of your own. Opens its database, or makes it. Does not listen and sends no mail before `start`.
 *
 * @throws {UsageError} `invalid_options` that lists every problem
 * Rejects with SchemaError for a database that is not migrated, or that a newer version has migrated; with
 * StoreUnavailableError if it cannot be opened; with WrongMasterKeyError for one that another master key was used for.
 */
export async function createAuthority(given: AuthorityOptions): Promise<Authority> {
  const options = checkAuthorityOptions(given);
  const store = await openStore(options);
  try {
    return mount(await join(options, store), store, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openStore({ database, migrate, logger }: CheckedOptions): Promise<Store> {
  if (database === 'memory') return openMemoryStore({ logger });
  if (migrate) await migrateSqlite({ file: database });
  return openSqliteStore({ file: database, logger });
}

function join(options: CheckedOptions, store: Store): Promise<JoinedAuthority> {
  const { settings, masterKey, adminToken, logger, clock } = options;
  return joinAuthority({
    settings,
    masterKey,
    store,
    rateLimits: createMemoryRateLimits(),
    mailTransport: transportOf(options),
    adminToken,
    logger,
    clock,
  });
}

function transportOf({ mail }: CheckedOptions): MailTransport | null {
  if (mail === 'mailbox') return null;
  return typeof mail === 'function' ? createMailFunctionTransport(mail) : createSmtpTransport(mail);
}

function mount(authority: JoinedAuthority, store: Store, options: CheckedOptions): Authority {
  const { settings, logger } = options;
  const clientAddress = createClientAddressResolver(settings.trustedProxies);
  const handler = createStoppableHandler(authority.handler);
  let stopped: Promise<void> | undefined;

  async function stopOnce(): Promise<void> {
    authority.release();
    await handler.stop(STOP_TIMEOUT_MS);
    await authority.workers.stop();
    await store.close();
  }
  return Object.freeze({
    issuer: settings.issuer,
    fetch: createFetch(handler, clientAddress, options),
    nodeListener: createMountedListener({ handler, clientAddress, logger }),
    wellKnownPaths: wellKnownPathsOf(settings.issuer),
    apps: authority.apps,
    clients: authority.clients,
    keys: authority.keys,
    start: () => authority.workers.start(),
    stop() {
      stopped ??= stopOnce();
      return stopped;
    },
  });
}

function createFetch(
  handler: RequestHandler,
  clientAddress: ClientAddressResolver,
  { clientIp, logger }: CheckedOptions,
): Authority['fetch'] {
  return async (request, connection) => {
    const ipOf = () => {
      // Frameworks that call it themselves may give something else here.
      if (connection !== undefined && 'remoteAddress' in connection)
        return clientAddress(connection.remoteAddress, request.headers.get('x-forwarded-for') ?? undefined);
      if (clientIp !== undefined) return clientAddress(clientIp(request), undefined);
      throw new UsageError('invalid_options', 'fetch', [
        'the address of the client is missing, by which requests are limited: give { remoteAddress } with each, or the option clientIp',
      ]);
    };
    return createWebHandler({ handler, clientIp: ipOf, logger })(request);
  };
}

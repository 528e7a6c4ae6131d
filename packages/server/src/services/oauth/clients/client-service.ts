import { randomBytes } from 'node:crypto';
import type { Clock } from 'countersign';
import type { Logger } from '../../../domain/logger.js';
import type { Client, ClientSettings } from '../../../domain/oauth/client.js';
import { checkClientSettings } from '../../../domain/oauth/client-settings.js';
import type { OauthStores } from '../../../domain/oauth/stores.js';
import { Refusal } from '../../../domain/refusal.js';
import { createLoadingCache } from '../../loading-cache.js';
import type { ClientDirectory } from '../oauth-services.js';
import { createClientSecret } from './client-secrets.js';

/** OAuth clients as their owners manage them. Secrets are told once, and only their hashes are kept (row O17). */
export interface ClientService extends ClientDirectory {
  /**
   * With its first secret, where it authenticates by one. Rejects with `ClientSettingsError` listing every problem, and
   * with Refusal conflict for an id that is taken.
   *
   * @param id for a client that is the same in every installation; else one is made. No person's id begins so (row O19).
   */
  create(settings: Partial<ClientSettings>, id?: `client_${string}`): Promise<CreatedClient>;
  /** As the store has it now, disabled ones too. Refusal not_found. */
  require(id: string): Promise<Client>;
  /** Ordered by id, disabled ones too. Refusal invalid_parameter. */
  list(page: { afterId: string | null; limit: number }): Promise<readonly Client[]>;
  /**
   * Merges `changes` into the settings. A client that is disabled loses its grants for good, and one that is to
   * authenticate by a secret from now on has none before `rotateSecret`.
   * Refusals: not_found, conflict where it is not of `expectedVersion`; `ClientSettingsError`.
   */
  update(id: string, changes: Partial<ClientSettings>, expectedVersion?: number): Promise<Client>;
  /**
   * A new secret. The one before it stays good for `overlapSeconds`, a day if nothing is said, so that what uses it can
   * be changed in peace; 0 ends it at once. Any older one is gone. Refusals: not_found; invalid_parameter for a client
   * that authenticates otherwise.
   */
  rotateSecret(
    id: string,
    options?: { readonly overlapSeconds?: number | undefined },
  ): Promise<RotatedSecret>;
  /** With its grants, which are revoked. Refusal not_found. */
  delete(id: string): Promise<void>;
}

export interface CreatedClient {
  readonly client: Client;
  /** Null where it authenticates otherwise. */
  readonly secret: string | null;
}

export interface RotatedSecret {
  readonly secret: string;
  /** When the one before it ends. */
  readonly overlapEndsAt: number;
}

export interface ClientServiceOptions {
  readonly store: Pick<OauthStores, 'clients'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long another process's change to a client may go unseen by `find`. */
  readonly cacheSeconds?: number;
}

export const MAX_OVERLAP_SECONDS = 30 * 24 * 60 * 60;
export const DEFAULT_OVERLAP_SECONDS = 24 * 60 * 60;
const DEFAULT_CACHE_SECONDS = 5;
const MAX_CACHED_CLIENTS = 10_000;
const MAX_PAGE = 1_000;
const ID_PREFIX = 'client_';
const ID_BYTES = 16;
/** Lenient, for what is looked up: an id holds no space and no control character, and fits into a log line. */
const ID_SHAPE = /^[\x21-\x7e]{1,200}$/;

export function createClientService(options: ClientServiceOptions): ClientService {
  const { clock, logger, cacheSeconds = DEFAULT_CACHE_SECONDS } = options;
  const { clients } = options.store;
  const now = () => Math.floor(clock());
  const cache = createLoadingCache({
    load: async (id) => (await clients.find(id, now()))?.client,
    clock,
    maxAgeSeconds: cacheSeconds,
    maxEntries: MAX_CACHED_CLIENTS,
  });

  /** Changes are never made from a cached state. */
  async function load(id: string): Promise<Client> {
    const stored = isClientIdShaped(id) ? await clients.find(id, now()) : undefined;
    if (stored === undefined) throw unknownClient();
    return stored.client;
  }

  async function create(
    given: Partial<ClientSettings>,
    id: `client_${string}` = `${ID_PREFIX}${randomBytes(ID_BYTES).toString('base64url')}`,
  ): Promise<CreatedClient> {
    const settings = checkClientSettings(given, null);
    const nowSeconds = now();
    const client: Client = Object.freeze({
      ...settings,
      id,
      createdAt: nowSeconds,
      updatedAt: nowSeconds,
      version: 1,
    });
    const made = hasSecret(client) ? createClientSecret(nowSeconds) : null;
    if (!(await clients.insertOnce(client, made?.kept ?? null))) throw new Refusal('conflict');
    cache.forget(id);
    logger.info('oauth_client_created', { client: client.id, authMethod: client.authMethod });
    return Object.freeze({ client, secret: made?.secret ?? null });
  }

  async function update(
    id: string,
    changes: Partial<ClientSettings>,
    expectedVersion?: number,
  ): Promise<Client> {
    const before = await load(id);
    if (expectedVersion !== undefined && expectedVersion !== before.version) throw new Refusal('conflict');
    const settings = checkClientSettings(changes, before);
    const result = await clients.update(id, before.version, settings, now());
    cache.forget(id);
    if (result.outcome !== 'updated')
      throw result.outcome === 'conflict' ? new Refusal('conflict') : unknownClient();
    logger.info('oauth_client_changed', { client: id, disabled: settings.disabled });
    return result.client;
  }

  async function rotateSecret(
    id: string,
    { overlapSeconds = DEFAULT_OVERLAP_SECONDS }: { readonly overlapSeconds?: number | undefined } = {},
  ): Promise<RotatedSecret> {
    checkOverlap(overlapSeconds);
    if (!hasSecret(await load(id)))
      throw new Refusal('invalid_parameter', { message: 'This client does not authenticate by a secret.' });
    const nowSeconds = now();
    const { secret, kept } = createClientSecret(nowSeconds);
    const overlapEndsAt = nowSeconds + overlapSeconds;
    if (!(await clients.addSecret(id, kept, overlapEndsAt))) throw unknownClient();
    logger.info('oauth_client_secret_rotated', { client: id, overlapEndsAt });
    return Object.freeze({ secret, overlapEndsAt });
  }

  return Object.freeze({
    create,
    update,
    rotateSecret,
    require: load,
    async find(id: string) {
      const client = isClientIdShaped(id) ? await cache.get(id) : undefined;
      return client?.disabled === false ? client : undefined;
    },
    async list({ afterId, limit }: { afterId: string | null; limit: number }) {
      const isPage = Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE;
      if (!isPage || (afterId !== null && !isClientIdShaped(afterId)))
        throw new Refusal('invalid_parameter', {
          message: `A page has 1 to ${MAX_PAGE} clients and begins after the id of a client.`,
        });
      return clients.list({ afterId, limit });
    },
    async delete(id: string) {
      const existed = isClientIdShaped(id) && (await clients.delete(id, now()));
      cache.forget(id);
      if (!existed) throw unknownClient();
      logger.info('oauth_client_deleted', { client: id });
    },
  });
}

/** Whether it could be an id; asked before any store is. */
export function isClientIdShaped(id: unknown): id is string {
  return typeof id === 'string' && ID_SHAPE.test(id);
}

/**
 * Whether it is named like a client of ours. Only such a name is repeated, in a log line or as what is counted: anything
 * else in its place may be a secret, sent the wrong way round (row S6).
 */
export function isClientIdNamed(id: unknown): id is string {
  return isClientIdShaped(id) && id.startsWith(ID_PREFIX);
}

function hasSecret({ authMethod }: Pick<Client, 'authMethod'>): boolean {
  return authMethod === 'client_secret_basic' || authMethod === 'client_secret_post';
}

function checkOverlap(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_OVERLAP_SECONDS) return;
  throw new Refusal('invalid_parameter', {
    message: `The old secret may stay good for 0 to ${MAX_OVERLAP_SECONDS} whole seconds.`,
  });
}

function unknownClient(): Refusal {
  return new Refusal('not_found', { message: 'There is no client with this id.' });
}

import { randomUUID } from 'node:crypto';
import type { Clock } from 'countersign';
import type { App, AppSettings } from '../domain/app.js';
import { AppSettingsError, checkAppSettings } from '../domain/app-settings.js';
import { Refusal } from '../domain/refusal.js';
import type { Store } from '../domain/stores.js';
import { alignKeySet, type RotatedKeys, rotateKeySet, withdrawKey } from './key-rotation.js';
import { createLoadingCache } from './loading-cache.js';
import { createStoredKeySet } from './stored-keys.js';
import type { Vault } from './vault.js';

export interface AppService {
  /** Makes the app with its first key set. Rejects with `AppSettingsError` listing every problem. */
  create(settings: Partial<AppSettings>, id?: string): Promise<App>;
  /** Through a cache of bounded age. Rejects with Refusal `unknown_app`. */
  require(id: string): Promise<App>;
  /** Refusal invalid_parameter. */
  list(page: { afterId: string | null; limit: number }): Promise<readonly App[]>;
  /** Merges `changes` into the settings. Refusals: unknown_app, conflict; `AppSettingsError`. */
  update(id: string, changes: Partial<AppSettings>): Promise<App>;
  /** Refusal unknown_app. */
  delete(id: string): Promise<void>;
  /** next signs from now on, current stays published until its last token has expired. Refusals: unknown_app, conflict. */
  rotateKeys(id: string): Promise<RotatedKeys>;
  /** For a key that somebody else may have: it is out of the set at once, and its tokens fail. Refusals: unknown_app, unknown_key. */
  withdrawKey(id: string, kid: string): Promise<RotatedKeys>;
}

export interface AppServiceOptions {
  readonly store: Pick<Store, 'apps' | 'signingKeys'>;
  readonly vault: Vault;
  readonly clock: Clock;
  /** How long another process's change to an app may go unseen here. */
  readonly cacheSeconds?: number;
}

const DEFAULT_CACHE_SECONDS = 5;
const MAX_CACHED_APPS = 10_000;
const MAX_PAGE = 1_000;
/** In lower case only: the id is part of the issuer, which is compared as text. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createAppService(options: AppServiceOptions): AppService {
  const { store, vault, clock, cacheSeconds = DEFAULT_CACHE_SECONDS } = options;
  const cache = createLoadingCache({
    load: (id) => store.apps.find(id),
    clock,
    maxAgeSeconds: cacheSeconds,
    maxEntries: MAX_CACHED_APPS,
  });
  const now = () => Math.floor(clock());

  /** As the store has it now: changes are never made from a cached state. */
  async function load(id: string): Promise<App> {
    const app = isAppId(id) ? await store.apps.find(id) : undefined;
    if (app === undefined) throw new Refusal('unknown_app');
    return app;
  }

  async function create(given: Partial<AppSettings>, id: string = randomUUID()): Promise<App> {
    if (!isAppId(id)) throw new AppSettingsError(['id must be a UUID in lower case']);
    const settings = checkAppSettings(given, null);
    const nowSeconds = now();
    const app: App = Object.freeze({
      ...settings,
      id,
      createdAt: nowSeconds,
      updatedAt: nowSeconds,
      version: 1,
    });
    const keys = createStoredKeySet(vault, { appId: id, algorithm: app.algorithm, nowSeconds });
    if (!(await store.apps.insertOnce(app, keys)))
      throw new Refusal('conflict', { message: 'An app with this id exists already.' });
    cache.forget(id);
    return app;
  }

  async function update(id: string, changes: Partial<AppSettings>): Promise<App> {
    const before = await load(id);
    const settings = checkAppSettings(changes, before);
    const result = await store.apps.update(id, before.version, settings, now());
    cache.forget(id);
    if (result.outcome !== 'updated') {
      throw new Refusal(result.outcome === 'conflict' ? 'conflict' : 'unknown_app');
    }
    // After the settings, not before: whoever loses the race for the version must not have touched the keys.
    await alignKeySet(store.signingKeys, vault, result.app, now());
    return result.app;
  }

  return Object.freeze({
    create,
    update,
    async require(id: string) {
      const app = isAppId(id) ? await cache.get(id) : undefined;
      if (app === undefined) throw new Refusal('unknown_app');
      return app;
    },
    async list({ afterId, limit }: { afterId: string | null; limit: number }) {
      const isPage = Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE;
      if (!isPage || (afterId !== null && !isAppId(afterId))) {
        throw new Refusal('invalid_parameter', {
          message: `A page has 1 to ${MAX_PAGE} apps and begins after the id of an app.`,
        });
      }
      return store.apps.list({ afterId, limit });
    },
    async delete(id: string) {
      const existed = isAppId(id) && (await store.apps.delete(id));
      cache.forget(id);
      if (!existed) throw new Refusal('unknown_app');
    },
    async rotateKeys(id: string) {
      return rotateKeySet(store.signingKeys, vault, await load(id), now());
    },
    async withdrawKey(id: string, kid: string) {
      return withdrawKey(store.signingKeys, vault, await load(id), kid, now());
    },
  });
}

function isAppId(id: unknown): id is string {
  return typeof id === 'string' && UUID.test(id);
}

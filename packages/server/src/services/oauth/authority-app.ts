import type { Clock } from 'countersign';
import type { App, AppSettings, SigningAlgorithm } from '../../domain/app.js';
import { APP_DEFAULTS, AUTHORITY_APP_ID } from '../../domain/app.js';
import { MAX_TOKEN_LIFETIME_SECONDS } from '../../domain/oauth/client.js';
import type { Store } from '../../domain/stores.js';
import { alignNextKey } from '../key-rotation.js';
import { createStoredKeySet } from '../stored-keys.js';
import type { Vault } from '../vault.js';

export interface AuthorityAppOptions {
  readonly store: Pick<Store, 'apps' | 'signingKeys'>;
  readonly vault: Vault;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
  readonly settings: { readonly signingAlgorithm: SigningAlgorithm };
}

/** More sign-ins for one application would be told apart from abuse by nobody. */
const MAILS_PER_HOUR = 10_000;
/** Several processes that begin at once may change the app under each other, each of them once. */
const MAX_ATTEMPTS = 10;

/**
 * The app by which people sign in to the authority itself: made with its first keys where there is none, and brought in
 * line with the configuration. Another algorithm is that of the next key from now on, and signs once that key has been
 * published for long enough. Any number of processes may begin at once.
 */
export async function ensureAuthorityApp(options: AuthorityAppOptions): Promise<App> {
  const nowSeconds = Math.floor(options.clock());
  const app = await insertOrUpdate(options, nowSeconds);
  await alignNextKey(options.store.signingKeys, options.vault, app, nowSeconds);
  return app;
}

async function insertOrUpdate(
  { store, vault, issuer, settings }: AuthorityAppOptions,
  nowSeconds: number,
): Promise<App> {
  const wanted = authorityAppSettings(issuer, settings.signingAlgorithm);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const found = await store.apps.find(AUTHORITY_APP_ID);
    if (found === undefined) {
      const app = {
        ...wanted,
        id: AUTHORITY_APP_ID,
        createdAt: nowSeconds,
        updatedAt: nowSeconds,
        version: 1,
      };
      const keys = createStoredKeySet(vault, { appId: app.id, algorithm: app.algorithm, nowSeconds });
      if (await store.apps.insertOnce(app, keys)) return Object.freeze(app);
      continue;
    }
    if (isAsWanted(found, wanted)) return found;
    const result = await store.apps.update(AUTHORITY_APP_ID, found.version, wanted, nowSeconds);
    if (result.outcome === 'updated') return result.app;
  }
  throw new Error('The app of the authority is changed by others all the time.');
}

/** People are told the host that they sign in to. Tokens of e-mail sign-in are never delivered: the code leads to a session. */
function authorityAppSettings(issuer: string, algorithm: SigningAlgorithm): AppSettings {
  return {
    ...APP_DEFAULTS,
    name: new URL(issuer).host,
    redirectUrl: `${issuer}/authorize`,
    delivery: 'code',
    linkBinding: 'same-browser',
    algorithm,
    idTokenLifetimeSeconds: MAX_TOKEN_LIFETIME_SECONDS,
    mailsPerHour: MAILS_PER_HOUR,
  };
}

function isAsWanted(app: App, wanted: AppSettings): boolean {
  const names = Object.keys(wanted) as (keyof AppSettings)[];
  return names.every((name) => JSON.stringify(app[name]) === JSON.stringify(wanted[name]));
}

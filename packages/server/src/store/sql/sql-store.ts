import type { Store } from '../../domain/stores.js';
import { createSqlAppStore } from './app-store.js';
import type { SqlDriver } from './driver.js';
import { createSqlMailStore } from './mail-store.js';
import { readSchemaVersion } from './migrate.js';
import { createSqlOauthStores } from './oauth/index.js';
import { createSqlPersonStore } from './person-store.js';
import { createSqlPublishedKeyStore } from './published-key-store.js';
import { purgeExpired } from './purge.js';
import { createSqlRefreshTokenStore } from './refresh-token-store.js';
import { createSqlReplayedTokenStore } from './replayed-token-store.js';
import { createSqlSettingStore } from './setting-store.js';
import { createSqlSignInStore } from './sign-in-store.js';
import { createSqlSigningKeyStore } from './signing-key-store.js';

/** The durable store over any SQL database for which there is a driver. The database has this program's schema. */
export function createSqlStore(driver: SqlDriver): Store {
  return Object.freeze({
    apps: createSqlAppStore(driver),
    signingKeys: createSqlSigningKeyStore(driver),
    people: createSqlPersonStore(driver),
    signIns: createSqlSignInStore(driver),
    refreshTokens: createSqlRefreshTokenStore(driver),
    mail: createSqlMailStore(driver),
    settings: createSqlSettingStore(driver),
    publishedKeys: createSqlPublishedKeyStore(driver),
    replayedTokens: createSqlReplayedTokenStore(driver),
    oauth: createSqlOauthStores(driver),
    ping: async () => {
      await driver.read(readSchemaVersion);
    },
    purgeExpired: (nowSeconds: number, limit: number) => driver.write(() => purgeExpired(nowSeconds, limit)),
    close: () => driver.close(),
  });
}

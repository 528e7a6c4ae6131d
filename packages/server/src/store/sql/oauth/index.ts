/**
 * The OAuth stores over SQL, one contract a file. Each verb is one write. Whoever takes a single-use thing or moves a
 * family on does so by one statement that decides; that nothing is granted after a revocation (O15) also needs writes
 * to happen as if one after the other, as SQLite does them and PostgreSQL does with serializable transactions.
 */
import type { OauthStores } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { createSqlAuthorizationStore } from './authorization-store.js';
import { createSqlClientStore } from './client-store.js';
import { createSqlDeviceStore } from './device-store.js';
import { createSqlGrantStore } from './grant-store.js';
import { createSqlLoginSessionStore } from './login-session-store.js';
import { createSqlLogoutDeliveryStore } from './logout-delivery-store.js';
import { createSqlRevocationStore } from './revocation-store.js';

export { OAUTH_PURGES } from './purges.js';

export function createSqlOauthStores(driver: SqlDriver): OauthStores {
  return Object.freeze({
    clients: createSqlClientStore(driver),
    loginSessions: createSqlLoginSessionStore(driver),
    authorizations: createSqlAuthorizationStore(driver),
    grants: createSqlGrantStore(driver),
    devices: createSqlDeviceStore(driver),
    revocations: createSqlRevocationStore(driver),
    logoutDeliveries: createSqlLogoutDeliveryStore(driver),
  });
}

import type { PublishedKey } from '../../domain/published-key.js';
import type { PublishedKeyStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { rowLimit } from './row-limit.js';
import { all, first, run } from './sql-program.js';

const COLUMNS = `kid AS "kid", issuer AS "issuer", pem AS "pem", published_at AS "publishedAt",
  revoked_at AS "revokedAt"`;
/** Decides between keys that race for one id. */
const INSERT = `INSERT INTO published_keys (kid, issuer, pem, published_at, revoked_at)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kid) DO NOTHING`;
const FIND = `SELECT ${COLUMNS} FROM published_keys WHERE kid = $1`;
const LIST = `SELECT ${COLUMNS} FROM published_keys WHERE kid > $1 ORDER BY kid LIMIT $2`;
const LIST_OF_ISSUER = `SELECT ${COLUMNS} FROM published_keys WHERE issuer = $1 AND kid > $2 ORDER BY kid LIMIT $3`;
const REVOKE = 'UPDATE published_keys SET revoked_at = COALESCE(revoked_at, $1) WHERE kid = $2';

export function createSqlPublishedKeyStore(driver: SqlDriver): PublishedKeyStore {
  return {
    insertOnce: ({ kid, issuer, pem, publishedAt, revokedAt }) =>
      driver.write(function* () {
        const inserted = yield* run(INSERT, kid, issuer, pem, publishedAt, revokedAt);
        return inserted === 1 ? undefined : yield* first<PublishedKey>(FIND, kid);
      }),
    find: (kid) => driver.read(() => first<PublishedKey>(FIND, kid)),
    list: ({ issuer, afterKid, limit }) =>
      driver.read(() =>
        issuer === null
          ? all<PublishedKey>(LIST, afterKid ?? '', rowLimit(limit))
          : all<PublishedKey>(LIST_OF_ISSUER, issuer, afterKid ?? '', rowLimit(limit)),
      ),
    revoke: (kid, nowSeconds) =>
      driver.write(function* () {
        return (yield* run(REVOKE, nowSeconds, kid)) === 1;
      }),
  };
}

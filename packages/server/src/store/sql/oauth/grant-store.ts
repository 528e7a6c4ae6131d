import type { GrantStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { first, type SqlProgram } from '../sql-program.js';
import { GRANT_COLUMNS, type GrantRow, grantFrom, insertGrant } from './grant-rows.js';
import { revokeGrant } from './revoke-grants.js';

type Use = Parameters<GrantStore['rotate']>[0];
type Rotation = Awaited<ReturnType<GrantStore['rotate']>>;

const FIND = `SELECT ${GRANT_COLUMNS} FROM oauth_grants WHERE id = $1`;
/** Decides between uses that race (O12), and against whoever revokes the grant or disables the client (O15). */
const ROTATE = `UPDATE oauth_grants SET generation = generation + 1, rotated_at = $1, idle_expires_at = $2,
    usable_until = CASE WHEN usable_until > $1 + oauth_clients.usable_seconds THEN usable_until
      ELSE $1 + oauth_clients.usable_seconds END
  FROM oauth_clients
  WHERE oauth_grants.id = $3 AND oauth_grants.client_id = $4 AND oauth_grants.generation = $5
    AND oauth_grants.revoked_at IS NULL AND oauth_grants.expires_at > $1 AND oauth_grants.idle_expires_at > $1
    AND oauth_clients.id = oauth_grants.client_id AND oauth_clients.disabled = 0
  RETURNING ${GRANT_COLUMNS}`;
const FIND_LIVE = `SELECT ${GRANT_COLUMNS} FROM oauth_grants
  JOIN oauth_clients ON oauth_clients.id = oauth_grants.client_id AND oauth_clients.disabled = 0
  WHERE oauth_grants.id = $1 AND oauth_grants.client_id = $2 AND oauth_grants.revoked_at IS NULL
    AND oauth_grants.expires_at > $3 AND oauth_grants.idle_expires_at > $3`;

export function createSqlGrantStore(driver: SqlDriver): GrantStore {
  return {
    insert: (grant) => driver.write(() => insertGrant(grant)),
    find: (id) =>
      driver.read(function* () {
        const row = yield* first<GrantRow>(FIND, id);
        return row && grantFrom(row);
      }),
    rotate: (use) => driver.write(() => rotate(use)),
    revoke: (id, nowSeconds) => driver.write(() => revokeGrant(id, nowSeconds)),
  };
}

/** A single statement when it wins. */
function* rotate(use: Use): SqlProgram<Rotation> {
  const { id, clientId, generation, nowSeconds, idleExpiresAt } = use;
  const rotated = yield* first<GrantRow>(ROTATE, nowSeconds, idleExpiresAt, id, clientId, generation);
  return rotated === undefined
    ? yield* judgeOldGeneration(use)
    : { outcome: 'rotated', grant: grantFrom(rotated) };
}

/** Only the parent of the live generation may come again, and only for a while; any other use is theft (O11, O13). */
function* judgeOldGeneration(use: Use): SqlProgram<Rotation> {
  const { id, clientId, generation, nowSeconds, graceSeconds } = use;
  const row = yield* first<GrantRow>(FIND_LIVE, id, clientId, nowSeconds);
  if (row === undefined || generation >= row.generation) return { outcome: 'gone' };
  const grant = grantFrom(row);
  const isParent = generation === grant.generation - 1;
  if (isParent && nowSeconds - grant.rotatedAt <= graceSeconds) return { outcome: 'repeated', grant };
  if (!(yield* revokeGrant(id, nowSeconds))) return { outcome: 'gone' };
  return { outcome: 'reused', grant: { ...grant, revokedAt: nowSeconds } };
}

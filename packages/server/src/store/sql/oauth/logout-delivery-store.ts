import type { LogoutDelivery } from '../../../domain/oauth/grant.js';
import type { LogoutDeliveryStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { rowLimit } from '../row-limit.js';
import { all, run, type SqlProgram } from '../sql-program.js';

const INSERT = `INSERT INTO logout_deliveries
    (id, client_id, url, subject, session_id, created_at, next_attempt_at, expires_at, attempts)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
/** Due is asked twice, as for mails. */
const CLAIM = `UPDATE logout_deliveries SET next_attempt_at = $1, attempts = attempts + 1
  WHERE next_attempt_at <= $2
    AND id IN (SELECT id FROM logout_deliveries WHERE next_attempt_at <= $2 ORDER BY next_attempt_at LIMIT $3)
  RETURNING id AS "id", client_id AS "clientId", url AS "url", subject AS "subject", session_id AS "sessionId",
    created_at AS "createdAt", next_attempt_at AS "nextAttemptAt", expires_at AS "expiresAt", attempts AS "attempts"`;
const REMOVE = 'DELETE FROM logout_deliveries WHERE id = $1';
const RETRY_AT = 'UPDATE logout_deliveries SET next_attempt_at = $1 WHERE id = $2';

export function createSqlLogoutDeliveryStore(driver: SqlDriver): LogoutDeliveryStore {
  return {
    claimDue: ({ nowSeconds, leaseSeconds, limit }) =>
      driver.write(function* () {
        const leasedUntil = nowSeconds + leaseSeconds;
        const claimed = yield* all<LogoutDelivery>(CLAIM, leasedUntil, nowSeconds, rowLimit(limit));
        return [...claimed].sort((a, b) => a.createdAt - b.createdAt);
      }),
    remove: (id) =>
      driver.write(function* () {
        yield* run(REMOVE, id);
      }),
    retryAt: (id, nextAttemptAt) =>
      driver.write(function* () {
        yield* run(RETRY_AT, nextAttemptAt, id);
      }),
  };
}

/** Part of a larger step. */
export function insertLogoutDelivery(delivery: LogoutDelivery): SqlProgram<number> {
  return run(
    INSERT,
    delivery.id,
    delivery.clientId,
    delivery.url,
    delivery.subject,
    delivery.sessionId,
    delivery.createdAt,
    delivery.nextAttemptAt,
    delivery.expiresAt,
    delivery.attempts,
  );
}

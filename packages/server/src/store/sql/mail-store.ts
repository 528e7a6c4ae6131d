import type { KeptMail, QueuedMail } from '../../domain/sign-in.js';
import type { MailStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { rowLimit } from './row-limit.js';
import { all, first, run, type SqlProgram } from './sql-program.js';

/** The newer mail takes the row of the older one; a worker that is sending the older one finds its id gone (M19). */
const REPLACE = `INSERT INTO queued_mails
    (id, app_id, replace_key, sealed, created_at, next_attempt_at, expires_at, attempts)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (app_id, replace_key) DO UPDATE SET id = excluded.id, sealed = excluded.sealed,
    created_at = excluded.created_at, next_attempt_at = excluded.next_attempt_at,
    expires_at = excluded.expires_at, attempts = excluded.attempts`;
/** Due is asked twice: where two processes pick the same rows, the second asks again after the first has committed. */
const CLAIM = `UPDATE queued_mails SET next_attempt_at = $1, attempts = attempts + 1
  WHERE next_attempt_at <= $2
    AND id IN (SELECT id FROM queued_mails WHERE next_attempt_at <= $2 ORDER BY next_attempt_at LIMIT $3)
  RETURNING id AS "id", app_id AS "appId", replace_key AS "replaceKey", sealed AS "sealed",
    created_at AS "createdAt", next_attempt_at AS "nextAttemptAt", expires_at AS "expiresAt", attempts AS "attempts"`;
const REMOVE = 'DELETE FROM queued_mails WHERE id = $1';
const RETRY_AT = 'UPDATE queued_mails SET next_attempt_at = $1 WHERE id = $2';
const COUNT = 'SELECT CAST(COUNT(*) AS INTEGER) AS "count" FROM queued_mails';

/** The position tells mails of the same instant apart. */
const KEEP = `INSERT INTO kept_mails (id, position, sealed, created_at)
  VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM kept_mails), $2, $3)`;
const KEEP_NEWEST = `DELETE FROM kept_mails
  WHERE id NOT IN (SELECT id FROM kept_mails ORDER BY position DESC LIMIT $1)`;
const LIST_KEPT = `SELECT id AS "id", sealed AS "sealed", created_at AS "createdAt"
  FROM kept_mails ORDER BY position DESC LIMIT $1`;

export function createSqlMailStore(driver: SqlDriver): MailStore {
  return {
    claimDue: ({ nowSeconds, leaseSeconds, limit }) =>
      driver.write(function* () {
        const claimed = yield* all<QueuedMail>(CLAIM, nowSeconds + leaseSeconds, nowSeconds, rowLimit(limit));
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
    count: () =>
      driver.read(function* () {
        const row = yield* first<{ count: number }>(COUNT);
        return row?.count ?? 0;
      }),
    keep: (mail, keepNewest) =>
      driver.write(function* () {
        yield* run(KEEP, mail.id, mail.sealed, mail.createdAt);
        yield* run(KEEP_NEWEST, rowLimit(keepNewest));
      }),
    listKept: (limit) => driver.read(() => all<KeptMail>(LIST_KEPT, rowLimit(limit))),
  };
}

/** Part of a larger step. */
export function replaceQueuedMail(mail: QueuedMail): SqlProgram<number> {
  return run(
    REPLACE,
    mail.id,
    mail.appId,
    mail.replaceKey,
    mail.sealed,
    mail.createdAt,
    mail.nextAttemptAt,
    mail.expiresAt,
    mail.attempts,
  );
}

import { REFRESH_TOKEN_MEMORY_SECONDS } from '../../domain/sign-in.js';
import { OAUTH_PURGES } from './oauth/index.js';
import { rowLimit } from './row-limit.js';
import { run, type SqlProgram } from './sql-program.js';

/** Each takes the oldest first, by an index, so that a purge holds the database only for as long as its limit allows. */
const PURGES = [
  `DELETE FROM sign_in_requests WHERE (app_id, email_key) IN
    (SELECT app_id, email_key FROM sign_in_requests WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM delivery_codes WHERE (app_id, hash) IN
    (SELECT app_id, hash FROM delivery_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM refresh_tokens WHERE (app_id, hash) IN
    (SELECT app_id, hash FROM refresh_tokens
      WHERE expires_at <= CAST($1 AS DOUBLE PRECISION) - ${REFRESH_TOKEN_MEMORY_SECONDS} ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM queued_mails WHERE id IN
    (SELECT id FROM queued_mails WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM signing_keys WHERE (app_id, kid) IN
    (SELECT app_id, kid FROM signing_keys WHERE retires_at <= $1 ORDER BY retires_at LIMIT $2)`,
  `DELETE FROM replayed_tokens WHERE (issuer, token_hash) IN
    (SELECT issuer, token_hash FROM replayed_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  ...OAUTH_PURGES,
] as const;

/** Deletes up to `limit` rows of each kind that nobody can use any more; gives how many went. */
export function* purgeExpired(nowSeconds: number, limit: number): SqlProgram<number> {
  let purged = 0;
  for (const sql of PURGES) purged += yield* run(sql, nowSeconds, rowLimit(limit));
  return purged;
}

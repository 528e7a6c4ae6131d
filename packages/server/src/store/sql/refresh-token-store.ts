import type { NewRefreshToken, Person } from '../../domain/sign-in.js';
import type { RefreshTokenStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { findPerson } from './person-store.js';
import { first, run, type SqlProgram } from './sql-program.js';

const INSERT = 'INSERT INTO refresh_tokens (app_id, hash, person_id, expires_at) VALUES ($1, $2, $3, $4)';
const USE = `UPDATE refresh_tokens SET used_at = $1
  WHERE app_id = $2 AND hash = $3 AND expires_at > $1 AND deleted_at IS NULL RETURNING person_id AS "personId"`;
const EXISTS = 'SELECT person_id AS "personId" FROM refresh_tokens WHERE app_id = $1 AND hash = $2';
/** A deleted token stays as a tombstone until it expires, so that deleting it twice is no error. */
const DELETE = `UPDATE refresh_tokens SET deleted_at = COALESCE(deleted_at, $1) WHERE app_id = $2 AND hash = $3
  AND person_id = (SELECT id FROM people WHERE app_id = $2 AND email_key = $4)`;
const DELETE_ALL = `UPDATE refresh_tokens SET deleted_at = $1 WHERE deleted_at IS NULL
  AND person_id = (SELECT id FROM people WHERE app_id = $2 AND email_key = $3)`;
/** A code that is still to be exchanged would bring a new token to life after everything was deleted (O15). */
const DELETE_DELIVERY_CODES = `DELETE FROM delivery_codes
  WHERE person_id = (SELECT id FROM people WHERE app_id = $1 AND email_key = $2)`;

export function createSqlRefreshTokenStore(driver: SqlDriver): RefreshTokenStore {
  return {
    use: (appId, hash, nowSeconds) =>
      driver.write(function* () {
        const used = yield* first<{ personId: string }>(USE, nowSeconds, appId, hash);
        const person = used && (yield* findPerson(used.personId));
        if (person !== undefined) return { outcome: 'valid', person };
        const present = yield* first(EXISTS, appId, hash);
        return { outcome: present === undefined ? 'unknown' : 'spent' };
      }),
    delete: ({ appId, emailKey, hash, nowSeconds }) =>
      driver.write(function* () {
        return (yield* run(DELETE, nowSeconds, appId, hash, emailKey)) === 1;
      }),
    deleteAll: ({ appId, emailKey, nowSeconds }) =>
      driver.write(function* () {
        yield* run(DELETE_ALL, nowSeconds, appId, emailKey);
        yield* run(DELETE_DELIVERY_CODES, appId, emailKey);
      }),
  };
}

/** Part of a larger step. */
export function insertRefreshToken(person: Person, token: NewRefreshToken): SqlProgram<number> {
  return run(INSERT, person.appId, token.hash, person.id, token.expiresAt);
}

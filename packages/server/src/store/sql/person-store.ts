import type { Person } from '../../domain/sign-in.js';
import type { PersonStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { first, type SqlProgram } from './sql-program.js';

const COLUMNS = 'id AS "id", app_id AS "appId", email AS "email"';
const FIND_BY_EMAIL_KEY = `SELECT ${COLUMNS} FROM people WHERE app_id = $1 AND email_key = $2`;
const FIND = `SELECT ${COLUMNS} FROM people WHERE id = $1`;
/** The update changes nothing; it is there so that a row that was there already comes back. */
const INSERT = `INSERT INTO people (id, app_id, email_key, email, created_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (app_id, email_key) DO UPDATE SET email_key = excluded.email_key RETURNING ${COLUMNS}`;

export function createSqlPersonStore(driver: SqlDriver): PersonStore {
  return {
    findByEmailKey: (appId, emailKey) => driver.read(() => first<Person>(FIND_BY_EMAIL_KEY, appId, emailKey)),
  };
}

/** Part of a larger step. */
export function findPerson(id: string): SqlProgram<Person | undefined> {
  return first<Person>(FIND, id);
}

/** Part of a larger step: the person of this address, made if it is new. The address first proved stays (M13). */
export function* findOrInsertPerson(
  person: Person & { emailKey: string; createdAt: number },
): SqlProgram<Person> {
  const { id, appId, emailKey, email, createdAt } = person;
  const stored = yield* first<Person>(INSERT, id, appId, emailKey, email, createdAt);
  return stored ?? { id, appId, email };
}

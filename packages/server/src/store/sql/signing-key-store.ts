import type { StoredSigningKey, WaitingKey } from '../../domain/sign-in.js';
import type { SigningKeyStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { rowLimit } from './row-limit.js';
import { all, first, run, type SqlProgram } from './sql-program.js';

const INSERT = `INSERT INTO signing_keys
  (app_id, kid, algorithm, state, public_jwk, sealed_private_key, created_at, retires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const LIST = `SELECT kid AS "kid", app_id AS "appId", algorithm AS "algorithm", state AS "state",
  public_jwk AS "publicJwk", sealed_private_key AS "sealedPrivateKey", created_at AS "createdAt",
  retires_at AS "retiresAt"
  FROM signing_keys WHERE app_id = $1
  ORDER BY CASE state WHEN 'current' THEN 0 WHEN 'next' THEN 1 ELSE 2 END, created_at DESC, retires_at DESC, kid`;
/** Decides between rotations that race: only one of them finds this key still current. */
const RETIRE_CURRENT = `UPDATE signing_keys SET state = 'previous', retires_at = $1
  WHERE app_id = $2 AND kid = $3 AND state = 'current'`;
const PROMOTE_NEXT = "UPDATE signing_keys SET state = 'current' WHERE app_id = $1 AND state = 'next'";
const DROP_NEXT = "DELETE FROM signing_keys WHERE app_id = $1 AND state = 'next'";
const DROP_EXPECTED_NEXT = "DELETE FROM signing_keys WHERE app_id = $1 AND state = 'next' AND kid = $2";
const LIST_NEXT = `SELECT app_id AS "appId", kid AS "kid", algorithm AS "algorithm", created_at AS "createdAt"
  FROM signing_keys WHERE state = 'next' AND app_id > $1 ORDER BY app_id LIMIT $2`;
const WITHDRAW = 'DELETE FROM signing_keys WHERE app_id = $1 AND kid = $2 RETURNING state AS "state"';

export function createSqlSigningKeyStore(driver: SqlDriver): SigningKeyStore {
  return {
    list: (appId) => driver.read(() => all<StoredSigningKey>(LIST, appId)),
    rotate: (appId, { expectedCurrentKid, retiresAt, next }) =>
      driver.write(function* () {
        const retired = yield* run(RETIRE_CURRENT, retiresAt, appId, expectedCurrentKid);
        if (retired === 0) return false;
        yield* promoteNext(appId);
        yield* insertSigningKey(next);
        return true;
      }),
    replaceAll: (appId, { expectedCurrentKid, retiresAt, keys }) =>
      driver.write(function* () {
        const retired = yield* run(RETIRE_CURRENT, retiresAt, appId, expectedCurrentKid);
        if (retired === 0) return false;
        yield* run(DROP_NEXT, appId);
        for (const key of keys) yield* insertSigningKey(key);
        return true;
      }),
    replaceNext: (appId, { expectedNextKid, next }) =>
      driver.write(function* () {
        const dropped = yield* run(DROP_EXPECTED_NEXT, appId, expectedNextKid);
        if (dropped === 0) return false;
        yield* insertSigningKey(next);
        return true;
      }),
    listNext: ({ afterAppId, limit }) =>
      driver.read(() => all<WaitingKey>(LIST_NEXT, afterAppId ?? '', rowLimit(limit))),
    withdraw: (appId, { kid, replacement }) =>
      driver.write(function* () {
        const withdrawn = yield* first<Pick<StoredSigningKey, 'state'>>(WITHDRAW, appId, kid);
        if (withdrawn === undefined) return false;
        if (withdrawn.state !== 'previous') yield* makeWhole(appId, withdrawn.state, replacement);
        return true;
      }),
  };
}

/** Fills the place of a key that was withdrawn. */
function* makeWhole(
  appId: string,
  missing: 'current' | 'next',
  replacement: readonly StoredSigningKey[],
): SqlProgram<void> {
  const byState = (wanted: StoredSigningKey['state']) => replacement.find(({ state }) => state === wanted);
  const [current, next] = [byState('current'), byState('next')];
  if (next === undefined) throw new Error('A replacement has a next key.');
  if (missing === 'current' && current === undefined) yield* promoteNext(appId);
  if (missing === 'current' && current !== undefined) {
    yield* run(DROP_NEXT, appId);
    yield* insertSigningKey(current);
  }
  yield* insertSigningKey(next);
}

function* promoteNext(appId: string): SqlProgram<void> {
  const promoted = yield* run(PROMOTE_NEXT, appId);
  if (promoted === 0) throw new Error('The app has no next key that could become current.');
}

/** Part of a larger step. */
export function insertSigningKey(key: StoredSigningKey): SqlProgram<number> {
  return run(
    INSERT,
    key.appId,
    key.kid,
    key.algorithm,
    key.state,
    key.publicJwk,
    key.sealedPrivateKey,
    key.createdAt,
    key.retiresAt,
  );
}

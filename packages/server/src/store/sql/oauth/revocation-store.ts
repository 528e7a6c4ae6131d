import type { Revocation } from '../../../domain/oauth/grant.js';
import type { RevocationStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { rowLimit } from '../row-limit.js';
import { all, first, run, type SqlProgram } from '../sql-program.js';

interface RevocationRow {
  readonly position: number;
  readonly kind: Revocation['kind'];
  readonly value: string;
  readonly issuedBefore: number | null;
  readonly expiresAt: number;
}

/**
 * Every program that appends asks for this last: whoever has it keeps the others waiting until it has committed, so
 * that positions become visible in their order and no reader misses one.
 */
const TAKE_POSITIONS =
  'UPDATE oauth_revocation_positions SET last = last + $1 WHERE id = 1 RETURNING last AS "last"';
const LAST_POSITION = 'SELECT last AS "last" FROM oauth_revocation_positions WHERE id = 1';
const INSERT = `INSERT INTO oauth_revocations (position, kind, value, issued_before, expires_at)
  VALUES ($1, $2, $3, $4, $5)`;
const LIST = `SELECT position AS "position", kind AS "kind", value AS "value", issued_before AS "issuedBefore",
    expires_at AS "expiresAt"
  FROM oauth_revocations WHERE position > $1 AND expires_at > $2 ORDER BY position LIMIT $3`;
/** A grant that is revoked counts as long as its row is there, however long its tokens were said to live. */
const IS_REVOKED = `SELECT 1 AS "found" FROM oauth_revocations WHERE value = $1 AND kind = 'token'
  UNION ALL SELECT 1 FROM oauth_revocations WHERE value = $2 AND kind = 'grant'
  UNION ALL SELECT 1 FROM oauth_grants WHERE id = $2 AND revoked_at IS NOT NULL
  UNION ALL SELECT 1 FROM oauth_revocations WHERE value = $3 AND kind = 'subject' AND issued_before > $4
  LIMIT 1`;

export function createSqlRevocationStore(driver: SqlDriver): RevocationStore {
  return {
    append: (revocation) => driver.write(() => appendRevocations([revocation])),
    list: ({ after, nowSeconds, limit }) =>
      driver.read(function* () {
        const rows = yield* all<RevocationRow>(LIST, after ?? 0, nowSeconds, rowLimit(limit));
        return rows.map((row) => ({ position: row.position, ...revocationFrom(row) }));
      }),
    lastPosition: () =>
      driver.read(function* () {
        const row = yield* first<{ last: number }>(LAST_POSITION);
        return row?.last ?? 0;
      }),
    isRevoked: ({ tokenId, grantId, subject, issuedAt }) =>
      driver.read(function* () {
        return (yield* first(IS_REVOKED, tokenId, grantId, subject, issuedAt)) !== undefined;
      }),
  };
}

/** Part of a larger step, and the last part of it. */
export function* appendRevocations(revocations: readonly Revocation[]): SqlProgram<void> {
  if (revocations.length === 0) return;
  const taken = yield* first<{ last: number }>(TAKE_POSITIONS, revocations.length);
  if (taken === undefined) throw new Error('The row of the last position is missing.');
  let position = taken.last - revocations.length;
  for (const revocation of revocations) {
    position += 1;
    const issuedBefore = revocation.kind === 'subject' ? revocation.before : null;
    yield* run(INSERT, position, revocation.kind, namedBy(revocation), issuedBefore, revocation.expiresAt);
  }
}

function namedBy(revocation: Revocation): string {
  if (revocation.kind === 'token') return revocation.tokenId;
  return revocation.kind === 'grant' ? revocation.grantId : revocation.subject;
}

function revocationFrom({ kind, value, issuedBefore, expiresAt }: RevocationRow): Revocation {
  if (kind === 'token') return { kind, tokenId: value, expiresAt };
  if (kind === 'grant') return { kind, grantId: value, expiresAt };
  return { kind, subject: value, before: issuedBefore ?? 0, expiresAt };
}

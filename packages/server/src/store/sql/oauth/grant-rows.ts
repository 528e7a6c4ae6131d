/** The rows of grants: how they are read and how they begin. What becomes of them is in grant-store.ts. */
import type { Authentication, Grant, GrantedAccess } from '../../../domain/oauth/grant.js';
import { run, type SqlProgram } from '../sql-program.js';

/** `authentication` and `access` are JSON. */
export interface GrantRow extends Omit<Grant, 'authentication' | 'access'> {
  readonly authentication: string | null;
  readonly access: string;
}

/** With the name of the table, because some statements know the client's table too. */
export const GRANT_COLUMNS = `oauth_grants.id AS "id", oauth_grants.client_id AS "clientId",
  oauth_grants.authentication AS "authentication", oauth_grants.access AS "access", oauth_grants.nonce AS "nonce",
  oauth_grants.dpop_jkt AS "dpopJkt", oauth_grants.created_at AS "createdAt",
  oauth_grants.expires_at AS "expiresAt", oauth_grants.idle_expires_at AS "idleExpiresAt",
  oauth_grants.generation AS "generation", oauth_grants.rotated_at AS "rotatedAt",
  oauth_grants.revoked_at AS "revokedAt"`;

/** Nothing is granted to a client that is gone or disabled (O15). */
const INSERT = `INSERT INTO oauth_grants (id, client_id, person_id, session_id, authentication, access, offline, nonce,
    dpop_jkt, created_at, expires_at, idle_expires_at, generation, rotated_at, revoked_at, usable_until)
  SELECT $1, oauth_clients.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    $14 + oauth_clients.usable_seconds
  FROM oauth_clients WHERE oauth_clients.id = $2 AND oauth_clients.disabled = 0`;
const REMEMBER_CLIENT = `INSERT INTO login_session_clients (session_id, client_id)
  SELECT session_id, $2 FROM login_sessions WHERE session_id = $1 ON CONFLICT (session_id, client_id) DO NOTHING`;

/** Part of a larger step: keeps the grant, unless its client is gone or disabled; tells whether it did. */
export function* insertGrant(grant: Grant): SqlProgram<boolean> {
  const { authentication, access } = grant;
  const inserted = yield* run(
    INSERT,
    grant.id,
    grant.clientId,
    authentication?.personId ?? null,
    authentication?.sessionId ?? null,
    authentication && JSON.stringify(authentication),
    JSON.stringify(access),
    isOffline(access),
    grant.nonce,
    grant.dpopJkt,
    grant.createdAt,
    grant.expiresAt,
    grant.idleExpiresAt,
    grant.generation,
    grant.rotatedAt,
    grant.revokedAt,
  );
  if (inserted === 0) return false;
  if (authentication !== null) yield* run(REMEMBER_CLIENT, authentication.sessionId, grant.clientId);
  return true;
}

export function grantFrom(row: GrantRow): Grant {
  return {
    ...row,
    access: JSON.parse(row.access) as GrantedAccess,
    authentication: row.authentication === null ? null : (JSON.parse(row.authentication) as Authentication),
  };
}

/** Whether it was meant to outlive the session it came from, as a column has it. */
export function isOffline({ scopes }: GrantedAccess): 0 | 1 {
  return scopes.includes('offline_access') ? 1 : 0;
}

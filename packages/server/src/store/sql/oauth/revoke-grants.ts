/**
 * Revokes grants, and with them what would still become one: codes that nobody has redeemed, devices that were
 * approved and have not asked again. Afterwards nothing new comes from any of them (O15), and the revocation feed has
 * the grants.
 */
import { MAX_TOKEN_LIFETIME_SECONDS } from '../../../domain/oauth/client.js';
import type { Revocation } from '../../../domain/oauth/grant.js';
import { all, run, type SqlProgram, type SqlValue } from '../sql-program.js';
import { appendRevocations } from './revocation-store.js';

export interface RevokedGrant {
  readonly id: string;
  readonly clientId: string;
  readonly personId: string | null;
  readonly sessionId: string | null;
  /** When the last access token of the grant has expired. */
  readonly usableUntil: number;
}

const REVOKED = `id AS "id", client_id AS "clientId", person_id AS "personId", session_id AS "sessionId",
  usable_until AS "usableUntil"`;
const REVOKE_ONE = `UPDATE oauth_grants SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING ${REVOKED}`;

/** Clocks differ, and what was decided a moment ago may be signed a moment later. */
const MARGIN_SECONDS = 5 * 60;

interface Scope {
  readonly codes: string;
  readonly devices: string;
  readonly grants: string;
}

/** `where` is a constant that holds for codes, devices and grants alike; `now` is the placeholder that follows it. */
const scopeOf = (where: string, now: string): Scope => ({
  codes: `DELETE FROM oauth_codes WHERE ${where} AND used_at IS NULL`,
  devices: `UPDATE oauth_devices SET decision = 'denied' WHERE ${where} AND decision <> 'denied'`,
  grants: `UPDATE oauth_grants SET revoked_at = ${now} WHERE ${where} AND revoked_at IS NULL RETURNING ${REVOKED}`,
});
const OF_CLIENT = scopeOf('client_id = $1', '$2');
const OF_PERSON = scopeOf('person_id = $1', '$2');
const OF_PERSON_AND_CLIENT = scopeOf('person_id = $1 AND client_id = $2', '$3');
/** What has offline_access was meant to outlive the session. */
const OF_SESSION = scopeOf('session_id = $1 AND offline = 0', '$2');

/** Part of a larger step. False if there is no such grant, or it was revoked before. */
export function* revokeGrant(id: string, nowSeconds: number): SqlProgram<boolean> {
  const revoked = yield* all<RevokedGrant>(REVOKE_ONE, id, nowSeconds);
  yield* appendGrants(revoked, nowSeconds);
  return revoked.length === 1;
}

/**
 * Part of a larger step: what people granted the client, and the tokens that it has for itself, which come from no grant.
 *
 * @param issuedBefore those it has for itself; later ones are good
 */
export function* revokeTokensOfClient(
  clientId: string,
  { nowSeconds, issuedBefore }: { readonly nowSeconds: number; readonly issuedBefore: number },
): SqlProgram<void> {
  yield* revokeAll(OF_CLIENT, [clientId], nowSeconds);
  const expiresAt = issuedBefore + MAX_TOKEN_LIFETIME_SECONDS + MARGIN_SECONDS;
  yield* appendRevocations([{ kind: 'subject', subject: clientId, before: issuedBefore, expiresAt }]);
}

/** Parts of a larger step. Each gives the grants that were not revoked before. */
export const revokeGrantsOfPerson = (personId: string, nowSeconds: number) =>
  revokeAll(OF_PERSON, [personId], nowSeconds);
export const revokeGrantsOfPersonAndClient = (personId: string, clientId: string, nowSeconds: number) =>
  revokeAll(OF_PERSON_AND_CLIENT, [personId, clientId], nowSeconds);
export const revokeGrantsOfSession = (sessionId: string, nowSeconds: number) =>
  revokeAll(OF_SESSION, [sessionId], nowSeconds);

/** Codes and devices first: whoever is turning one into a grant either has committed it before, or finds it gone. */
function* revokeAll(
  scope: Scope,
  key: readonly SqlValue[],
  nowSeconds: number,
): SqlProgram<readonly RevokedGrant[]> {
  yield* run(scope.codes, ...key);
  yield* run(scope.devices, ...key);
  const revoked = yield* all<RevokedGrant>(scope.grants, ...key, nowSeconds);
  yield* appendGrants(revoked, nowSeconds);
  return revoked;
}

function appendGrants(grants: readonly RevokedGrant[], nowSeconds: number): SqlProgram<void> {
  const revocations = grants
    .filter(({ usableUntil }) => usableUntil > nowSeconds)
    .map(({ id, usableUntil }): Revocation => ({ kind: 'grant', grantId: id, expiresAt: usableUntil }));
  return appendRevocations(revocations);
}

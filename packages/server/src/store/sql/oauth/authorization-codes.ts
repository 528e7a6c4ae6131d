/** Authorization codes, from being handed out to being remembered as used. */
import type { Authentication, AuthorizationCode, Grant, GrantedAccess } from '../../../domain/oauth/grant.js';
import { first, run, type SqlProgram } from '../sql-program.js';
import { insertGrant, isOffline } from './grant-rows.js';
import { revokeGrant } from './revoke-grants.js';

/** `access` and `authentication` are JSON. */
interface CodeRow extends Omit<AuthorizationCode, 'access' | 'authentication'> {
  readonly access: string;
  readonly authentication: string;
  readonly usedAt: number | null;
}

/** How much longer than its grant a used code is remembered: access tokens may outlive the grant a little. */
const USED_CODE_MEMORY_SECONDS = 24 * 60 * 60;

/** No code comes to be after its session has ended or its client was disabled, however late a page is finished (O15). */
const INSERT = `INSERT INTO oauth_codes (hash, client_id, person_id, session_id, grant_id, redirect_uri, nonce,
    code_challenge, dpop_jkt, access, offline, authentication, issued_at, expires_at, wrong_verifiers, purge_at)
  SELECT $1, oauth_clients.id, login_sessions.person_id, login_sessions.session_id, $4, $5, $6, $7, $8, $9, $10, $11,
    $12, $13, 0, $13
  FROM oauth_clients JOIN login_sessions ON login_sessions.session_id = $3
  WHERE oauth_clients.id = $2 AND oauth_clients.disabled = 0`;
const FIND = `SELECT hash AS "hash", client_id AS "clientId", grant_id AS "grantId", redirect_uri AS "redirectUri",
    nonce AS "nonce", code_challenge AS "codeChallenge", dpop_jkt AS "dpopJkt", access AS "access",
    authentication AS "authentication", issued_at AS "issuedAt", expires_at AS "expiresAt", used_at AS "usedAt"
  FROM oauth_codes WHERE hash = $1 AND (used_at IS NOT NULL OR expires_at > $2)`;
const COUNT_WRONG = `UPDATE oauth_codes SET wrong_verifiers = wrong_verifiers + 1
  WHERE hash = $1 AND used_at IS NULL`;
const DROP_TRIED_OUT =
  'DELETE FROM oauth_codes WHERE hash = $1 AND used_at IS NULL AND wrong_verifiers >= $2';
/** Decides between redemptions that race (O7). */
const REDEEM = `UPDATE oauth_codes SET used_at = $1,
    purge_at = CASE WHEN expires_at > $2 THEN expires_at ELSE $2 END + ${USED_CODE_MEMORY_SECONDS}
  WHERE hash = $3 AND grant_id = $4 AND used_at IS NULL AND expires_at > $1
    AND EXISTS (SELECT 1 FROM oauth_clients WHERE oauth_clients.id = oauth_codes.client_id AND disabled = 0)`;
const FIND_USED = 'SELECT grant_id AS "grantId" FROM oauth_codes WHERE hash = $1 AND used_at IS NOT NULL';

export function* insertCode(code: AuthorizationCode): SqlProgram<void> {
  yield* run(
    INSERT,
    code.hash,
    code.clientId,
    code.authentication.sessionId,
    code.grantId,
    code.redirectUri,
    code.nonce,
    code.codeChallenge,
    code.dpopJkt,
    JSON.stringify(code.access),
    isOffline(code.access),
    JSON.stringify(code.authentication),
    code.issuedAt,
    code.expiresAt,
  );
}

export function* findCode(
  hash: string,
  nowSeconds: number,
): SqlProgram<{ code: AuthorizationCode; used: boolean } | undefined> {
  const row = yield* first<CodeRow>(FIND, hash, nowSeconds);
  if (row === undefined) return undefined;
  const { usedAt, access, authentication, ...rest } = row;
  const code = {
    ...rest,
    access: JSON.parse(access) as GrantedAccess,
    authentication: JSON.parse(authentication) as Authentication,
  };
  return { code, used: usedAt !== null };
}

export function* countWrongVerifier(hash: string, maxTries: number): SqlProgram<void> {
  yield* run(COUNT_WRONG, hash);
  yield* run(DROP_TRIED_OUT, hash, maxTries);
}

export function* redeemCode(
  hash: string,
  grant: Grant,
  nowSeconds: number,
): SqlProgram<'redeemed' | 'used' | 'gone'> {
  const redeemed = yield* run(REDEEM, nowSeconds, grant.expiresAt, hash, grant.id);
  if (redeemed === 1) return (yield* insertGrant(grant)) ? 'redeemed' : 'gone';
  const used = yield* first<{ grantId: string }>(FIND_USED, hash);
  if (used === undefined) return 'gone';
  yield* revokeGrant(used.grantId, nowSeconds);
  return 'used';
}

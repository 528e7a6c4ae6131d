import type { Consent } from '../../../domain/oauth/grant.js';
import type { AuthorizationStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { first, run, type SqlProgram } from '../sql-program.js';
import { countWrongVerifier, findCode, insertCode, redeemCode } from './authorization-codes.js';
import {
  consumePushed,
  findTransaction,
  insertPushed,
  insertTransaction,
  takeTransaction,
} from './authorization-requests.js';
import { revokeGrantsOfPersonAndClient } from './revoke-grants.js';

/** `scopes` and `audiences` are JSON. */
interface ConsentRow extends Omit<Consent, 'scopes' | 'audiences'> {
  readonly scopes: string;
  readonly audiences: string;
}

const KEEP_CONSENT = `INSERT INTO oauth_consents (person_id, client_id, scopes, audiences, granted_at)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (person_id, client_id) DO UPDATE SET scopes = excluded.scopes, audiences = excluded.audiences,
    granted_at = excluded.granted_at`;
const FIND_CONSENT = `SELECT person_id AS "personId", client_id AS "clientId", scopes AS "scopes",
    audiences AS "audiences", granted_at AS "grantedAt"
  FROM oauth_consents WHERE person_id = $1 AND client_id = $2`;
const DELETE_CONSENT = 'DELETE FROM oauth_consents WHERE person_id = $1 AND client_id = $2';

export function createSqlAuthorizationStore(driver: SqlDriver): AuthorizationStore {
  return {
    insertPushed: (request) => driver.write(() => insertPushed(request)),
    consumePushed: (key) => driver.write(() => consumePushed(key)),
    insertTransaction: (transaction) => driver.write(() => insertTransaction(transaction)),
    findTransaction: (key) => driver.read(() => findTransaction(key)),
    completeTransaction: (key, { consent, code }) =>
      driver.write(function* () {
        const transaction = yield* takeTransaction(key);
        if (transaction === undefined) return undefined;
        if (consent !== null) yield* keepConsent(consent);
        if (code !== null) yield* insertCode(code);
        return transaction;
      }),
    insertCode: (code) => driver.write(() => insertCode(code)),
    findCode: (hash, nowSeconds) => driver.read(() => findCode(hash, nowSeconds)),
    countWrongVerifier: (hash, maxTries) => driver.write(() => countWrongVerifier(hash, maxTries)),
    redeemCode: (hash, grant, nowSeconds) => driver.write(() => redeemCode(hash, grant, nowSeconds)),
    findConsent: (personId, clientId) =>
      driver.read(function* () {
        const row = yield* first<ConsentRow>(FIND_CONSENT, personId, clientId);
        return row && consentFrom(row);
      }),
    deleteConsent: (personId, clientId, nowSeconds) =>
      driver.write(function* () {
        const deleted = yield* run(DELETE_CONSENT, personId, clientId);
        const revoked = yield* revokeGrantsOfPersonAndClient(personId, clientId, nowSeconds);
        return deleted === 1 || revoked.length > 0;
      }),
  };
}

function keepConsent({ personId, clientId, scopes, audiences, grantedAt }: Consent): SqlProgram<number> {
  return run(KEEP_CONSENT, personId, clientId, JSON.stringify(scopes), JSON.stringify(audiences), grantedAt);
}

function consentFrom(row: ConsentRow): Consent {
  return {
    ...row,
    scopes: JSON.parse(row.scopes) as string[],
    audiences: JSON.parse(row.audiences) as string[],
  };
}

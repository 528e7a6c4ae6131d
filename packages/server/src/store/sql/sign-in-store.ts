import type { Person, SignInOutcome, SignInRequest } from '../../domain/sign-in.js';
import type { SignInStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { replaceQueuedMail } from './mail-store.js';
import { findOrInsertPerson, findPerson } from './person-store.js';
import { insertRefreshToken } from './refresh-token-store.js';
import { first, run, type SqlProgram } from './sql-program.js';

const APP_EXISTS = 'SELECT id AS "id" FROM apps WHERE id = $1';

const REPLACE = `INSERT INTO sign_in_requests (app_id, email_key, id, email, link_hash, link_expires_at, starter_hash,
    code_hash, code_expires_at, code_tries, requested_from, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12)
  ON CONFLICT (app_id, email_key) DO UPDATE SET id = excluded.id, email = excluded.email,
    link_hash = excluded.link_hash, link_expires_at = excluded.link_expires_at,
    starter_hash = excluded.starter_hash, code_hash = excluded.code_hash,
    code_expires_at = excluded.code_expires_at, code_tries = 0, requested_from = excluded.requested_from,
    created_at = excluded.created_at, expires_at = excluded.expires_at`;

const COLUMNS = `id AS "id", app_id AS "appId", email AS "email", email_key AS "emailKey", link_hash AS "linkHash",
  link_expires_at AS "linkExpiresAt", starter_hash AS "starterHash", code_hash AS "codeHash",
  code_expires_at AS "codeExpiresAt", requested_from AS "requestedFrom", created_at AS "createdAt"`;
const FIND_BY_LINK = `SELECT ${COLUMNS} FROM sign_in_requests
  WHERE app_id = $1 AND link_hash = $2 AND link_expires_at > $3`;
const FIND_BY_STARTER = `SELECT ${COLUMNS} FROM sign_in_requests
  WHERE app_id = $1 AND starter_hash = $2 AND expires_at > $3`;

const CONSUME_LINK = `DELETE FROM sign_in_requests
  WHERE app_id = $1 AND link_hash = $2 AND link_expires_at > $3 AND starter_hash = COALESCE($4, starter_hash)
  RETURNING email AS "email", email_key AS "emailKey"`;
/** Counted before anything is compared: guesses that arrive together cannot share a try (M7). */
const COUNT_TRY = `UPDATE sign_in_requests SET code_tries = code_tries + 1
  WHERE app_id = $1 AND starter_hash = $2 AND code_expires_at > $3 AND code_tries < $4
  RETURNING code_tries AS "codeTries"`;
const CONSUME_CODE = `DELETE FROM sign_in_requests WHERE app_id = $1 AND starter_hash = $2 AND code_hash = $3
  RETURNING email AS "email", email_key AS "emailKey"`;

const INSERT_DELIVERY_CODE =
  'INSERT INTO delivery_codes (app_id, hash, person_id, expires_at) VALUES ($1, $2, $3, $4)';
const CONSUME_DELIVERY_CODE = `DELETE FROM delivery_codes WHERE app_id = $1 AND hash = $2 AND expires_at > $3
  RETURNING person_id AS "personId"`;

interface ProvedAddress {
  readonly email: string;
  readonly emailKey: string;
}

export function createSqlSignInStore(driver: SqlDriver): SignInStore {
  return {
    replace: (request, mail) =>
      driver.write(function* () {
        // An app that was deleted a moment ago has nobody left who could sign in to it.
        if ((yield* first(APP_EXISTS, request.appId)) === undefined) return;
        yield* replaceRequest(request);
        yield* replaceQueuedMail(mail);
      }),
    findByLink: (appId, linkHash, nowSeconds) =>
      driver.read(() => first<SignInRequest>(FIND_BY_LINK, appId, linkHash, nowSeconds)),
    findByStarter: (appId, starterHash, nowSeconds) =>
      driver.read(() => first<SignInRequest>(FIND_BY_STARTER, appId, starterHash, nowSeconds)),
    consumeByLink: ({ appId, linkHash, starterHash, nowSeconds }, outcome) =>
      driver.write(function* () {
        const proved = yield* first<ProvedAddress>(CONSUME_LINK, appId, linkHash, nowSeconds, starterHash);
        return proved && (yield* keepOutcome(appId, proved, outcome, nowSeconds));
      }),
    consumeByCode: ({ appId, starterHash, codeHash, maxTries, nowSeconds }, outcome) =>
      driver.write(function* () {
        const counted = yield* first<{ codeTries: number }>(
          COUNT_TRY,
          appId,
          starterHash,
          nowSeconds,
          maxTries,
        );
        if (counted === undefined) return { outcome: 'gone' };
        const proved = yield* first<ProvedAddress>(CONSUME_CODE, appId, starterHash, codeHash);
        if (proved === undefined) return { outcome: 'wrong', triesLeft: maxTries - counted.codeTries };
        return { outcome: 'consumed', person: yield* keepOutcome(appId, proved, outcome, nowSeconds) };
      }),
    consumeDeliveryCode: ({ appId, hash, nowSeconds }, refreshToken) =>
      driver.write(function* () {
        const consumed = yield* first<{ personId: string }>(CONSUME_DELIVERY_CODE, appId, hash, nowSeconds);
        const person = consumed && (yield* findPerson(consumed.personId));
        if (person !== undefined && refreshToken !== null) yield* insertRefreshToken(person, refreshToken);
        return person;
      }),
  };
}

function replaceRequest(request: SignInRequest): SqlProgram<number> {
  return run(
    REPLACE,
    request.appId,
    request.emailKey,
    request.id,
    request.email,
    request.linkHash,
    request.linkExpiresAt,
    request.starterHash,
    request.codeHash,
    request.codeExpiresAt,
    request.requestedFrom,
    request.createdAt,
    Math.max(request.linkExpiresAt, request.codeExpiresAt),
  );
}

function* keepOutcome(
  appId: string,
  { email, emailKey }: ProvedAddress,
  { newPersonId, refreshToken, deliveryCode }: SignInOutcome,
  nowSeconds: number,
): SqlProgram<Person> {
  const person = yield* findOrInsertPerson({
    id: newPersonId,
    appId,
    emailKey,
    email,
    createdAt: nowSeconds,
  });
  if (refreshToken !== null) yield* insertRefreshToken(person, refreshToken);
  if (deliveryCode !== null) {
    yield* run(INSERT_DELIVERY_CODE, appId, deliveryCode.hash, person.id, deliveryCode.expiresAt);
  }
  return person;
}

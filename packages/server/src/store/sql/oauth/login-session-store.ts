import { LOGOUT_DELIVERY_SECONDS, type LoginSession } from '../../../domain/oauth/grant.js';
import type { LoginSessionStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { all, first, run, type SqlProgram } from '../sql-program.js';
import { insertLogoutDelivery } from './logout-delivery-store.js';
import { type RevokedGrant, revokeGrantsOfPerson, revokeGrantsOfSession } from './revoke-grants.js';

/** `amr` is JSON. */
interface SessionRow extends Omit<LoginSession, 'amr'> {
  readonly amr: string;
}

/** A client that had tokens of a session. */
interface SessionClient {
  readonly sessionId: string;
  readonly personId: string;
  readonly clientId: string;
}

const COLUMNS = `session_id AS "sessionId", secret_hash AS "secretHash", person_id AS "personId", email AS "email",
  authenticated_at AS "authenticatedAt", amr AS "amr", acr AS "acr", created_at AS "createdAt",
  expires_at AS "expiresAt"`;
const DELETE_PREVIOUS = 'DELETE FROM login_sessions WHERE secret_hash = $1 AND session_id <> $2';
/** A session that goes on under a new secret keeps its clients. */
const REPLACE = `INSERT INTO login_sessions
    (session_id, secret_hash, person_id, email, authenticated_at, amr, acr, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (session_id) DO UPDATE SET secret_hash = excluded.secret_hash, person_id = excluded.person_id,
    email = excluded.email, authenticated_at = excluded.authenticated_at, amr = excluded.amr, acr = excluded.acr,
    created_at = excluded.created_at, expires_at = excluded.expires_at`;
const FIND = `SELECT ${COLUMNS} FROM login_sessions WHERE secret_hash = $1 AND expires_at > $2`;

const CLIENTS = `SELECT login_sessions.session_id AS "sessionId", login_sessions.person_id AS "personId",
    login_session_clients.client_id AS "clientId"
  FROM login_sessions
  JOIN login_session_clients ON login_session_clients.session_id = login_sessions.session_id`;
const CLIENTS_OF_SESSION = `${CLIENTS} WHERE login_sessions.session_id = $1`;
const CLIENTS_OF_PERSON = `${CLIENTS} WHERE login_sessions.person_id = $1`;
const END_SESSION = `DELETE FROM login_sessions WHERE session_id = $1 RETURNING ${COLUMNS}`;
const END_SESSIONS_OF_PERSON = `DELETE FROM login_sessions WHERE person_id = $1 RETURNING ${COLUMNS}`;
const LOGOUT_URI = 'SELECT logout_uri AS "url" FROM oauth_clients WHERE id = $1 AND disabled = 0';

export function createSqlLoginSessionStore(driver: SqlDriver): LoginSessionStore {
  return {
    replace: (session, previousSecretHash) =>
      driver.write(function* () {
        if (previousSecretHash !== null) yield* run(DELETE_PREVIOUS, previousSecretHash, session.sessionId);
        yield* insertSession(session);
      }),
    find: (secretHash, nowSeconds) =>
      driver.read(function* () {
        const row = yield* first<SessionRow>(FIND, secretHash, nowSeconds);
        return row && sessionFrom(row);
      }),
    end: (which, nowSeconds, makeDeliveryId) =>
      driver.write(function* () {
        const { ended, clients } =
          'personId' in which
            ? yield* endEverywhere(which.personId, nowSeconds)
            : yield* endOne(which.sessionId, nowSeconds);
        const deliveries = yield* queueDeliveries(clients, nowSeconds, makeDeliveryId);
        return { ended: ended.map(sessionFrom), deliveries };
      }),
  };
}

interface Ended {
  readonly ended: readonly SessionRow[];
  readonly clients: readonly SessionClient[];
}

/** Also where the session itself is long over: what still lives of it ends now. */
function* endOne(sessionId: string, nowSeconds: number): SqlProgram<Ended> {
  const clients = yield* all<SessionClient>(CLIENTS_OF_SESSION, sessionId);
  const ended = yield* all<SessionRow>(END_SESSION, sessionId);
  const revoked = yield* revokeGrantsOfSession(sessionId, nowSeconds);
  return { ended, clients: clientsToTell(clients, ended, revoked) };
}

function* endEverywhere(personId: string, nowSeconds: number): SqlProgram<Ended> {
  const clients = yield* all<SessionClient>(CLIENTS_OF_PERSON, personId);
  const ended = yield* all<SessionRow>(END_SESSIONS_OF_PERSON, personId);
  const revoked = yield* revokeGrantsOfPerson(personId, nowSeconds);
  return { ended, clients: clientsToTell(clients, ended, revoked) };
}

/** Of ends that race, the one that deleted the session or revoked the grant tells its clients. */
function clientsToTell(
  clients: readonly SessionClient[],
  ended: readonly SessionRow[],
  revoked: readonly RevokedGrant[],
): readonly SessionClient[] {
  const endedIds = new Set(ended.map(({ sessionId }) => sessionId));
  const ofRevoked = revoked.flatMap(({ sessionId, personId, clientId }) =>
    sessionId === null || personId === null ? [] : [{ sessionId, personId, clientId }],
  );
  return [...clients.filter(({ sessionId }) => endedIds.has(sessionId)), ...ofRevoked];
}

/** One for each session and client that can be told; gives how many. */
function* queueDeliveries(
  clients: readonly SessionClient[],
  nowSeconds: number,
  makeDeliveryId: () => string,
): SqlProgram<number> {
  const toTell = new Map(clients.map((client) => [`${client.sessionId} ${client.clientId}`, client]));
  let deliveries = 0;
  for (const { sessionId, personId, clientId } of toTell.values()) {
    const client = yield* first<{ url: string | null }>(LOGOUT_URI, clientId);
    const url = client?.url ?? null;
    if (url === null) continue;
    yield* insertLogoutDelivery({
      id: makeDeliveryId(),
      clientId,
      url,
      subject: personId,
      sessionId,
      createdAt: nowSeconds,
      nextAttemptAt: nowSeconds,
      expiresAt: nowSeconds + LOGOUT_DELIVERY_SECONDS,
      attempts: 0,
    });
    deliveries += 1;
  }
  return deliveries;
}

function insertSession(session: LoginSession): SqlProgram<number> {
  return run(
    REPLACE,
    session.sessionId,
    session.secretHash,
    session.personId,
    session.email,
    session.authenticatedAt,
    JSON.stringify(session.amr),
    session.acr,
    session.createdAt,
    session.expiresAt,
  );
}

function sessionFrom(row: SessionRow): LoginSession {
  return { ...row, amr: JSON.parse(row.amr) as string[] };
}

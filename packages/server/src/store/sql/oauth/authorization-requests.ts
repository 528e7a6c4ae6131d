/** Authorization requests before there is a code: pushed ahead, or on their way through the pages. */
import type {
  AuthorizationRequest,
  AuthorizationTransaction,
  PushedRequest,
} from '../../../domain/oauth/grant.js';
import type { AuthorizationStore } from '../../../domain/oauth/stores.js';
import { first, run, type SqlProgram } from '../sql-program.js';

interface PushedRow extends Omit<PushedRequest, 'parameters'> {
  readonly parameters: string;
}

interface TransactionRow extends Omit<AuthorizationTransaction, 'request'> {
  readonly request: string;
}

/** Nothing is kept for a client that was deleted a moment ago. */
const INSERT_PUSHED = `INSERT INTO oauth_pushed_requests (id_hash, client_id, parameters, dpop_jkt, expires_at)
  SELECT $1, id, $3, $4, $5 FROM oauth_clients WHERE id = $2`;
const CONSUME_PUSHED = `DELETE FROM oauth_pushed_requests WHERE id_hash = $1 AND client_id = $2 AND expires_at > $3
  RETURNING id_hash AS "idHash", client_id AS "clientId", parameters AS "parameters", dpop_jkt AS "dpopJkt",
    expires_at AS "expiresAt"`;

const TRANSACTION = `id_hash AS "idHash", browser_hash AS "browserHash", request AS "request",
  created_at AS "createdAt", expires_at AS "expiresAt"`;
const INSERT_TRANSACTION = `INSERT INTO oauth_transactions
    (id_hash, browser_hash, client_id, request, created_at, expires_at)
  SELECT $1, $2, id, $4, $5, $6 FROM oauth_clients WHERE id = $3`;
const FIND_TRANSACTION = `SELECT ${TRANSACTION} FROM oauth_transactions
  WHERE id_hash = $1 AND browser_hash = $2 AND expires_at > $3`;
const TAKE_TRANSACTION = `DELETE FROM oauth_transactions
  WHERE id_hash = $1 AND browser_hash = $2 AND expires_at > $3 RETURNING ${TRANSACTION}`;

type PushedKey = Parameters<AuthorizationStore['consumePushed']>[0];
type TransactionKey = Parameters<AuthorizationStore['findTransaction']>[0];

export function* insertPushed(request: PushedRequest): SqlProgram<void> {
  const { idHash, clientId, parameters, dpopJkt, expiresAt } = request;
  yield* run(INSERT_PUSHED, idHash, clientId, JSON.stringify(parameters), dpopJkt, expiresAt);
}

/** Decides between those who want one request (O30). */
export function* consumePushed(key: PushedKey): SqlProgram<PushedRequest | undefined> {
  const row = yield* first<PushedRow>(CONSUME_PUSHED, key.idHash, key.clientId, key.nowSeconds);
  return row && { ...row, parameters: JSON.parse(row.parameters) as PushedRequest['parameters'] };
}

export function* insertTransaction(transaction: AuthorizationTransaction): SqlProgram<void> {
  const { idHash, browserHash, request, createdAt, expiresAt } = transaction;
  const requestText = JSON.stringify(request);
  yield* run(INSERT_TRANSACTION, idHash, browserHash, request.clientId, requestText, createdAt, expiresAt);
}

export function* findTransaction(key: TransactionKey): SqlProgram<AuthorizationTransaction | undefined> {
  const row = yield* first<TransactionRow>(FIND_TRANSACTION, key.idHash, key.browserHash, key.nowSeconds);
  return row && transactionFrom(row);
}

/** Decides between those who want to complete it. */
export function* takeTransaction(key: TransactionKey): SqlProgram<AuthorizationTransaction | undefined> {
  const row = yield* first<TransactionRow>(TAKE_TRANSACTION, key.idHash, key.browserHash, key.nowSeconds);
  return row && transactionFrom(row);
}

function transactionFrom(row: TransactionRow): AuthorizationTransaction {
  return { ...row, request: JSON.parse(row.request) as AuthorizationRequest };
}

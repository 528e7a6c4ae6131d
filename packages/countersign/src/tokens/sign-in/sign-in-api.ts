/**
 * The calls that both sign-in clients share. Imports nothing from Node.
 */
import { decodeUnverifiedIdToken, looksLikeToken } from './decode-unverified-id-token.js';
import type { JsonObject } from './json-object.js';
import { decodeText, parseJsonObject } from './json-object.js';
import { SignInError } from './sign-in-error.js';
import type { SendSignInRequest, SignInRequest } from './sign-in-request.js';
import type { RemotelyVerifiedPerson } from './signed-in-person.js';
import { personFrom } from './signed-in-person.js';

export interface StartedSignIn {
  /** Needed for `finishWithCode`. Undefined when the authority gave none. Keep it where sign-in was started. */
  readonly requestId: string | undefined;
}

export interface DeliveredTokens {
  readonly idToken: string;
  /** Null when the app does not allow refresh. */
  readonly refreshToken: string | null;
}

/** Every call rejects with SignInError only; besides the reasons listed: unexpected_answer, unreachable, too_many_requests. */
export interface SignInApi {
  /**
   * Has a link and a typed code mailed to the address. Success says that the address is well formed, not that anybody
   * has it (JAM-2). The address is sent as given.
   * Reasons: bad_request (no address), not_found (unknown app).
   */
  startSignIn(email: string): Promise<StartedSignIn>;
  /**
   * Finishes with the code that the person typed. `requestId` is the one that `startSignIn` gave.
   * Reasons: wrong_code (wrong, used, too old or tried too often: not told apart), bad_request, not_found (unknown app).
   */
  finishWithCode(requestId: string, code: string): Promise<DeliveredTokens>;
  /**
   * Changes the code of a redirect (delivery mode `code`) for the tokens. A code works once.
   * Reasons: bad_request (code unknown, used or too old; app delivers otherwise), not_found (unknown app).
   */
  exchangeCode(code: string): Promise<DeliveredTokens>;
  /**
   * A new ID token. The refresh token stays the same and stays valid (JAM-9).
   * Reasons: bad_request (app without refresh), unauthorized (token unknown or too old), not_found (unknown app or token).
   */
  refreshIdToken(refreshToken: string): Promise<string>;
  /**
   * Asks the authority whether the ID token is valid; checks nothing itself (JAM-8). Costs a round trip each time:
   * on a server prefer `verifyIdToken`.
   * Reasons: not_verified, not_found (unknown app).
   */
  verifyIdTokenRemotely(idToken: string): Promise<RemotelyVerifiedPerson>;
  /** Logs out here. Reasons: unauthorized (ID token refused), not_found (unknown app or refresh token). */
  deleteRefreshToken(idToken: string, refreshToken: string): Promise<void>;
  /** Logs out everywhere: all refresh tokens of this person for this app. Reasons: unauthorized (ID token refused). */
  deleteAllRefreshTokens(idToken: string): Promise<void>;
}

const BAD_REQUEST = { reason: 'bad_request' } as const;
const NOT_FOUND = { reason: 'not_found' } as const;
const ID_TOKEN_INVALID = { reason: 'unauthorized', message: 'ID token is invalid' } as const;
const REFRESH_TOKEN_INVALID = {
  reason: 'unauthorized',
  message: 'Refresh token was invalid or expired',
} as const;
const WRONG_CODE = { reason: 'wrong_code' } as const;
const NOT_VERIFIED = {
  reason: 'not_verified',
  message: 'The authority says that the ID token is not valid',
} as const;

export function createSignInApi(send: SendSignInRequest, appId: string): SignInApi {
  return {
    startSignIn: (email) => startSignIn(send, email),
    finishWithCode: (requestId, code) => finishWithCode(send, requestId, code),
    exchangeCode: (code) => exchangeCode(send, code),
    refreshIdToken: (refreshToken) => refreshIdToken(send, refreshToken),
    verifyIdTokenRemotely: (idToken) => verifyIdTokenRemotely(send, appId, idToken),
    deleteRefreshToken: (idToken, refreshToken) => deleteRefreshToken(send, idToken, refreshToken),
    deleteAllRefreshTokens: (idToken) => deleteAllRefreshTokens(send, idToken),
  };
}

async function startSignIn(send: SendSignInRequest, email: string): Promise<StartedSignIn> {
  const answer = await send({
    ...post('/authenticate', { email }),
    refusals: { 400: BAD_REQUEST, 404: NOT_FOUND },
    secrets: [],
  });
  // The originals answer without a body: one that is missing or unreadable is no failure (JAM-2).
  const { requestId } = readObject(answer);
  return { requestId: typeof requestId === 'string' ? requestId : undefined };
}

async function finishWithCode(
  send: SendSignInRequest,
  requestId: string,
  code: string,
): Promise<DeliveredTokens> {
  const answer = await send({
    ...post('/code', { requestId, code }),
    refusals: { 400: BAD_REQUEST, 401: WRONG_CODE, 404: NOT_FOUND },
    secrets: [requestId, code],
  });
  return readTokens(answer);
}

async function exchangeCode(send: SendSignInRequest, code: string): Promise<DeliveredTokens> {
  const answer = await send({
    ...post('/exchange', { code }),
    refusals: { 400: BAD_REQUEST, 404: NOT_FOUND },
    secrets: [code],
  });
  return readTokens(answer);
}

async function refreshIdToken(send: SendSignInRequest, refreshToken: string): Promise<string> {
  const answer = await send({
    ...post('/refresh', { refreshToken }),
    refusals: { 400: BAD_REQUEST, 401: REFRESH_TOKEN_INVALID, 404: NOT_FOUND },
    secrets: [refreshToken],
  });
  return readTokens(answer).idToken;
}

async function verifyIdTokenRemotely(
  send: SendSignInRequest,
  appId: string,
  idToken: string,
): Promise<RemotelyVerifiedPerson> {
  await send({
    ...post('/verify', { idToken }),
    refusals: { 401: NOT_VERIFIED, 404: NOT_FOUND },
    secrets: [idToken],
  });
  const claims = decodeUnverifiedIdToken(idToken)?.unverifiedClaims;
  const person = claims === undefined ? 'everything' : personFrom(Object.freeze(claims), appId);
  if (typeof person === 'string') {
    const message = `The authority accepted an ID token that cannot be read (${person})`;
    throw new SignInError('unexpected_answer', message, { status: 200 });
  }
  return Object.freeze({ ...person, verifiedBy: 'authority' });
}

async function deleteRefreshToken(
  send: SendSignInRequest,
  idToken: string,
  refreshToken: string,
): Promise<void> {
  requireToken(idToken);
  if (!isPathSegment(refreshToken)) throw new SignInError('not_found', 'Refresh token was not found');
  await send({
    method: 'DELETE',
    path: '/user/refresh',
    secretSegment: refreshToken,
    idToken,
    successStatus: 204,
    refusals: { 401: ID_TOKEN_INVALID, 404: NOT_FOUND },
    secrets: [idToken, refreshToken, encodeURIComponent(refreshToken)],
  });
}

async function deleteAllRefreshTokens(send: SendSignInRequest, idToken: string): Promise<void> {
  requireToken(idToken);
  await send({
    method: 'DELETE',
    path: '/user/refresh',
    idToken,
    successStatus: 204,
    refusals: { 401: ID_TOKEN_INVALID },
    secrets: [idToken],
  });
}

function post(path: string, json: Readonly<Record<string, string>>) {
  return { method: 'POST', path, json, successStatus: 200 } as const satisfies Partial<SignInRequest>;
}

/** Text that is no token must not get near a header: `fetch` would put it into the error it throws. */
function requireToken(idToken: string): void {
  if (!looksLikeToken(idToken)) throw new SignInError('unauthorized', ID_TOKEN_INVALID.message);
}

/** With an empty or dotted segment the URL would be another: that which deletes every token of the person (JAM-12). */
function isPathSegment(text: unknown): boolean {
  return typeof text === 'string' && !['', '.', '..'].includes(text) && text.isWellFormed();
}

function readTokens(answer: Uint8Array | undefined): DeliveredTokens {
  const { idToken, refreshToken } = readObject(answer);
  if (typeof idToken !== 'string' || idToken === '') {
    throw new SignInError('unexpected_answer', 'The answer of the authority holds no ID token', {
      status: 200,
    });
  }
  return { idToken, refreshToken: typeof refreshToken === 'string' ? refreshToken : null };
}

function readObject(answer: Uint8Array | undefined): JsonObject {
  return (answer && parseJsonObject(decodeText(answer))) ?? {};
}

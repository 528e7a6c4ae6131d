import type { FetchFunction, RemoteFailure, WholeAnswer } from '../../keys/remote-fetch.js';
import { fetchBounded, systemCodeOf } from '../../keys/remote-fetch.js';
import { toErrorText } from './error-text.js';
import { decodeText, parseJsonObject } from './json-object.js';
import type { SignInErrorReason } from './sign-in-error.js';
import { SignInError } from './sign-in-error.js';

/** Answers of the authority are small; a body beyond this is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface SignInRequesterSettings {
  /** Base URL of the authority and app id, without trailing slash. */
  readonly appUrl: string;
  readonly fetch: FetchFunction;
  readonly timeoutMs: number;
  /** Browsers keep answers; those of the authority are never to be taken from a cache (JAM-13). */
  readonly cache?: 'no-cache';
}

type Refusals = Readonly<Record<number, { readonly reason: SignInErrorReason; readonly message?: string }>>;

/** What a status means for every call. */
const REFUSALS: Refusals = { 429: { reason: 'too_many_requests' } };
const UNEXPECTED: Refusals[number] = { reason: 'unexpected_answer' };

export interface SignInRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the app's URL, beginning with a slash. Appears in errors. */
  readonly path: string;
  /** Last segment of the path, before percent-encoding (JAM-12). Never appears in errors. */
  readonly secretSegment?: string;
  readonly json?: Readonly<Record<string, string>>;
  readonly idToken?: string;
  readonly successStatus: 200 | 204;
  /** What a status means for this call. A `message` replaces the one of the answer. */
  readonly refusals: Refusals;
  /** Values that must never appear in an error. */
  readonly secrets: readonly string[];
}

/** Body of the answer that was hoped for; undefined when it did not arrive whole. */
export type SendSignInRequest = (request: SignInRequest) => Promise<Uint8Array | undefined>;

/** Sends one request to the authority. Anything but the hoped for status rejects with a SignInError. */
export function createSignInRequester(settings: SignInRequesterSettings): SendSignInRequest {
  const limits = { timeoutMs: settings.timeoutMs, maxBytes: MAX_ANSWER_BYTES };
  return async (request) => {
    const headers = {
      accept: 'application/json',
      ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.idToken === undefined ? {} : { authorization: `Bearer ${request.idToken}` }),
    };
    const answer = await fetchBounded(
      settings.fetch,
      settings.appUrl + pathOf(request),
      {
        method: request.method,
        headers,
        ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
        ...(settings.cache === undefined ? {} : { cache: settings.cache }),
      },
      limits,
    );
    if (answer.status === request.successStatus) {
      return answer.kind === 'answer' ? answer.body : undefined;
    }
    throw answer.kind === 'answer' ? refusal(request, answer) : noAnswer(request, answer, limits.timeoutMs);
  };
}

/** JAM-3: the message of the answer where the status has a meaning for this call. JAM-4: else status line and body. */
function refusal(request: SignInRequest, answer: WholeAnswer): SignInError {
  const details = { status: answer.status, retryAfterSeconds: retryAfterOf(answer) };
  const { reason, message } = request.refusals[answer.status] ?? REFUSALS[answer.status] ?? UNEXPECTED;
  if (message !== undefined) return new SignInError(reason, message, details);
  const body = decodeText(answer.body);
  const line = `${answer.status} ${answer.statusText}: ${body === '' ? '<no error message>' : body}`;
  const text = reason === UNEXPECTED.reason ? line : (messageIn(body) ?? line);
  return new SignInError(reason, toErrorText(text, request.secrets), details);
}

function noAnswer(request: SignInRequest, failure: RemoteFailure, timeoutMs: number): SignInError {
  const call = `${request.method} ${request.path}`;
  // Some implementations of fetch put the URL, the headers or the body into what they throw.
  const cause = request.secrets.length === 0 ? failure.cause : undefined;
  const details = { status: failure.status, cause };
  switch (failure.problem) {
    case 'too_large':
      return new SignInError('unexpected_answer', `${call}: answer over ${MAX_ANSWER_BYTES} bytes`, details);
    case 'timeout':
      return new SignInError('unreachable', `${call}: no answer within ${timeoutMs} ms`, details);
    case 'no_answer': {
      const code = systemCodeOf(failure.cause) ?? 'request failed';
      return new SignInError('unreachable', `${call}: no answer (${code})`, details);
    }
  }
}

function pathOf({ path, secretSegment }: SignInRequest): string {
  return secretSegment === undefined ? path : `${path}/${encodeURIComponent(secretSegment)}`;
}

function retryAfterOf({ headers }: WholeAnswer): number | undefined {
  const value = headers.get('retry-after');
  return value !== null && /^\d{1,7}$/.test(value) ? Number(value) : undefined;
}

function messageIn(body: string): string | undefined {
  const { message } = parseJsonObject(body) ?? {};
  return typeof message === 'string' && message !== '' ? message : undefined;
}

/** What every OAuth endpoint that answers in JSON has in common. */
import { OAUTH_ERRORS, OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import { StoreUnavailableError } from '../../domain/stores.js';
import type { HttpRequest, HttpResponse, PathParameters, Route } from '../../http/exchange.js';
import { type HttpHeaders, json } from '../../http/respond.js';

/** RFC 6749 section 5.1: nothing of an answer may be kept. */
export const NEVER_STORED: HttpHeaders = Object.freeze({ 'cache-control': 'no-store', pragma: 'no-cache' });

const STORE_RETRY_AFTER_SECONDS = 5;

/** An endpoint of kind `api` whose errors have the form of RFC 6749 section 5.2. */
export function oauthRoute(
  method: Route['method'],
  pattern: string,
  handle: (request: HttpRequest, parameters: PathParameters) => Promise<HttpResponse>,
): Route {
  return {
    method,
    pattern,
    kind: 'api',
    async handle(request, parameters) {
      try {
        return await handle(request, parameters);
      } catch (error) {
        return answerError(error);
      }
    },
  };
}

/** @throws what is no error of OAuth, for the request handler. */
export function answerError(error: unknown): HttpResponse {
  if (error instanceof OauthError) return errorAnswer(error);
  if (error instanceof StoreUnavailableError) {
    return errorAnswer(
      new OauthError('temporarily_unavailable', undefined, {
        headers: { 'retry-after': String(STORE_RETRY_AFTER_SECONDS) },
        cause: error,
      }),
    );
  }
  if (error instanceof Refusal && error.code === 'too_many_requests') {
    const seconds = Math.max(1, Math.ceil(error.retryAfterSeconds ?? STORE_RETRY_AFTER_SECONDS));
    return errorAnswer(
      new OauthError('too_many_requests', undefined, { headers: { 'retry-after': String(seconds) } }),
    );
  }
  if (error instanceof Refusal && (error.status === 413 || error.status === 415)) {
    return json(error.status, bodyOf('invalid_request', error.message), NEVER_STORED);
  }
  throw error;
}

function errorAnswer({ code, message, headers }: OauthError): HttpResponse {
  return json(OAUTH_ERRORS[code].status, bodyOf(code, message), { ...NEVER_STORED, ...headers });
}

function bodyOf(error: string, description: string): Record<string, string> {
  return { error, error_description: description };
}

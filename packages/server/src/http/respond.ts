/** Makes the answers that routes give. The request handler adds what every answer of a kind carries. */
import type { Refusal } from '../domain/refusal.js';
import type { HttpResponse } from './exchange.js';

export type HttpHeaders = HttpResponse['headers'];

/** Seconds told to clients when nothing better is known. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** The original clients parse error bodies as JSON, so whatever is no 204 is answered with this (JAM-3). */
export function json(status: number, value: unknown, headers: HttpHeaders = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** Answer with an HTML document. */
export function page(status: number, markup: string, headers: HttpHeaders = {}): HttpResponse {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body: markup };
}

export function noContent(headers: HttpHeaders = {}): HttpResponse {
  return { status: 204, headers, body: null };
}

/** 303, never 307: a redirect after a POST must not repeat the form somewhere else (O10). */
export function seeOther(location: string, headers: HttpHeaders = {}): HttpResponse {
  return { status: 303, headers: { location, ...headers }, body: null };
}

/** `{ "message": text, "code": code }` with the headers that belong to the status. */
export function refusal(refused: Refusal, headers: HttpHeaders = {}): HttpResponse {
  return json(
    refused.status,
    { message: refused.message, code: refused.code },
    {
      ...refusalHeaders(refused),
      // RFC 9110 section 15.5.2: a 401 names a scheme.
      ...(refused.status === 401 ? { 'www-authenticate': challengeFor(refused) } : {}),
      ...headers,
    },
  );
}

/** RFC 6750 section 3.1: an error code only where a bearer token was presented and refused. */
function challengeFor({ code }: Refusal): string {
  return code === 'invalid_token' ? 'Bearer error="invalid_token"' : 'Bearer';
}

/** The same for people: `renderErrorPage` makes the page, so that pages stay above this layer. */
export function refusalPage(
  refused: Refusal,
  renderErrorPage: (refused: Refusal) => string,
  headers: HttpHeaders = {},
): HttpResponse {
  return page(refused.status, renderErrorPage(refused), { ...refusalHeaders(refused), ...headers });
}

/** `no-store`, and `Retry-After` (whole seconds, at least one) with 429 and 503; for pages that show a refusal themselves. */
export function refusalHeaders(refused: Refusal): HttpHeaders {
  if (refused.status !== 429 && refused.status !== 503) return { 'cache-control': 'no-store' };
  const seconds = Math.max(1, Math.ceil(refused.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS));
  return { 'cache-control': 'no-store', 'retry-after': String(seconds) };
}

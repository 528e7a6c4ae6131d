import { createHash } from 'node:crypto';
import type { HttpRequest } from './exchange.js';

/** A strong entity tag for this content. */
export function etagOf(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}

/** Whether `If-None-Match` names `etag`, by the weak comparison of RFC 9110 section 13.1.2. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const wanted = withoutWeakness(etag);
  return ifNoneMatch.split(',').some((candidate) => withoutWeakness(candidate.trim()) === wanted);
}

function withoutWeakness(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}

/**
 * Whether a GET is answered with 304: by `If-None-Match` where it is given, else by `If-Modified-Since` (RFC 9110
 * section 13.2.2). Of dates only the form in which HTTP writes them today is heeded.
 * @param lastModifiedAt in whole epoch seconds
 */
export function isNotModified(
  request: Pick<HttpRequest, 'header'>,
  { etag, lastModifiedAt }: { etag: string; lastModifiedAt: number },
): boolean {
  const ifNoneMatch = request.header('if-none-match');
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, etag);
  const since = new Date(request.header('if-modified-since') ?? '');
  return isHttpDate(since, request.header('if-modified-since')) && lastModifiedAt * 1000 <= since.getTime();
}

/** Such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7). */
export function httpDate(atSeconds: number): string {
  return new Date(atSeconds * 1000).toUTCString();
}

function isHttpDate(date: Date, text: string | undefined): boolean {
  return !Number.isNaN(date.getTime()) && date.toUTCString() === text;
}

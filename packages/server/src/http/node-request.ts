import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../domain/refusal.js';
import type { HttpRequest } from './exchange.js';

/** More than any client sends; node:http would silently drop what exceeds its own limit. */
export const MAX_HEADERS = 100;

/** A request of node:http as routes see it. Nothing is parsed before it is asked for. */
export function createNodeRequest(
  incoming: IncomingMessage,
  parts: {
    clientIp: string;
    readBody: () => Promise<Uint8Array>;
    /** Where a framework has changed `url`. */
    target?: string;
    /** Where the server does not join repeated headers. */
    header?: HttpRequest['header'];
  },
): HttpRequest {
  const { clientIp, readBody, target = incoming.url ?? '' } = parts;
  const mark = target.indexOf('?');
  let query: URLSearchParams | undefined;
  let body: Promise<Uint8Array> | undefined;
  return {
    method: incoming.method ?? '',
    path: mark < 0 ? target : target.slice(0, mark),
    get query() {
      query ??= new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
      return query;
    },
    header: parts.header ?? ((name) => headerOf(incoming, name)),
    clientIp,
    readBody() {
      body ??= readBody();
      return body;
    },
    requestId: randomUUID(),
  };
}

/** All values of a header, joined with a comma. */
export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * What node's own parser lets through although two readers could understand it differently: a request target that
 * is no plain path (M8), more than one Host (RFC 9112 section 3.2), a transfer coding besides `chunked` (S4).
 */
export function refuseMalformed(
  { url = '', rawHeaders, headers }: IncomingMessage,
  target: string = url,
): Refusal | undefined {
  const coding = headers['transfer-encoding'];
  const isFine =
    isPlainTarget(target) &&
    rawHeaders.length <= 2 * MAX_HEADERS &&
    countHosts(rawHeaders) <= 1 &&
    (coding === undefined || coding.toLowerCase() === 'chunked');
  return isFine
    ? undefined
    : new Refusal('invalid_parameter', { message: 'The request is not well-formed.' });
}

/** Begins with a slash; printable ASCII without backslash, which some readers take for a slash, and without `#`. */
function isPlainTarget(target: string): boolean {
  return /^\/[!"$-[\]-~]*$/.test(target);
}

function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') count += 1;
  return count;
}

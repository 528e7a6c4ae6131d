import type { HttpRequest } from '../../src/http/exchange.js';

export interface RequestParts {
  method?: string;
  /** With a query, if wanted. */
  path?: string;
  headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as a form unless the headers say otherwise. */
  body?: object | string | Uint8Array;
  clientIp?: string;
}

/** A request as routes see it, without a socket: same host as the issuer of the tests. */
export function httpRequest(parts: RequestParts = {}): HttpRequest {
  const { method = 'GET', path = '/', clientIp = '192.0.2.1', body } = parts;
  const headers = new Map(Object.entries({ host: 'auth.example', ...contentType(body), ...parts.headers }));
  const mark = path.indexOf('?');
  return {
    method,
    path: mark < 0 ? path : path.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1)),
    header: (name) => headers.get(name),
    clientIp,
    readBody: async () => toBytes(body),
    requestId: 'request-1',
  };
}

function contentType(body: RequestParts['body']): Record<string, string> {
  if (body === undefined || body instanceof Uint8Array) return {};
  if (typeof body === 'string') return { 'content-type': 'application/x-www-form-urlencoded' };
  return { 'content-type': 'application/json' };
}

function toBytes(body: RequestParts['body']): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === 'object' ? JSON.stringify(body) : (body ?? ''));
}

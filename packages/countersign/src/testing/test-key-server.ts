/** A server that publishes keys, and that can break in every way in which those of others do. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../core/errors.js';
import { aNonEmptyString, integerFrom, oneOf } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, describe, optional } from '../core/options.js';
import { exportPublicJwk, exportPublicPem } from '../keys/export-key.js';
import type { PublicKey } from '../keys/key.js';
import { isKey } from '../keys/key.js';
import { checkArgument } from './check-argument.js';
import { refuseProduction } from './refuse-production.js';

/**
 * What the server does in place of answering.
 * - `down`: cuts the connection.
 * - `silent`: takes the request and says nothing.
 * - `delayMs`: answers well, but late.
 * - `status`: answers with this status and no keys.
 * - `bodyBytes`: answers 200 with so many bytes that are no keys, and does not say beforehand how many.
 * - `redirectTo`: answers 302.
 */
export type TestKeyServerFault =
  | 'down'
  | 'silent'
  | { readonly delayMs: number }
  | { readonly status: number }
  | { readonly bodyBytes: number }
  | { readonly redirectTo: string };

export interface TestKeyServer {
  /** Plain http on loopback. An issuer of its own, and others lie below it: `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** Where the keys of services are, for `asap(...)`. */
  readonly repositoryUrl: string;
  /** The path of every request so far, faults included. */
  readonly requests: readonly string[];
  /** Null while all is well. Takes effect with the next request. What is no fault throws UsageError. */
  fault: TestKeyServerFault | null;
  /** Further headers of every good answer, such as `cache-control`. */
  headers: Readonly<Record<string, string>>;
  /**
   * These are the keys of the issuer from now on, and no others. Keys of an issuer at or below {@link origin} make a
   * JWK Set at `<issuer>/.well-known/jwks.json`, with the metadata of RFC 8414 and of OpenID Connect Discovery; keys of
   * a service (`billing`), each under its id, PEM files below {@link repositoryUrl}.
   *
   * @throws {UsageError} `invalid_options` for an issuer of another server, and for what are no public keys.
   */
  publish(issuer: string, keys: readonly PublicKey[]): void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1, without TLS: key sources take plain http from there.
 *
 * @throws {UsageError} `invalid_options` in production; rejects when no port is to be had.
 */
export async function createTestKeyServer(): Promise<TestKeyServer> {
  refuseProduction('createTestKeyServer');
  const requests: string[] = [];
  const published = new Map<string, readonly PublicKey[]>();
  const listener = createServer((request, response) => {
    requests.push(request.url ?? '');
    void answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  let fault: TestKeyServerFault | null = null;
  const server: TestKeyServer = {
    origin,
    repositoryUrl: `${origin}/asap/`,
    requests,
    get fault() {
      return fault;
    },
    set fault(given) {
      fault = checkFault(given);
    },
    headers: {},
    publish(issuer, keys) {
      checkArgument('publish', 'issuer', issuer, aNonEmptyString);
      checkArgument('publish', 'keys', keys, listOfPublicKeys);
      const isForeign = issuer.includes('/') && issuer !== origin && !issuer.startsWith(`${origin}/`);
      if (isForeign) {
        const problem = `the issuer must be ${origin}, lie below it, or be the name of a service`;
        throw new UsageError('invalid_options', 'publish', [problem]);
      }
      published.set(issuer, [...keys]);
    },
    close() {
      const closed = new Promise<void>((resolve) => {
        listener.close(() => resolve());
      });
      listener.closeAllConnections();
      return closed;
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (fault === 'silent') return;
    if (fault === 'down') request.socket.destroy();
    else if (fault !== null && 'status' in fault) response.writeHead(fault.status).end();
    else if (fault !== null && 'redirectTo' in fault)
      response.writeHead(302, { location: fault.redirectTo }).end();
    else if (fault !== null && 'bodyBytes' in fault) sendBytes(response, fault.bodyBytes);
    else {
      if (fault !== null) await delay(fault.delayMs, undefined, { ref: false });
      const document = findDocument(published, origin, request.url ?? '');
      if (document === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': document.type, ...server.headers }).end(document.text);
    }
  }
  return server;
}

const listOfPublicKeys: ValueRule = (value) =>
  Array.isArray(value) && value.every((key) => isKey(key) && key.kind === 'public')
    ? undefined
    : 'must be an array of public keys';

const aStatus: ValueRule = (value) =>
  Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
    ? undefined
    : `must be an HTTP status from 200 to 599, not ${describe(value)}`;

const aWordForFault = oneOf('down', 'silent');

/** Each of them stands alone. */
interface FaultOptions {
  readonly delayMs?: number;
  readonly status?: number;
  readonly bodyBytes?: number;
  readonly redirectTo?: string;
}

const faultRules: OptionRules<FaultOptions> = {
  delayMs: optional(integerFrom(0, 3_600_000, 'milliseconds')),
  status: optional(aStatus),
  bodyBytes: optional(integerFrom(0, 2 ** 40, 'bytes')),
  redirectTo: optional(aNonEmptyString),
};

function checkFault(given: TestKeyServerFault | null): TestKeyServerFault | null {
  if (given === null) return given;
  if (typeof given !== 'object') {
    checkArgument('fault', 'fault', given, aWordForFault);
    return given;
  }
  return checkOptions<FaultOptions>('fault', given, faultRules, (fault) =>
    Object.values(fault).filter((value) => value !== undefined).length === 1
      ? []
      : [`one of ${Object.keys(faultRules).join(', ')} must be given, and one only`],
  ) as TestKeyServerFault;
}

interface PublishedDocument {
  readonly type: string;
  readonly text: string;
}

const JWKS_PATH = '/.well-known/jwks.json';

/** What lies at a path: the text of one key, a key set, or the metadata of its issuer. */
function findDocument(
  published: ReadonlyMap<string, readonly PublicKey[]>,
  origin: string,
  path: string,
): PublishedDocument | undefined {
  if (path.startsWith('/asap/')) {
    const kid = path.slice('/asap/'.length);
    const [issuer = ''] = kid.split('/');
    const key = published.get(issuer)?.find((each) => each.kid === kid);
    return key && { type: 'application/x-pem-file', text: exportPublicPem(key) };
  }
  for (const [issuer, keys] of published) {
    if (!issuer.startsWith(origin)) continue;
    const below = issuer.slice(origin.length);
    if (path === `${below}${JWKS_PATH}`) return asJson({ keys: keys.map(exportPublicJwk) });
    const isMetadata =
      path === `/.well-known/oauth-authorization-server${below}` ||
      path === `${below}/.well-known/openid-configuration`;
    if (isMetadata) return asJson({ issuer, jwks_uri: `${issuer}${JWKS_PATH}` });
  }
  return undefined;
}

function asJson(document: unknown): PublishedDocument {
  return { type: 'application/json', text: JSON.stringify(document) };
}

/** Made while it is read: whoever stops reading costs no memory. */
function sendBytes(response: ServerResponse, bodyBytes: number): void {
  const part = Buffer.alloc(64 * 1024, ' ');
  function* parts() {
    for (let left = bodyBytes; left > 0; left -= part.length)
      yield part.subarray(0, Math.min(left, part.length));
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  const body = Readable.from(parts());
  response.once('close', () => body.destroy());
  body.pipe(response);
}

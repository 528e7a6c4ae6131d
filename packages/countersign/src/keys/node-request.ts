/** One request over node:http or node:https, in the form of fetch, with a look at where the connection leads. */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { PrivateAddressError } from './private-address.js';
import type { FetchAnswer, FetchBody, FetchInit } from './remote-fetch.js';

export interface NodeRequestSettings {
  readonly lookup: LookupFunction | undefined;
  /** Whether the connection must not be used, by the address of its other end; undefined where it is closed again. */
  readonly isRefused: (address: string | undefined) => boolean;
}

/** A few connections wait for a few seconds: keys are asked for rarely, those of an ASAP repository in bunches. */
const POOL = { keepAlive: true, maxSockets: 16, maxTotalSockets: 64, maxFreeSockets: 2, timeout: 10_000 };

const DECODERS = new Map<string, () => NodeJS.ReadWriteStream & Readable>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Rejects with {@link PrivateAddressError}, with what node:http reports, and with AbortError. No redirect is followed. */
export function createNodeRequest({ lookup, isRefused }: NodeRequestSettings) {
  const agents = { 'http:': new HttpAgent(POOL), 'https:': new HttpsAgent(POOL) };

  const send = (url: URL, { method, headers, body, signal }: FetchInit, agent: HttpAgent | false) =>
    new Promise<FetchAnswer>((resolve, reject) => {
      const options: RequestOptions = {
        method,
        headers: { 'accept-encoding': 'gzip, deflate, br', ...headers },
        signal,
        agent,
      };
      if (lookup !== undefined) options.lookup = lookup;
      const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
      request.on('error', (error) => reject(isStale(request, error) ? new StaleConnection() : error));
      request.once('response', (response) => resolve(toAnswer(response)));
      // After 101, which nobody asked for, Node closes the connection and says nothing more.
      request.once('close', () => reject(new Error('the connection was closed without an answer')));
      onceConnected(request, ({ remoteAddress }) => {
        if (isRefused(remoteAddress)) request.destroy(new PrivateAddressError());
        else request.end(body);
      });
    });

  return async (url: URL, init: FetchInit): Promise<FetchAnswer> => {
    const agent = url.protocol === 'https:' ? agents['https:'] : agents['http:'];
    try {
      return await send(url, init, agent);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return send(url, init, false);
    }
  };
}

/** A connection that waited was closed by the other side before the request got there: a new one will do. */
class StaleConnection extends Error {}

function isStale(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
}

/** Nothing of the request has been sent by then. */
function onceConnected(request: ClientRequest, listener: (socket: Socket) => void): void {
  request.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => listener(socket));
    else listener(socket);
  });
}

function toAnswer(response: IncomingMessage): FetchAnswer {
  const { statusCode = 0, statusMessage = '', headers } = response;
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: {
      get(name: string) {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    body: toBody(decode(response)),
  };
}

/** The decoder asks for more only as it is read, so what unpacks to more than is wanted never does (row K4). */
function decode(response: IncomingMessage): Readable {
  // Whoever reads is told of errors by the reader; nobody else has to hear of them.
  response.on('error', () => undefined);
  const coding = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return response;
  const createDecoder = DECODERS.get(coding);
  if (createDecoder === undefined) {
    return response.destroy(new Error('the answer is in an encoding that was not asked for'));
  }
  return pipeline(response, createDecoder(), () => undefined);
}

function toBody(stream: Readable): FetchBody {
  const cancel = async (): Promise<void> => {
    stream.destroy();
  };
  return {
    cancel,
    getReader() {
      const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
      return {
        cancel,
        async read() {
          const { done, value } = await chunks.next();
          return done === true ? { done } : { done: false, value };
        },
      };
    },
  };
}

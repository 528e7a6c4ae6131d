// Requests and responses as Node's servers hand them out, without a socket behind them.
import { IncomingMessage, ServerResponse } from 'node:http';

const SOCKET = /** @type {any} */ ({
  encrypted: true,
  remoteAddress: '192.0.2.1',
  readableHighWaterMark: 65_536,
});
const TARGET = '/orders?page=2';
const URL_OF_TARGET = `https://api.example.com${TARGET}`;
const COMMON_FIELDS = [
  ['Host', 'api.example.com'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
  ['Accept', 'application/json'],
  ['Accept-Encoding', 'gzip, deflate, br'],
];
const BEFORE = COMMON_FIELDS.flat();

/** @type {readonly string[]} */
const NONE = [];

/** What the bare gate reads. @param {string} header */
export const gateRequest = (header) => ({
  method: 'GET',
  url: TARGET,
  carrier: {},
  headers: (/** @type {string} */ name) => (name === 'authorization' ? [header] : NONE),
});

/** @param {string} header */
export function nodeRequest(header) {
  const request = new IncomingMessage(SOCKET);
  request.method = 'GET';
  request.url = TARGET;
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  const fields = [...BEFORE, 'Authorization', header, 'Connection', 'keep-alive'];
  // As the parser of node:http does: `headers` are gathered from these when somebody reads them first.
  /** @type {any} */ (request)._addHeaderLines(fields, fields.length);
  return request;
}

/** @param {IncomingMessage} request */
export const nodeResponse = (request) => new ServerResponse(request);

/** @param {string} header */
export const fetchRequest = (header) =>
  new Request(URL_OF_TARGET, {
    headers: [...COMMON_FIELDS.filter(([name]) => name !== 'Host'), ['Authorization', header]],
  });

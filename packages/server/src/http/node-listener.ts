/** Serves a request handler on node:http, with every limit set that node leaves open. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../domain/logger.js';
import { createClientAddressResolver } from './client-address.js';
import { createInFlight, type InFlight } from './in-flight.js';
import { createNodeBodyReader } from './node-body.js';
import { createClientErrorHandler } from './node-client-error.js';
import { checkNodeLimits, type NodeLimits } from './node-limits.js';
import { createNodeRequest, headerOf, MAX_HEADERS, refuseMalformed } from './node-request.js';
import { sendNodeResponse } from './node-response.js';
import type { RequestHandler } from './request-handler.js';

export interface NodeListenerOptions {
  readonly handler: RequestHandler;
  /** Addresses and CIDR ranges whose `X-Forwarded-For` is believed; none by default. */
  readonly trustedProxies?: readonly string[];
  readonly limits?: Partial<NodeLimits>;
  readonly logger: Logger;
}

export interface NodeListener {
  /** Port 0 takes a free one. Rejects with node's own error, for example EADDRINUSE. */
  listen(address: { host: string; port: number }): Promise<{ port: number }>;
  /** Takes no new connection, ends those that idle, waits for the answers under way, and in the end cuts off what is left. */
  stop(): Promise<void>;
}

/** @throws UsageError listing every limit that is no positive integer, or every proxy that is no address */
export function createNodeListener(options: NodeListenerOptions): NodeListener {
  const { handler, trustedProxies = [], logger } = options;
  const limits = checkNodeLimits(options.limits ?? {});
  const clientAddress = createClientAddressResolver(trustedProxies);
  const bodies = createNodeBodyReader(limits.maxBodyBytes);
  const inFlight = createInFlight();
  const server = createHttpServer(limits);
  let isStopping = false;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { socket } = incoming;
    // The parser goes on to the end of what it was given.
    if (socket.destroyed) return;
    // Node begins to answer every request that it has read, whether the answers before it are out or not: one
    // connection that asks without waiting would fill the memory and keep everybody else waiting (S3).
    if (inFlight.count(socket) >= limits.maxPipelined) return cutOff(socket, limits, logger);
    inFlight.begin(socket);
    outgoing.once('close', () => inFlight.end(socket));
    const request = createNodeRequest(incoming, {
      clientIp: clientAddress(socket.remoteAddress, headerOf(incoming, 'x-forwarded-for')),
      readBody: () => bodies.read(incoming),
    });
    const malformed = refuseMalformed(incoming);
    try {
      const response = malformed ? handler.refuse(request, malformed) : await handler.handle(request);
      sendNodeResponse(incoming, outgoing, response, {
        close: malformed !== undefined || isStopping || bodies.isAborted(socket),
        lingerMs: limits.lingerMs,
        lingerMaxBytes: 16 * limits.maxBodyBytes,
      });
    } catch (error) {
      logger.error('answer could not be written', { requestId: request.requestId, error: nameOf(error) });
      socket.destroy();
    }
  }

  server.on('request', serve);
  server.on('clientError', createClientErrorHandler({ bodies, inFlight, lingerMs: limits.lingerMs, logger }));
  watchConnections(server, inFlight, logger);
  return Object.freeze({
    listen: (address: { host: string; port: number }) => listen(server, address),
    async stop() {
      isStopping = true;
      // What has arrived already is still answered.
      await nextTurn();
      await closeServer(server, inFlight, limits.stopTimeoutMs);
    },
  });
}

function cutOff(socket: Socket, { maxPipelined }: NodeLimits, logger: Logger): void {
  logger.debug('connection cut off', { maxPipelined });
  socket.destroy();
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function createHttpServer(limits: NodeLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    maxHeaderSize: limits.maxHeaderBytes,
    joinDuplicateHeaders: true,
    requireHostHeader: true,
    insecureHTTPParser: false,
  });
  server.maxConnections = limits.maxConnections;
  // Without it, whoever never reads what was asked for holds a connection for good.
  server.timeout = limits.stallTimeoutMs;
  server.maxHeadersCount = MAX_HEADERS + 1;
  return server;
}

function watchConnections(server: Server, inFlight: InFlight, logger: Logger): void {
  warnWhenFull(server, logger);
  // Of answers that wait for their turn on a connection that closes, node says nothing.
  server.on('connection', (socket) => socket.once('close', () => inFlight.endAll(socket)));
  // Such as EMFILE: the connection is lost, the process must not be.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (server.listening) logger.warn('connection not accepted', { reason: error.code });
  });
}

function warnWhenFull(server: Server, logger: Logger): void {
  let isFull = false;
  server.on('drop', () => {
    if (!isFull) logger.warn('connection limit reached', { maxConnections: server.maxConnections });
    isFull = true;
  });
  server.on('connection', () => {
    isFull = false;
  });
}

function listen(server: Server, address: { host: string; port: number }): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : address.port });
    });
  });
}

async function closeServer(server: Server, inFlight: InFlight, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await inFlight.whenNone();
  server.closeAllConnections();
  await closed;
  clearTimeout(timer);
}

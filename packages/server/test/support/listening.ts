import { onTestFinished } from 'vitest';
import type { Route } from '../../src/http/exchange.js';
import type { NodeLimits } from '../../src/http/node-limits.js';
import { createNodeListener, type NodeListener } from '../../src/http/node-listener.js';
import { json, noContent } from '../../src/http/respond.js';
import { openRawConnection, type RawConnection } from './raw-connection.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { createTestHandler } from './request-handler.js';

export interface Listening {
  readonly listener: NodeListener;
  readonly port: number;
  readonly lines: readonly LogLine[];
  open(): Promise<RawConnection>;
  /** Sends the text as it is, and gives what comes back until the connection closes. */
  send(text: string): Promise<string>;
}

/** Tells what arrived: `GET /where` the client's address, `POST /echo` how long the body was. */
export const ECHO_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/where',
    kind: 'api',
    handle: async ({ clientIp }) => json(200, { clientIp }),
  },
  {
    method: 'POST',
    pattern: '/echo',
    kind: 'api',
    handle: async (request) => json(200, { length: (await request.readBody()).byteLength }),
  },
  {
    method: 'GET',
    pattern: '/cookies',
    kind: 'page',
    handle: async () => noContent({ 'set-cookie': ['a=1', 'b=2'] }),
  },
];

/** A listener on loopback whose timeouts are short; stopped when the test has finished. */
export async function startListening({
  routes = ECHO_ROUTES,
  limits = {},
  trustedProxies = [],
}: {
  routes?: readonly Route[];
  limits?: Partial<NodeLimits>;
  trustedProxies?: readonly string[];
} = {}): Promise<Listening> {
  const { logger, lines } = createRecordingLogger();
  const listener = createNodeListener({
    handler: createTestHandler(routes, { logger }),
    limits: { ...SHORT_LIMITS, ...limits },
    trustedProxies,
    logger,
  });
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => listener.stop());
  const open = () => openRawConnection(port);
  return {
    listener,
    port,
    lines,
    open,
    async send(text) {
      const connection = await open();
      connection.write(text);
      return connection.untilClosed();
    },
  };
}

const SHORT_LIMITS: Partial<NodeLimits> = {
  headersTimeoutMs: 300,
  requestTimeoutMs: 400,
  keepAliveTimeoutMs: 1_000,
  checkIntervalMs: 50,
  lingerMs: 100,
  stopTimeoutMs: 500,
};

/** Request line and headers, ended by an empty line. Host is the tests' issuer unless given. */
export function head(requestLine: string, ...headers: readonly string[]): string {
  const hasHost = headers.some((header) => header.toLowerCase().startsWith('host:'));
  return [requestLine, ...(hasHost ? [] : ['Host: auth.example']), ...headers, '', ''].join('\r\n');
}

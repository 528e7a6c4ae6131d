/** The same request handler as a listener for a node:http server, or a framework on one, that is somebody else's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../domain/logger.js';
import { refuseReadBody } from './body-already-read.js';
import type { ClientAddressResolver } from './client-address.js';
import { createNodeBodyReader } from './node-body.js';
import { NODE_LIMITS } from './node-limits.js';
import { createNodeRequest, refuseMalformed } from './node-request.js';
import { declaresBody, sendNodeResponse } from './node-response.js';
import type { RequestHandler } from './request-handler.js';

export interface MountedListenerOptions {
  readonly handler: RequestHandler;
  readonly clientAddress: ClientAddressResolver;
  readonly logger: Logger;
}

/** Answers every request that it is given, also those it has nothing for. Never rejects. */
export type MountedListener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** Timeouts, limits of headers and connections, and malformed HTTP are the surrounding server's business. */
export function createMountedListener(options: MountedListenerOptions): MountedListener {
  const { handler, clientAddress, logger } = options;
  const { maxBodyBytes, lingerMs } = NODE_LIMITS;
  const bodies = createNodeBodyReader(maxBodyBytes);

  return async (incoming, outgoing) => {
    const header = createHeaderReader(incoming);
    const target = targetOf(incoming);
    const request = createNodeRequest(incoming, {
      target,
      header,
      clientIp: clientAddress(incoming.socket.remoteAddress, header('x-forwarded-for')),
      readBody: () => bodies.read(incoming),
    });
    try {
      const refused = isRead(incoming) ? refuseReadBody(logger) : refuseMalformed(incoming, target);
      const response =
        refused === undefined ? await handler.handle(request) : handler.refuse(request, refused);
      sendNodeResponse(incoming, outgoing, response, {
        close: false,
        lingerMs,
        lingerMaxBytes: 16 * maxBodyBytes,
      });
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      logger.error('answer could not be written', { requestId: request.requestId, error: name });
      outgoing.destroy();
    }
  };
}

/** Express and its like take the path of a mount off `url`, and keep the whole one beside it. */
function targetOf(incoming: IncomingMessage): string {
  const whole = 'originalUrl' in incoming ? incoming.originalUrl : undefined;
  return typeof whole === 'string' ? whole : (incoming.url ?? '');
}

function isRead(incoming: IncomingMessage): boolean {
  return incoming.readableDidRead && declaresBody(incoming);
}

/** Joins what came more than once; node:http, unless told otherwise, would drop all but the first of some headers. */
function createHeaderReader({ rawHeaders }: IncomingMessage): (name: string) => string | undefined {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    // RFC 9110 section 5.3, and for cookies RFC 6265 section 5.4.
    headers.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`);
  }
  return (name) => headers.get(name);
}

import type { Duplex } from 'node:stream';
import type { Logger } from '../domain/logger.js';
import { Refusal } from '../domain/refusal.js';
import type { InFlight } from './in-flight.js';
import type { NodeBodyReader } from './node-body.js';

const ANSWERS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
};

/**
 * Handles what node's parser refuses: smuggling attempts (S4), headers that are too large (S3) or too slow (S1), bodies
 * that do not arrive (S2). Where no request is under way yet, the answer is a bare status line; a body that is just
 * being read fails in its route instead, which answers in its own form.
 */
export function createClientErrorHandler({
  bodies,
  inFlight,
  lingerMs,
  logger,
}: {
  bodies: NodeBodyReader;
  inFlight: InFlight;
  lingerMs: number;
  logger: Logger;
}): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, socket) => {
    const code = error.code ?? '';
    if (bodies.isAborted(socket)) return;
    bodies.abort(socket, bodyRefusal(code));
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    // The answer under way will end the connection. A bare one written now would be taken for it.
    if (inFlight.count(socket) > 0) return;
    logger.debug('request refused by the parser', { code });
    socket.end(
      `HTTP/1.1 ${ANSWERS[code] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(timer));
  };
}

function bodyRefusal(code: string): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('body_timeout');
  return new Refusal('invalid_parameter', { message: 'The body is not well-formed.' });
}

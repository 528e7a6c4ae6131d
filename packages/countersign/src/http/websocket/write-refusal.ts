import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GateRefusal } from '../../gate/gate-outcome.js';

/**
 * A plain answer to a handshake (RFC 6455 section 4.2.2), after which the socket is closed.
 *
 * @param timeoutMs by when the other side must have taken it
 */
export function writeRefusal(
  { status, headers, body }: GateRefusal,
  socket: Duplex,
  timeoutMs: number,
): void {
  const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

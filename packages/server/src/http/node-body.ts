import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refusal } from '../domain/refusal.js';
import { refuseBody } from './body-limits.js';

export interface NodeBodyReader {
  /**
   * The whole body. What comes after a refusal is thrown away unread, so that memory stays flat.
   * Rejects with Refusal body_too_large, unsupported_media_type, body_timeout.
   */
  read(incoming: IncomingMessage): Promise<Uint8Array>;
  /** Nothing more arrives on this connection: a body that is not whole yet is refused, now or when it is asked for. */
  abort(socket: Duplex, refused: Refusal): void;
  isAborted(socket: Duplex): boolean;
}

export function createNodeBodyReader(maxBytes: number): NodeBodyReader {
  // A connection carries one unfinished body at a time, also when requests are pipelined.
  const underWay = new WeakMap<Duplex, (refused: Refusal) => void>();
  const aborted = new WeakMap<Duplex, Refusal>();

  function collect(incoming: IncomingMessage): Promise<Uint8Array> {
    const { socket } = incoming;
    return new Promise<Uint8Array>((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      underWay.set(socket, reject);
      incoming.on('data', (chunk: Uint8Array) => {
        size += chunk.length;
        if (size <= maxBytes) chunks.push(chunk);
        else reject(new Refusal('body_too_large'));
      });
      incoming.once('end', () => resolve(join(chunks, size)));
      // A client that left: a break in the middle is an error, and always a close.
      incoming.once('error', () => {});
      incoming.once('close', () => {
        if (!incoming.readableEnded) reject(new Refusal('body_timeout'));
      });
    }).finally(() => underWay.delete(socket));
  }

  return Object.freeze({
    async read(incoming: IncomingMessage) {
      const { 'content-encoding': contentEncoding, 'content-length': contentLength } = incoming.headers;
      const refused =
        refuseBody({ contentEncoding, contentLength }, maxBytes) ??
        (incoming.complete ? undefined : aborted.get(incoming.socket));
      if (refused !== undefined) throw refused;
      return collect(incoming);
    },
    abort(socket: Duplex, refused: Refusal) {
      aborted.set(socket, refused);
      underWay.get(socket)?.(refused);
    },
    isAborted: (socket: Duplex) => aborted.has(socket),
  });
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
}

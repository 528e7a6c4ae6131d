import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpResponse } from './exchange.js';

export interface SendOptions {
  /** The connection ends after this answer. */
  readonly close: boolean;
  readonly lingerMs: number;
  /** How much of an unwanted body is thrown away before the connection is cut. */
  readonly lingerMaxBytes: number;
}

/** Writes the answer in one go. */
export function sendNodeResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body }: HttpResponse,
  { close, lingerMs, lingerMaxBytes }: SendOptions,
): void {
  const isBodyLeft = !incoming.complete && declaresBody(incoming);
  writeHead(outgoing, status, {
    ...headers,
    ...(status !== 204 && status !== 304 && { 'content-length': String(byteLength(body)) }),
    ...((close || isBodyLeft) && { connection: 'close' }),
  });
  if (!isBodyLeft) {
    outgoing.end(body ?? undefined);
    return;
  }
  outgoing.write(body ?? '');
  linger(incoming, outgoing, { lingerMs, lingerMaxBytes });
}

function writeHead(outgoing: ServerResponse, status: number, headers: HttpResponse['headers']): void {
  if (outgoing.getHeaderNames().length === 0) {
    outgoing.writeHead(status, toHeaderLines(headers));
    return;
  }
  // A framework has set some: node:http would merge the lines into them and keep the last of several cookies only.
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  outgoing.writeHead(status);
}

/** Name, value, name, value: what node:http writes without any further look at it. */
function toHeaderLines(headers: HttpResponse['headers']): string[] {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') lines.push(name, value);
    else for (const each of value) lines.push(name, each);
  }
  return lines;
}

function byteLength(body: HttpResponse['body']): number {
  if (body === null) return 0;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

/** Whether a body comes, or came, with the request. */
export function declaresBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * The answer is out although the client still sends. Closing at once would reset the connection, and the client
 * would never read why: so the rest is thrown away for a while, bounded in time and size (S3).
 */
function linger(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { lingerMs, lingerMaxBytes }: { lingerMs: number; lingerMaxBytes: number },
): void {
  let discarded = 0;
  const finish = () => {
    clearTimeout(timer);
    outgoing.end();
  };
  const timer = setTimeout(finish, lingerMs);
  incoming.on('data', (chunk: Uint8Array) => {
    discarded += chunk.length;
    if (discarded > lingerMaxBytes) finish();
  });
  incoming.once('end', finish);
  incoming.once('close', finish);
}

/** The same request handler as a web-standard `fetch` handler, to be mounted in another server. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '../domain/logger.js';
import { Refusal } from '../domain/refusal.js';
import { refuseReadBody } from './body-already-read.js';
import { refuseBody } from './body-limits.js';
import type { HttpRequest, HttpResponse } from './exchange.js';
import { NODE_LIMITS } from './node-limits.js';
import type { RequestHandler } from './request-handler.js';

export interface WebHandlerOptions {
  readonly handler: RequestHandler;
  /** Address of the client as the surrounding server knows it; rate limits count by it. */
  readonly clientIp: (request: Request) => string;
  /** 64 KiB by default. */
  readonly maxBodyBytes?: number;
  /** Hears of bodies that the surrounding server has read before. */
  readonly logger?: Logger;
}

/**
 * Timeouts, header limits and malformed HTTP are the surrounding server's business; so is an authority that differs
 * from `Host`, which it must not let through.
 */
export function createWebHandler({
  handler,
  clientIp,
  maxBodyBytes = NODE_LIMITS.maxBodyBytes,
  logger = SILENT,
}: WebHandlerOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const given = toHttpRequest(request, { clientIp: clientIp(request), maxBodyBytes });
    const response = request.bodyUsed
      ? handler.refuse(given, refuseReadBody(logger))
      : await handler.handle(given);
    return toWebResponse(response, request.method);
  };
}

const nothing = () => undefined;
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function toHttpRequest(
  request: Request,
  { clientIp, maxBodyBytes }: { clientIp: string; maxBodyBytes: number },
): HttpRequest {
  const url = new URL(request.url);
  return {
    method: request.method.toUpperCase(),
    path: url.pathname,
    query: url.searchParams,
    // Not every server keeps the Host header beside the URL that it was put into.
    header: (name) => request.headers.get(name) ?? (name === 'host' ? url.host : undefined),
    clientIp,
    readBody: () => readWebBody(request, maxBodyBytes),
    requestId: randomUUID(),
  };
}

async function readWebBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const refused = refuseBody(
    {
      contentEncoding: request.headers.get('content-encoding') ?? undefined,
      contentLength: request.headers.get('content-length') ?? undefined,
    },
    maxBytes,
  );
  if (refused !== undefined) throw refused;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Refusal('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function toWebResponse({ status, headers, body }: HttpResponse, method: string): Response {
  const webHeaders = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const each of typeof value === 'string' ? [value] : value) webHeaders.append(name, each);
  }
  return new Response(method === 'HEAD' ? null : body, { status, headers: webHeaders });
}

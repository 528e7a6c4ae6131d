/** A service of somebody's own behind our gate, which knows no more of the authority than its issuer. */
import { createServer } from 'node:http';
import { importSecret } from 'countersign';
import { createDpopNonces, createMemoryReplayStore } from 'countersign/dpop';
import { accessTokens, createGate, createResourceMetadata, type GateOptions } from 'countersign/gate';
import { callerOf, createNodeGate } from 'countersign/node';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.js';
import { API } from './served-authority.js';

export interface GuardedResource {
  /** Answers with the claims of the caller. Needs the scope `read`. Also an audience of tokens (RFC 8707). */
  readonly url: URL;
}

/**
 * Takes tokens for the API and for its own URL, and of those who prove a key only what they prove with its nonces. Says
 * where its tokens come from (RFC 9728). Gone when the test has finished.
 */
export async function serveGuardedResource(
  issuer: string,
  options: Partial<GateOptions> = {},
): Promise<GuardedResource> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const secret = importSecret({ algorithm: 'HS256', secret: new Uint8Array(32).fill(7) });
  const url = new URL('/orders', baseUrl);
  const metadata = createResourceMetadata({
    resource: url.href,
    authorizationServers: issuer,
    scopes: 'read',
  });
  const gate = createGate({
    accept: [accessTokens({ issuer, audience: [API, url.href] })],
    resourceMetadata: metadata.url,
    dpop: { baseUrl, replay: createMemoryReplayStore(), nonces: createDpopNonces({ secret }) },
    ...options,
  });
  const guarded = createNodeGate(gate, { scopes: 'read' });
  const orders = guarded((request, response) => {
    const { claims } = callerOf(request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(claims));
  });
  const server = createServer((request, response) => {
    if (request.url !== metadata.path) return orders(request, response);
    return response.writeHead(metadata.status, metadata.headers).end(metadata.body);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url };
}

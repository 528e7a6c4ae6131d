/** A service of somebody's own behind our gate, which knows no more of the authority than its issuer. */
import { createServer } from 'node:http';
import { importSecret } from 'countersign';
import { createDpopNonces, createMemoryReplayStore } from 'countersign/dpop';
import { accessTokens, createGate, type GateOptions } from 'countersign/gate';
import { callerOf, createNodeGate } from 'countersign/node';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.js';
import { API } from './served-authority.js';

export interface GuardedResource {
  /** Answers with the claims of the caller. Needs the scope `read`. */
  readonly url: URL;
}

/** Takes tokens for the API, and of those who prove a key only what they prove with its nonces. Gone when the test has finished. */
export async function serveGuardedResource(
  issuer: string,
  options: Partial<GateOptions> = {},
): Promise<GuardedResource> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const secret = importSecret({ algorithm: 'HS256', secret: new Uint8Array(32).fill(7) });
  const gate = createGate({
    accept: [accessTokens({ issuer, audience: API, algorithms: ['ES256'] })],
    dpop: { baseUrl, replay: createMemoryReplayStore(), nonces: createDpopNonces({ secret }) },
    ...options,
  });
  const guarded = createNodeGate(gate, { scopes: 'read' });
  const server = createServer(
    guarded((request, response) => {
      const { claims } = callerOf(request);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(claims));
    }),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: new URL('/orders', baseUrl) };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenError } from 'countersign';
import type { DpopNonces } from 'countersign/dpop';
import { createDpopVerifier, createMemoryReplayStore } from 'countersign/dpop';
import { onTestFinished } from 'vitest';

export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  /** `accepted`, the code of the refusal, or `none` where no proof came. */
  readonly proof: string;
}

export interface DpopServiceOptions {
  readonly accessToken: string;
  readonly thumbprint: string;
  /** Null demands none. */
  readonly nonces?: DpopNonces | null;
  /** Where requests to a path are sent, by status and place. */
  readonly redirects?: Readonly<Record<string, readonly [status: number, location: string]>>;
}

/** A resource server on loopback for one test that takes one access token, bound to one key. */
export async function startDpopService(options: DpopServiceOptions) {
  const { accessToken, thumbprint, nonces = null, redirects = {} } = options;
  const requests: ServedRequest[] = [];
  const verifier = createDpopVerifier({ replay: createMemoryReplayStore(), nonces });
  let origin = '';

  async function judge(method: string, path: string, proof: readonly string[]): Promise<string> {
    if (proof.length === 0) return 'none';
    try {
      const url = `${origin}${path}`;
      await verifier.verifyAsync({ proof, method, url, accessToken, boundTo: thumbprint });
      return 'accepted';
    } catch (error) {
      return error instanceof TokenError ? error.code : 'unexpected';
    }
  }

  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const proof = await judge(method, path, request.headersDistinct['dpop'] ?? []);
    const { authorization, 'content-type': contentType } = headers;
    requests.push({
      method,
      path,
      authorization,
      contentType,
      body: Buffer.concat(chunks).toString(),
      proof,
    });
    if (nonces !== null) response.setHeader('dpop-nonce', nonces.issue());
    const [status, location] = redirects[path] ?? [];
    if (proof === 'dpop_nonce_required') {
      response.setHeader('www-authenticate', 'DPoP realm="api", error="use_dpop_nonce"');
      response.writeHead(401).end('a nonce is needed');
    } else if (proof !== 'accepted') response.writeHead(401).end('refused');
    else if (status !== undefined) response.writeHead(status, { location }).end('elsewhere');
    else response.end('done');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { origin, requests };
}

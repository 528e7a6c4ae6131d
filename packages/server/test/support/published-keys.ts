/** Keys of clients and services, where an authority looks for them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ADMIN_TOKEN, type ServedAuthority } from './served-authority.js';

/** A client's own server with its key set; gone when the test has finished. */
export async function serveKeySet(
  jwks: object,
): Promise<{ readonly url: string; readonly fetched: () => number }> {
  let fetched = 0;
  const server = createServer((_request, response) => {
    fetched += 1;
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    fetched: () => fetched,
  };
}

/** Into the ASAP repository, as an administrator does it. */
export async function publishKey({ issuer }: ServedAuthority, kid: string, pem: string): Promise<void> {
  const response = await fetch(`${issuer}/asap/${kid}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/x-pem-file' },
    body: pem,
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
}

import type { ExportedJwk } from '../../../src/keys/export-key.js';
import type { FetchFunction } from '../../../src/keys/remote-fetch.js';
import type { RemoteJwksOptions } from '../../../src/keys/remote-jwks.js';
import { createRemoteJwks } from '../../../src/keys/remote-jwks.js';
import { createTestClock } from '../../../src/testing/test-clock.js';

/** A key set over a fetch whose answer the test may change at any time. */
export function setUpRemoteKeys(options: Partial<RemoteJwksOptions> = {}) {
  const clock = createTestClock(1_800_000_000);
  const remote = {
    requests: 0,
    answer: (): Response | Promise<Response> => new Response(null, { status: 500 }),
  };
  const fetch: FetchFunction = async () => {
    remote.requests += 1;
    return remote.answer();
  };
  const url = 'https://keys.example/jwks.json';
  const jwks = createRemoteJwks({ url, algorithms: ['ES256'], fetch, clock, ...options });
  const publish = (keys: readonly unknown[], headers: Record<string, string> = {}) => {
    remote.answer = () => Response.json({ keys }, { headers });
  };
  const breakDown = () => {
    remote.answer = () => {
      throw new TypeError('fetch failed');
    };
  };
  return { clock, jwks, remote, publish, breakDown };
}

export function withoutMembers(jwk: ExportedJwk, ...names: string[]) {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));
}

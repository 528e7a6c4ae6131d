import { exportPublicPem } from '../../../src/keys/export-key.js';
import { generateKeyPair } from '../../../src/keys/generate-key-pair.js';
import type { PemRepository, PemRepositoryOptions } from '../../../src/keys/pem-repository.js';
import { createPemRepository } from '../../../src/keys/pem-repository.js';
import type { FetchFunction } from '../../../src/keys/remote-fetch.js';
import { createTestClock } from '../../../src/testing/test-clock.js';

export const BASE_URL = 'https://keys.example/asap/';
export const PEM = exportPublicPem(generateKeyPair('ES256').publicKey);
export const OTHER_PEM = exportPublicPem(generateKeyPair('ES256').publicKey);

export interface SeenRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** A PEM repository over a fetch: what is published there, and whether it answers at all, changes with the test. */
export function setUpPemRepository(options: Partial<PemRepositoryOptions> = {}) {
  const clock = createTestClock(1_800_000_000);
  const requests: SeenRequest[] = [];
  const published = new Map<string, () => Response | Promise<Response>>();
  const remote = {
    answer: (keyId: string): Response | Promise<Response> =>
      published.get(keyId)?.() ?? new Response('not found', { status: 404 }),
  };
  const fetch: FetchFunction = async (url, { headers }) => {
    requests.push({ url, headers });
    return remote.answer(url.slice(BASE_URL.length));
  };
  const settings = { baseUrl: BASE_URL, fetch, clock, ...options };
  const publishAs = (keyId: string, answer: () => Response | Promise<Response>) => {
    published.set(keyId, answer);
  };
  return {
    clock,
    requests,
    remote,
    settings,
    repository: createPemRepository(settings),
    publishAs,
    publish: (keyId: string, headers: Record<string, string> = {}, pem = PEM) =>
      publishAs(keyId, () => pemAnswer(pem, headers)),
    withdraw: (keyId: string) => published.delete(keyId),
    breakDown: () => {
      remote.answer = () => {
        throw new TypeError('fetch failed');
      };
    },
    recover: () => {
      remote.answer = (keyId) => published.get(keyId)?.() ?? new Response(null, { status: 404 });
    },
  };
}

export function pemAnswer(pem: string, headers: Record<string, string> = {}): Response {
  return new Response(pem, { headers: { 'content-type': 'application/x-pem-file', ...headers } });
}

export function lookup(kid: string | undefined) {
  return { kid, algorithm: 'ES256' } as const;
}

export function resolveKid(repository: Pick<PemRepository, 'resolve'>, kid: string | undefined) {
  return repository.resolve(lookup(kid));
}

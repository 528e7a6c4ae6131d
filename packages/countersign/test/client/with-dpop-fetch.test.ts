import { importSecret, UsageError } from 'countersign';
import type { DpopNonces } from 'countersign/dpop';
import { createDpopNonces, createDpopSigner, generateDpopKey } from 'countersign/dpop';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import type { DpopFetchOptions } from '../../src/client/index.js';
import { withDpopFetch } from '../../src/client/index.js';
import { usageProblem } from '../support/usage.js';
import type { DpopServiceOptions } from './support/dpop-service.js';
import { startDpopService } from './support/dpop-service.js';

const ACCESS_TOKEN = 'an.access.token';
const signer = createDpopSigner({ key: generateDpopKey() });

const startService = (options: Partial<DpopServiceOptions> = {}) =>
  startDpopService({ accessToken: ACCESS_TOKEN, thumbprint: signer.thumbprint, ...options });

const sendWith = (options: Partial<DpopFetchOptions> = {}, send: typeof fetch = fetch) =>
  withDpopFetch(send, { signer, accessToken: () => ACCESS_TOKEN, ...options });

function noncesFrom(startAt = 1_800_000_000) {
  const secret = importSecret({ algorithm: 'HS256', secret: 'a'.repeat(32) });
  const clock = createTestClock(startAt);
  return { clock, nonces: createDpopNonces({ secret, lifetimeSeconds: 60, clock }) };
}

describe('withDpopFetch: proofs', () => {
  it('each request carries the access token and a proof of its own', async () => {
    const service = await startService();
    const send = sendWith({ accessToken: async () => ACCESS_TOKEN });
    expect((await send(`${service.origin}/orders?page=2#top`)).status).toBe(200);
    expect((await send(`${service.origin}/orders?page=2`)).status).toBe(200);
    expect((await send(new URL(service.origin), { method: 'post', body: 'one order' })).status).toBe(200);
    expect(service.requests).toMatchObject([
      { method: 'GET', path: '/orders?page=2', authorization: `DPoP ${ACCESS_TOKEN}`, proof: 'accepted' },
      { method: 'GET', proof: 'accepted' },
      { method: 'POST', path: '/', body: 'one order', proof: 'accepted' },
    ]);
  });

  it('are for the method as it is sent', async () => {
    const service = await startService();
    for (const method of ['put', 'delete', 'PATCH', 'options', 'Head']) {
      expect((await sendWith()(service.origin, { method })).status).toBe(200);
    }
    expect(service.requests.map(({ method }) => method)).toEqual([
      'PUT',
      'DELETE',
      'PATCH',
      'OPTIONS',
      'HEAD',
    ]);
  });

  it('are for the path as it is sent', async () => {
    const service = await startService();
    expect((await sendWith()(`${service.origin}/a/../b/%2F/ü`)).status).toBe(200);
    expect(service.requests[0]?.path).toBe('/b/%2F/%C3%BC');
  });

  it('come with a Request beside its own headers', async () => {
    const service = await startService();
    const request = new Request(service.origin, {
      method: 'POST',
      body: 'a=b',
      headers: { 'content-type': 'text/plain' },
    });
    expect((await sendWith()(request)).status).toBe(200);
    expect(service.requests).toMatchObject([
      { method: 'POST', body: 'a=b', contentType: 'text/plain', proof: 'accepted' },
    ]);
    expect(request.headers.has('dpop')).toBe(false);
  });

  it("leave a caller's own Authorization alone", async () => {
    const service = await startService();
    const init = { headers: { AUTHORIZATION: 'Bearer mine' } };
    expect((await sendWith()(service.origin, init)).status).toBe(401);
    expect(service.requests).toMatchObject([{ authorization: 'Bearer mine', proof: 'none' }]);
  });
});

describe('withDpopFetch: nonces', () => {
  it('O23: are fetched by one more try, then sent along', async () => {
    const { clock, nonces } = noncesFrom();
    const service = await startService({ nonces });
    const send = sendWith();
    expect((await send(service.origin, { method: 'POST', body: 'order' })).status).toBe(200);
    expect((await send(service.origin)).status).toBe(200);
    clock.advance(180);
    expect((await send(service.origin)).status).toBe(200);
    expect(service.requests.map(({ proof }) => proof)).toEqual([
      'dpop_nonce_required',
      'accepted',
      'accepted',
      'dpop_nonce_required',
      'accepted',
    ]);
    expect(service.requests[1]?.body).toBe('order');
  });

  it('are taken from good answers too', async () => {
    const { clock, nonces } = noncesFrom();
    const service = await startService({ nonces });
    const send = sendWith();
    for (let request = 0; request < 5; request++) {
      expect((await send(service.origin)).status).toBe(200);
      clock.advance(60);
    }
    expect(service.requests.filter(({ proof }) => proof === 'dpop_nonce_required')).toHaveLength(1);
  });

  it('are kept apart by origin', async () => {
    const one = await startService({ nonces: noncesFrom().nonces });
    const two = await startService({ nonces: noncesFrom(1).nonces });
    const send = sendWith();
    for (const { origin } of [one, two, one, two]) expect((await send(origin)).status).toBe(200);
    expect([...one.requests, ...two.requests]).toHaveLength(6);
  });

  it('are not asked for a third time', async () => {
    const never: DpopNonces = { issue: () => 'again', accepts: () => false };
    const service = await startService({ nonces: never });
    expect((await sendWith()(service.origin)).status).toBe(401);
    expect(service.requests).toHaveLength(2);
  });

  it('that could not stand in a proof are passed over', async () => {
    const spoilt: DpopNonces = { issue: () => 'two words', accepts: () => false };
    const service = await startService({ nonces: spoilt });
    expect((await sendWith()(service.origin)).status).toBe(401);
    expect((await sendWith()(service.origin)).status).toBe(401);
    expect(service.requests).toHaveLength(2);
  });

  it.each([
    ['a stream', (url: string) => [url, { body: new Blob(['once']).stream(), duplex: 'half' }] as const],
    ['in a Request', (url: string) => [new Request(url, { method: 'POST', body: 'once' }), {}] as const],
  ])('are not fetched by another try where the body was %s', async (_, argumentsFor) => {
    const service = await startService({ nonces: noncesFrom().nonces });
    const [input, init] = argumentsFor(service.origin);
    const answer = await sendWith()(input, { method: 'POST', ...init } as RequestInit);
    expect(answer.status).toBe(401);
    expect(service.requests.map(({ body }) => body)).toEqual(['once']);
  });
});

describe('withDpopFetch: redirects', () => {
  it('within the origin are followed, with a proof for each place', async () => {
    const service = await startService({ redirects: { '/a': [302, '/b'], '/b': [307, '/c?d'] } });
    const answer = await sendWith()(`${service.origin}/a`);
    expect(await answer.text()).toBe('done');
    expect(service.requests.map(({ path, proof }) => [path, proof])).toEqual([
      ['/a', 'accepted'],
      ['/b', 'accepted'],
      ['/c?d', 'accepted'],
    ]);
  });

  it('to another origin are handed out, and nothing goes there', async () => {
    const other = await startService();
    const service = await startService({ redirects: { '/a': [302, other.origin] } });
    const answer = await sendWith()(`${service.origin}/a`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe(other.origin);
    expect(other.requests).toEqual([]);
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'order'],
    [308, 'PUT', 'PUT', 'order'],
    [302, 'PUT', 'PUT', 'order'],
  ])('with %d make of %s a %s', async (status, method, next, body) => {
    const service = await startService({ redirects: { '/a': [status, '/b'] } });
    const headers = { 'content-type': 'text/plain' };
    expect((await sendWith()(`${service.origin}/a`, { method, headers, body: 'order' })).status).toBe(200);
    expect(service.requests[1]).toMatchObject({ method: next, body, proof: 'accepted' });
    expect(service.requests[1]?.contentType).toBe(body === '' ? undefined : 'text/plain');
  });

  it('of a stream are handed out', async () => {
    const service = await startService({ redirects: { '/a': [307, '/b'] } });
    const init = { method: 'POST', body: new Blob(['once']).stream(), duplex: 'half' };
    expect((await sendWith()(`${service.origin}/a`, init as RequestInit)).status).toBe(307);
    expect(service.requests).toHaveLength(1);
  });

  it('come to an end', async () => {
    const service = await startService({ redirects: { '/a': [302, '/a'] } });
    expect((await sendWith()(`${service.origin}/a`)).status).toBe(302);
    expect(service.requests).toHaveLength(21);
  });

  it('are handed out, or refused, where the caller wants that', async () => {
    const service = await startService({ redirects: { '/a': [302, '/b'] } });
    expect((await sendWith()(`${service.origin}/a`, { redirect: 'manual' })).status).toBe(302);
    await expect(sendWith()(`${service.origin}/a`, { redirect: 'error' })).rejects.toThrow(TypeError);
    expect(service.requests.map(({ path }) => path)).toEqual(['/a', '/a']);
  });

  it('of a Request are followed too', async () => {
    const service = await startService({ redirects: { '/a': [302, '/b'] } });
    const request = new Request(`${service.origin}/a`, { headers: { accept: 'text/plain' } });
    expect((await sendWith()(request)).status).toBe(200);
  });
});

describe('withDpopFetch: what it refuses', () => {
  it.each(['http://service.example/orders', 'http://10.0.0.1/', 'https://user:pass@api.example/'])(
    'sends nothing to %s',
    async (url) => {
      let asked = 0;
      const accessToken = () => `${++asked}`;
      const error = await sendWith({ accessToken })(url).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ message: expect.not.stringContaining('pass@') });
      expect(asked).toBe(0);
    },
  );

  it.each(['', 'to\nken', 'two tokens', undefined])('sends no token that is none: %j', async (token) => {
    const service = await startService();
    const accessToken = () => token as string;
    await expect(sendWith({ accessToken })(service.origin)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.not.stringMatching(/to\nken|two/),
    });
    expect(service.requests).toEqual([]);
  });

  it('fails with what the source of tokens throws', async () => {
    const accessToken = () => Promise.reject(new RangeError('none left'));
    await expect(sendWith({ accessToken })('https://api.example/')).rejects.toThrow(RangeError);
  });

  it('checks its options, all problems together', () => {
    const wrong = { signer: {}, accessToken: ACCESS_TOKEN, tokn: 1 };
    expect(usageProblem(() => withDpopFetch(fetch, wrong as never))).toMatch(
      /tokn.*signer.*accessToken must be/,
    );
    expect(usageProblem(() => withDpopFetch(5 as never, { signer, accessToken: () => '' }))).toMatch(
      /fetch must be a function/,
    );
  });
});

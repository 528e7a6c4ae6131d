import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TokenError } from '../../src/core/errors.js';
import { exportPublicJwk } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import type { RemoteJwks, RemoteJwksOptions } from '../../src/keys/remote-jwks.js';
import { createRemoteJwks } from '../../src/keys/remote-jwks.js';
import { setUpRemoteKeys } from './support/scripted-keys.js';

const one = exportPublicJwk(generateKeyPair('ES256', { kid: 'one' }).publicKey);
const two = exportPublicJwk(generateKeyPair('ES256', { kid: 'two' }).publicKey);

function lookup(kid: string | undefined) {
  return { kid, algorithm: 'ES256' } as const;
}

function resolveKid(jwks: RemoteJwks, kid: string | undefined) {
  return jwks.resolve(lookup(kid));
}

const notFound = expect.objectContaining({ code: 'key_not_found' });
const unavailable = expect.objectContaining({ code: 'key_source_unavailable' });

describe('fetching', () => {
  it('fetches nothing before the first key is asked for, and peek never does', () => {
    const { jwks, remote } = setUpRemoteKeys();
    expect(jwks.peek(lookup('one'))).toBeUndefined();
    expect(remote.requests).toBe(0);
  });

  it('finds a key by id and algorithm, afterwards without waiting', async () => {
    const { jwks, publish } = setUpRemoteKeys();
    publish([one, two]);
    const key = await resolveKid(jwks, 'two');
    expect(key).toMatchObject({ kid: 'two', algorithm: 'ES256', kind: 'public' });
    expect(jwks.peek(lookup('two'))).toBe(key);
    expect(jwks.peek({ kid: 'two', algorithm: 'ES512' })).toBeUndefined();
  });

  it('K1: 200 callers at once share one fetch', async () => {
    const { jwks, remote } = setUpRemoteKeys();
    remote.answer = async () => {
      await setImmediate();
      return Response.json({ keys: [one] });
    };
    const keys = await Promise.all(Array.from({ length: 200 }, () => resolveKid(jwks, 'one')));
    expect(new Set(keys).size).toBe(1);
    expect(remote.requests).toBe(1);
  });

  it('K1: callers that share a failed fetch all learn of it', async () => {
    const { jwks, remote, breakDown } = setUpRemoteKeys();
    breakDown();
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => resolveKid(jwks, 'one')));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(remote.requests).toBe(1);
  });
});

describe('unknown key ids', () => {
  it('K2: 200 random ids in a row cost one fetch each cool-down; known keys stay usable', async () => {
    const { jwks, remote, publish, clock } = setUpRemoteKeys();
    publish([one]);
    await resolveKid(jwks, 'one');
    clock.advance(30);
    for (let index = 0; index < 200; index++) {
      await expect(resolveKid(jwks, `random-${index}`)).rejects.toEqual(notFound);
      expect(jwks.peek(lookup('one'))).toBeDefined();
    }
    expect(remote.requests).toBe(2);
    clock.advance(29.9);
    await expect(resolveKid(jwks, 'another')).rejects.toEqual(notFound);
    expect(remote.requests).toBe(2);
    clock.advance(0.1);
    await expect(resolveKid(jwks, 'another')).rejects.toEqual(notFound);
    expect(remote.requests).toBe(3);
  });

  it('K2: a known key does not wait for a fetch that an unknown id caused', async () => {
    const { jwks, remote, publish, clock } = setUpRemoteKeys();
    publish([one]);
    await resolveKid(jwks, 'one');
    clock.advance(30);
    let answer: (response: Response) => void = () => undefined;
    remote.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const unknown = resolveKid(jwks, 'two');
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    answer(Response.json({ keys: [one, two] }));
    await expect(unknown).resolves.toMatchObject({ kid: 'two' });
  });

  it('K2: right after the first fetch an unknown id causes no second one', async () => {
    const { jwks, remote, publish } = setUpRemoteKeys();
    publish([one]);
    await expect(resolveKid(jwks, 'nobody')).rejects.toEqual(notFound);
    await expect(resolveKid(jwks, 'nobody')).rejects.toBeInstanceOf(TokenError);
    expect(remote.requests).toBe(1);
  });

  it('cannot tell whether an id is unknown while the set cannot be fetched', async () => {
    const { jwks, publish, clock, breakDown } = setUpRemoteKeys();
    publish([one]);
    await resolveKid(jwks, 'one');
    breakDown();
    clock.advance(30);
    await expect(resolveKid(jwks, 'two')).rejects.toEqual(unavailable);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
  });

  it.each(['__proto__', 'constructor', 'toString', ''])(
    'K10: the key id %j is unknown, not a prototype',
    async (kid) => {
      const { jwks, publish } = setUpRemoteKeys();
      publish([one]);
      await expect(resolveKid(jwks, kid)).rejects.toEqual(notFound);
      expect(jwks.peek(lookup(kid))).toBeUndefined();
    },
  );

  it.each(['__proto__', 'constructor'])('K10: a key may be called %j', async (kid) => {
    const { jwks, publish } = setUpRemoteKeys();
    publish([{ ...one, kid }]);
    await expect(resolveKid(jwks, kid)).resolves.toMatchObject({ kid });
  });
});

describe('a source that fails', () => {
  it('K3: 50 checks cost one attempt, and say when to try again', async () => {
    const { jwks, remote, breakDown } = setUpRemoteKeys();
    breakDown();
    for (let index = 0; index < 50; index++) {
      await expect(resolveKid(jwks, 'one')).rejects.toMatchObject({ retryAfterSeconds: 1, status: 503 });
    }
    expect(remote.requests).toBe(1);
  });

  it('K3: attempts that fail wait 1 s, then twice as long each time, and never longer than the cool-down', async () => {
    const { jwks, remote, clock, breakDown } = setUpRemoteKeys();
    breakDown();
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
    for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      clock.advance(seconds - 0.5);
      await expect(resolveKid(jwks, 'one')).rejects.toMatchObject({ retryAfterSeconds: 1 });
      expect(remote.requests).toBe(index + 1);
      clock.advance(0.5);
      await expect(resolveKid(jwks, 'one')).rejects.toMatchObject({
        retryAfterSeconds: [2, 4, 8, 16, 30, 30, 30][index],
      });
      expect(remote.requests).toBe(index + 2);
    }
  });

  it('K3: a source that came back is asked again 1 s after its next failure', async () => {
    const { jwks, remote, clock, breakDown, publish } = setUpRemoteKeys();
    breakDown();
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
    publish([one]);
    clock.advance(1);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    breakDown();
    clock.advance(300);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    clock.advance(1);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    expect(remote.requests).toBe(4);
  });

  it('K3: while a source is known to fail, known keys are at hand and nobody waits for the next attempt', async () => {
    const { jwks, remote, clock, breakDown, publish } = setUpRemoteKeys();
    publish([one]);
    await resolveKid(jwks, 'one');
    breakDown();
    clock.advance(300);
    expect(jwks.peek(lookup('one'))).toBeUndefined();
    await resolveKid(jwks, 'one');
    expect(jwks.peek(lookup('one'))).toBeDefined();
    clock.advance(1);
    expect(jwks.peek(lookup('one'))).toBeUndefined();
    remote.answer = () => new Promise(() => undefined);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    expect(remote.requests).toBe(3);
    expect(jwks.peek(lookup('one'))).toBeDefined();
  });

  it('ASAP-18: carries the status and what fetch threw', async () => {
    const { jwks, remote, breakDown } = setUpRemoteKeys();
    await expect(jwks.refetch()).rejects.toMatchObject({ cause: { problem: 'bad_status', status: 500 } });
    breakDown();
    await expect(jwks.refetch()).rejects.toMatchObject({
      cause: { problem: 'no_answer', status: undefined, cause: new TypeError('fetch failed') },
    });
    expect(remote.requests).toBe(2);
  });

  it.each([
    ['status 500', () => new Response('oops', { status: 500 }), 'answered with status 500'],
    [
      'status 404',
      () => Response.json({ message: 'unknown app' }, { status: 404 }),
      'answered with status 404',
    ],
    ['a redirect', () => Response.redirect('https://evil.example/', 302), 'answered with status 302'],
    ['no keys', () => Response.json({ keys: [] }), 'holds no key that can be used'],
    [
      'no usable key',
      () => Response.json({ keys: [{ ...one, use: 'enc' }] }),
      'holds no key that can be used',
    ],
    ['no list', () => Response.json({ keys: { one } }), 'is no JWK Set'],
    ['a list', () => Response.json([one]), 'is no JWK Set'],
    ['no JSON', () => new Response('<html>'), 'is no JWK Set'],
    ['no body', () => new Response(null), 'is no JWK Set'],
    ['two lists of keys', () => new Response(`{"keys":[],"keys":[${JSON.stringify(one)}]}`), 'is no JWK Set'],
    ['deep nesting', () => new Response(`{"keys":[${'['.repeat(100)}${']'.repeat(100)}]}`), 'is no JWK Set'],
  ])('K3: %s is a failure: the last good set serves on', async (_what, answer, problem) => {
    const { jwks, remote, publish, clock } = setUpRemoteKeys();
    publish([one]);
    await resolveKid(jwks, 'one');
    remote.answer = answer;
    clock.advance(300);
    for (let index = 0; index < 50; index++) await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    expect(remote.requests).toBe(2);
    const message = `the key set https://keys.example/jwks.json ${problem}`;
    await expect(jwks.refetch()).rejects.toMatchObject({ code: 'key_source_unavailable', message });
  });

  it('K4: a length over maxBytes that is announced is refused unread', async () => {
    const { jwks, remote } = setUpRemoteKeys({ maxBytes: 1000 });
    const body = new ReadableStream({ pull: () => expect.unreachable() }, { highWaterMark: 0 });
    remote.answer = () => new Response(body, { headers: { 'content-length': '1001' } });
    await expect(jwks.refetch()).rejects.toMatchObject({
      message: 'the key set https://keys.example/jwks.json is over 1000 bytes',
    });
  });

  it('K3: the last good set serves for staleIfErrorSeconds and no longer', async () => {
    const { jwks, publish, clock, breakDown } = setUpRemoteKeys({ staleIfErrorSeconds: 100 });
    publish([one]);
    await resolveKid(jwks, 'one');
    breakDown();
    clock.advance(399.9);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    clock.advance(0.1);
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
  });

  it('staleIfErrorSeconds of 0 switches the grace time off', async () => {
    const { jwks, publish, clock, breakDown } = setUpRemoteKeys({ staleIfErrorSeconds: 0 });
    publish([one]);
    await resolveKid(jwks, 'one');
    breakDown();
    clock.advance(299);
    expect(jwks.peek(lookup('one'))).toBeDefined();
    clock.advance(1);
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
  });

  it('keeps the query of the address out of its messages', async () => {
    const { jwks, breakDown } = setUpRemoteKeys({ url: 'https://keys.example/jwks.json?policy=p1' });
    breakDown();
    await expect(jwks.refetch()).rejects.toMatchObject({
      message: 'the key set https://keys.example/jwks.json gave no answer (request failed)',
    });
  });
});

describe('age', () => {
  it.each([
    ['no header', {}, 300],
    ['a max-age', { 'cache-control': 'public, max-age=120' }, 120],
    ['a max-age in other letters', { 'cache-control': 'Max-Age="120"' }, 120],
    ['a max-age and an Age', { 'cache-control': 'max-age=120', age: '50' }, 70],
    ['a max-age below the cool-down', { 'cache-control': 'max-age=1' }, 30],
    ['a max-age beyond the limit', { 'cache-control': 'max-age=31536000' }, 3600],
    ['no-store', { 'cache-control': 'no-store' }, 30],
    ['no-cache, max-age', { 'cache-control': 'no-cache, max-age=600' }, 30],
    ['nonsense', { 'cache-control': 'max-age=abc, max-age=-5' }, 30],
    ['nothing about its age', { 'cache-control': 'public' }, 300],
    ['an Expires', { date: 'Thu, 01 Jan 2026 00:00:00 GMT', expires: 'Thu, 01 Jan 2026 00:02:00 GMT' }, 120],
    ['an Expires that is no date', { expires: '0' }, 30],
  ])('believes a set with %s for so long (%#)', async (_what, headers, seconds) => {
    const { jwks, remote, publish, clock } = setUpRemoteKeys();
    publish([one], headers);
    await resolveKid(jwks, 'one');
    clock.advance(seconds - 0.1);
    expect(jwks.peek(lookup('one'))).toBeDefined();
    clock.advance(0.1);
    expect(jwks.peek(lookup('one'))).toBeUndefined();
    await resolveKid(jwks, 'one');
    expect(remote.requests).toBe(2);
  });

  it('K8: a key that is taken out of the set is refused within maxAgeSeconds', async () => {
    const { jwks, publish, clock } = setUpRemoteKeys({ maxAgeSeconds: 60 });
    publish([one, two], { 'cache-control': 'max-age=86400' });
    await resolveKid(jwks, 'one');
    publish([two], { 'cache-control': 'max-age=86400' });
    clock.advance(59.9);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    clock.advance(0.1);
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(notFound);
  });

  it('K11: a clock that jumps back makes no set live longer', async () => {
    const { jwks, remote, publish, clock, breakDown } = setUpRemoteKeys({ staleIfErrorSeconds: 100 });
    publish([one]);
    await resolveKid(jwks, 'one');
    clock.advance(-3600);
    expect(jwks.peek(lookup('one'))).toBeUndefined();
    breakDown();
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
    expect(remote.requests).toBe(2);
    clock.advance(100);
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
  });

  it('K11: a clock that jumps back does not stretch the cool-down', async () => {
    const { jwks, publish, clock, breakDown } = setUpRemoteKeys();
    breakDown();
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
    clock.advance(-3600);
    publish([one]);
    await expect(resolveKid(jwks, 'one')).resolves.toBeDefined();
  });

  it('K11: after a jump forward of a day the set is fetched again', async () => {
    const { jwks, publish, clock, breakDown } = setUpRemoteKeys();
    publish([one]);
    await resolveKid(jwks, 'one');
    clock.advance(86_400);
    breakDown();
    await expect(resolveKid(jwks, 'one')).rejects.toEqual(unavailable);
  });
});

describe('refetch and document', () => {
  it('refetch fetches whatever the cool-down says', async () => {
    const { jwks, remote, publish } = setUpRemoteKeys();
    publish([one]);
    await jwks.refetch();
    publish([two]);
    await jwks.refetch();
    expect(remote.requests).toBe(2);
    expect(jwks.peek(lookup('two'))).toBeDefined();
    expect(jwks.peek(lookup('one'))).toBeUndefined();
  });

  it('document gives the usable public keys, fetched once', async () => {
    const { jwks, remote, publish } = setUpRemoteKeys();
    publish([one, { ...two, d: 'secret' }, { kty: 'oct', k: 'c2VjcmV0', kid: 'three' }]);
    expect(await jwks.document()).toEqual({ keys: [one] });
    expect(await jwks.document()).toEqual({ keys: [one] });
    expect(remote.requests).toBe(1);
  });

  it('document says when there are no keys to be had', async () => {
    const { jwks, breakDown } = setUpRemoteKeys();
    breakDown();
    await expect(jwks.document()).rejects.toEqual(unavailable);
  });
});

describe('createRemoteJwks', () => {
  it.each([
    [{ url: '' }, /url must be a non-empty string/],
    [{ url: '/jwks.json' }, /url must be an absolute URL/],
    [{ url: 'file:///etc/passwd' }, /url must use https/],
    [{ url: 'data:application/json,{}' }, /url must use https/],
    [{ url: 'http://keys.example/' }, /url must use https/],
    [{ url: 'http://169.254.169.254/' }, /url must use https/],
    [{ algorithms: undefined }, /algorithms is required/],
    [{ algorithms: [] }, /algorithms must be a non-empty array/],
    [{ algorithms: ['RS256', 'HS256'] }, /algorithms must not name HMAC/],
    [{ algorithms: ['none'] }, /algorithms must be the name of an algorithm/],
    [{ timeoutMs: Number.NaN }, /timeoutMs/],
    [{ maxBytes: 0 }, /maxBytes/],
    [{ cooldownSeconds: 0 }, /cooldownSeconds/],
    [{ cooldownSeconds: 61, maxAgeSeconds: 60 }, /cooldownSeconds must not exceed maxAgeSeconds/],
    [{ staleIfErrorSeconds: -1 }, /staleIfErrorSeconds/],
    [{ maxAge: 5 }, /unknown option "maxAge", did you mean "maxAgeSeconds"/],
  ])('refuses options that cannot be right (%#)', (wrong, problem) => {
    const options = { url: 'https://keys.example/', algorithms: ['ES256'], ...wrong };
    expect(() => createRemoteJwks(options as RemoteJwksOptions)).toThrow(problem);
  });
});

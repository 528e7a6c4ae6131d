import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TokenError, UnavailableError, UsageError } from '../../src/core/errors.js';
import { exportPrivatePem, exportPublicPem } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import { KeyRetrievalError } from '../../src/keys/key-retrieval-error.js';
import { pemUrl } from '../../src/keys/pem-fetch.js';
import type { PemRepositoryOptions } from '../../src/keys/pem-repository.js';
import { createPemRepository } from '../../src/keys/pem-repository.js';
import { CERTIFICATE_PEM } from '../support/certificate.js';
import {
  BASE_URL,
  lookup,
  OTHER_PEM,
  PEM,
  pemAnswer,
  resolveKid,
  setUpPemRepository,
} from './support/scripted-pem.js';

const notFound = expect.objectContaining({ code: 'key_not_found', status: 401 });
const unavailable = expect.objectContaining({ code: 'key_source_unavailable', status: 503 });

describe('asking for a key', () => {
  it('ASAP-15: asks for the key id under the base URL, and for a PEM file', async () => {
    const { repository, requests, publish } = setUpPemRepository();
    publish('svc/one.pem');
    const key = await resolveKid(repository, 'svc/one.pem');
    expect(key).toMatchObject({ kind: 'public', kid: 'svc/one.pem', algorithm: 'ES256' });
    expect(requests).toEqual([
      { url: `${BASE_URL}svc/one.pem`, headers: { accept: 'application/x-pem-file' } },
    ]);
    expect(repository.peek(lookup('svc/one.pem'))).toBe(key);
  });

  it('ASAP-15: a slash is put behind a base URL that lacks it', async () => {
    const { repository, requests } = setUpPemRepository({ baseUrl: 'https://keys.example/asap' });
    await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(notFound);
    expect(requests[0]?.url).toBe('https://keys.example/asap/svc/one');
  });

  it('ASAP-15: characters that servers read in two ways are encoded', async () => {
    const { repository, requests } = setUpPemRepository();
    await expect(resolveKid(repository, 'a.b-c_d/e+f')).rejects.toEqual(notFound);
    expect(requests[0]?.url).toBe(`${BASE_URL}a.b-c_d/e%2Bf`);
  });

  it('fetches nothing before the first key is asked for, and peek never does', () => {
    const { repository, requests } = setUpPemRepository();
    expect(repository.peek(lookup('svc/one'))).toBeUndefined();
    expect(repository.peek(lookup(undefined))).toBeUndefined();
    expect(requests).toEqual([]);
  });

  it.each([
    [undefined],
    [''],
    ['../aha'],
    ['/a'],
    ['\\c:a'],
    ['a#$'],
    ['a../../a'],
    ['a/;a'],
    [' '],
    ['a\0b'],
    ['a/#a'],
    ['a/a?x'],
    ['a/a;'],
    ['a//b'],
    ['./a'],
    ['a/.'],
    ['a/%2e%2e/b'],
    ['a\n'],
    ['é/x'],
    ['a/b\n'],
    ['https://evil.example/'],
    ['//evil.example/'],
    [`a/${'b'.repeat(600)}`],
  ])('A3: the key id %j is refused before any request', async (kid) => {
    const { repository, requests } = setUpPemRepository();
    await expect(resolveKid(repository, kid)).rejects.toMatchObject({ code: 'key_id_invalid', status: 401 });
    expect(requests).toEqual([]);
  });

  it.each([[['..', 'x']], [['a', '..', '..', 'x']], [['.']], [[]]])(
    'A3: %j makes no address, whoever asks for it',
    (segments) => {
      expect(pemUrl(BASE_URL, segments)).toBeUndefined();
    },
  );

  it.each([
    [['%2e%2e', 'x'], `${BASE_URL}%252e%252e/x`],
    [['a/../..', 'x'], `${BASE_URL}a%2F..%2F../x`],
    [['x?y#z'], `${BASE_URL}x%3Fy%23z`],
  ])('A3: %j stays under the base', (segments, url) => {
    expect(pemUrl(BASE_URL, segments)).toBe(url);
  });

  it.each(['__proto__', 'constructor', 'toString'])('K10: the key id %j is no prototype', async (kid) => {
    const { repository, publish } = setUpPemRepository();
    expect(repository.peek(lookup(kid))).toBeUndefined();
    publish(kid);
    await expect(resolveKid(repository, kid)).resolves.toMatchObject({ kid });
  });
});

describe('what the repository answers', () => {
  it.each([
    'application/x-pem-file',
    'Application/X-PEM-File',
    'application/x-pem-file;charset=UTF-8',
    'application/x-pem-file ; charset=UTF-8',
  ])('ASAP-15: takes the media type %j', async (type) => {
    const { repository, publish } = setUpPemRepository();
    publish('svc/one', { 'content-type': type });
    await expect(resolveKid(repository, 'svc/one')).resolves.toBeDefined();
  });

  it.each([
    '',
    'text/plain',
    'application/x-pem-files',
    'application/x-pem-file, text/html',
    'text/html; a=application/x-pem-file',
  ])('ASAP-15: does not take the media type %j', async (type) => {
    const { repository, publish } = setUpPemRepository();
    publish('svc/one', { 'content-type': type });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
      code: 'key_source_unavailable',
      message: `what the key repository ${BASE_URL} has as the key svc/one is not of media type application/x-pem-file`,
      cause: { problem: 'bad_answer', status: 200 },
    });
  });

  it.each([403, 404, 410])('ASAP-18, A12: status %i means that there is no such key', async (status) => {
    const { repository, publishAs } = setUpPemRepository();
    publishAs('svc/one', () => new Response('x'.repeat(100_000), { status }));
    const error: unknown = await resolveKid(repository, 'svc/one').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({ code: 'key_not_found', status: 401, cause: { problem: 'absent', status } });
    expect(error).toMatchObject({
      message: `the key repository ${BASE_URL} has no key svc/one (status ${status})`,
    });
  });

  it.each([201, 204, 301, 304, 400, 401, 429, 500, 502, 503, 504])(
    'ASAP-18, A12: status %i leaves it open whether there is such a key',
    async (status) => {
      const { repository, publishAs } = setUpPemRepository();
      publishAs('svc/one', () => new Response(null, { status }));
      const error: unknown = await resolveKid(repository, 'svc/one').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toMatchObject({
        code: 'key_source_unavailable',
        message: `the key repository ${BASE_URL} answered with status ${status}`,
        retryAfterSeconds: 1,
        cause: { problem: 'bad_status', status },
      });
    },
  );

  it('ASAP-18: what fetch threw is within reach', async () => {
    const { repository, breakDown } = setUpPemRepository();
    breakDown();
    const error: unknown = await resolveKid(repository, 'svc/one').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: { problem: 'no_answer', status: undefined } });
    const { cause } = error as UnavailableError;
    expect(cause).toBeInstanceOf(KeyRetrievalError);
    expect((cause as KeyRetrievalError).cause).toEqual(new TypeError('fetch failed'));
  });

  it.each([
    ['nothing', '', 'cannot be read: the PEM does not begin'],
    ['a web page', '<html></html>', 'cannot be read: the PEM does not begin'],
    ['two keys', PEM + OTHER_PEM, 'cannot be read: the PEM holds more than one block'],
    ['a private key', exportPrivatePem(generateKeyPair('ES256').privateKey), 'is a PEM block "PRIVATE KEY"'],
    ['a certificate', CERTIFICATE_PEM, 'is a PEM block "CERTIFICATE"'],
  ])('K7: %s is no key, and its text is not in the message', async (_what, body, problem) => {
    const { repository, publish } = setUpPemRepository();
    publish('svc/one', {}, body);
    const error: unknown = await resolveKid(repository, 'svc/one').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'key_source_unavailable', cause: { problem: 'bad_answer' } });
    expect((error as Error).message).toContain(`has as the key svc/one ${problem}`);
    if (body !== '') expect((error as Error).message).not.toContain(body.slice(0, 40));
  });

  it('takes an RSA key in the older PKCS#1 form as well', async () => {
    const { repository, publish } = setUpPemRepository();
    const spki = exportPublicPem(generateKeyPair('RS256').publicKey);
    publish('svc/rsa', {}, createPublicKey(spki).export({ type: 'pkcs1', format: 'pem' }).toString());
    const key = await repository.resolve({ kid: 'svc/rsa', algorithm: 'RS256' });
    expect(key).toMatchObject({ algorithm: 'RS256' });
  });

  it('J9: a key of another kind than the algorithm needs is not found, nor one that is weak', async () => {
    const { repository, publish } = setUpPemRepository();
    publish('svc/p521', {}, exportPublicPem(generateKeyPair('ES512').publicKey));
    await expect(resolveKid(repository, 'svc/p521')).rejects.toMatchObject({
      code: 'key_not_found',
      message: `the key svc/p521 of the key repository ${BASE_URL} cannot be used for ES256`,
    });
    const found = await repository.resolve({ kid: 'svc/p521', algorithm: 'ES512' });
    expect(found).toMatchObject({ algorithm: 'ES512' });
  });

  it('ASAP-1: the nine algorithms of ASAP are what keys are taken for, unless others are named', async () => {
    const ed25519 = exportPublicPem(generateKeyPair('EdDSA').publicKey);
    const asap = setUpPemRepository();
    expect([...asap.repository.algorithms].sort()).toEqual(
      ['ES', 'PS', 'RS'].flatMap((family) => [`${family}256`, `${family}384`, `${family}512`]),
    );
    const wider = setUpPemRepository({ algorithms: ['EdDSA'] });
    for (const { publish } of [asap, wider]) publish('svc/ed', {}, ed25519);
    const edwards = { kid: 'svc/ed', algorithm: 'EdDSA' } as const;
    await expect(asap.repository.resolve(edwards)).rejects.toEqual(notFound);
    await expect(wider.repository.resolve(edwards)).resolves.toMatchObject({ algorithm: 'EdDSA' });
  });

  it('ASAP-27: an RSA key is imported once for each algorithm and kept while its PEM stays the same', async () => {
    const { repository, clock, publish } = setUpPemRepository();
    const rsa = exportPublicPem(generateKeyPair('RS256').publicKey);
    publish('svc/rsa', {}, rsa);
    const get = (algorithm: 'RS256' | 'PS512') => repository.resolve({ kid: 'svc/rsa', algorithm });
    const [first, other] = [await get('RS256'), await get('PS512')];
    expect(other).not.toBe(first);
    clock.advance(300);
    expect(await get('RS256')).toBe(first);
    publish('svc/rsa', {}, exportPublicPem(generateKeyPair('RS256').publicKey));
    clock.advance(300);
    expect(await get('RS256')).not.toBe(first);
  });
});

describe('keeping keys', () => {
  it.each([
    ['no header', {}, 300],
    ['a max-age', { 'cache-control': 'public, max-age=120' }, 120],
    ['a max-age in other letters', { 'cache-control': 'Max-Age="120"' }, 120],
    ['a max-age and an Age', { 'cache-control': 'max-age=120', age: '50' }, 70],
    ['a max-age for shared caches', { 'cache-control': 's-maxage=600, max-age=60' }, 60],
    ['stale-while-revalidate', { 'cache-control': 'max-age=60, stale-while-revalidate=300' }, 60],
    ['a max-age below the cool-down', { 'cache-control': 'max-age=1' }, 5],
    ['a max-age beyond the limit', { 'cache-control': 'max-age=31536000' }, 3600],
    ['no-store', { 'cache-control': 'no-store' }, 5],
    ['no-cache, max-age', { 'cache-control': 'no-cache, max-age=600' }, 5],
    ['a Last-Modified only', { 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' }, 300],
    ['an Expires', { date: 'Thu, 01 Jan 2026 00:00:00 GMT', expires: 'Thu, 01 Jan 2026 00:02:00 GMT' }, 120],
  ])('ASAP-16, ASAP-40: believes a key with %s for so long (%#)', async (_what, headers, seconds) => {
    const { repository, requests, publish, clock } = setUpPemRepository();
    publish('svc/one', headers);
    await resolveKid(repository, 'svc/one');
    clock.advance(seconds - 0.1);
    expect(repository.peek(lookup('svc/one'))).toBeDefined();
    await resolveKid(repository, 'svc/one');
    expect(requests).toHaveLength(1);
    clock.advance(0.1);
    expect(repository.peek(lookup('svc/one'))).toBeUndefined();
    await resolveKid(repository, 'svc/one');
    expect(requests).toHaveLength(2);
  });

  it('ASAP-16: with max-age=300, two repositories of one base URL cost one request', async () => {
    const { settings, requests, publish, repository } = setUpPemRepository();
    publish('svc/one', { 'cache-control': 'max-age=300' });
    const second = createPemRepository({ ...settings, baseUrl: BASE_URL.slice(0, -1) });
    const key = await resolveKid(repository, 'svc/one');
    expect(second.peek(lookup('svc/one'))).toBe(key);
    expect(await resolveKid(second, 'svc/one')).toBe(key);
    expect(requests).toHaveLength(1);
  });

  it('ASAP-16: repositories of other options share nothing', async () => {
    const { settings, clock, requests, publish, repository } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    const others: Partial<PemRepositoryOptions>[] = [
      { algorithms: ['ES256'] },
      { maxAgeSeconds: 60 },
      { clock: () => clock() },
      { baseUrl: `${BASE_URL}svc` },
    ];
    for (const other of others) {
      const separate = createPemRepository({ ...settings, ...other });
      expect(separate.peek(lookup('svc/one'))).toBeUndefined();
    }
    expect(requests).toHaveLength(1);
  });

  it('ASAP-16: asks with the ETag whether a key still holds, and keeps it on 304', async () => {
    const { repository, requests, publishAs, clock } = setUpPemRepository();
    const validators = { etag: '"v1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' };
    publishAs('svc/one', () => pemAnswer(PEM, { ...validators, 'cache-control': 'max-age=60' }));
    const key = await resolveKid(repository, 'svc/one');
    publishAs(
      'svc/one',
      () => new Response(null, { status: 304, headers: { etag: '"v1"', 'cache-control': 'max-age=90' } }),
    );
    for (const [seconds, count] of [
      [60, 2],
      [90, 3],
      [90, 4],
    ] as const) {
      clock.advance(seconds);
      expect(repository.peek(lookup('svc/one'))).toBeUndefined();
      expect(await resolveKid(repository, 'svc/one')).toBe(key);
      expect(requests).toHaveLength(count);
      expect(requests.at(-1)?.headers).toEqual({
        accept: 'application/x-pem-file',
        'if-none-match': '"v1"',
        'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
      });
    }
  });

  it('ASAP-16: a changed ETag brings the new key', async () => {
    const { repository, requests, publish, clock } = setUpPemRepository();
    publish('svc/one', { etag: '"v1"' });
    const first = await resolveKid(repository, 'svc/one');
    publish('svc/one', { etag: '"v2"' }, OTHER_PEM);
    clock.advance(300);
    expect(await resolveKid(repository, 'svc/one')).not.toBe(first);
    clock.advance(300);
    await resolveKid(repository, 'svc/one');
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v2"']);
  });

  it('asks without an ETag where nothing may be stored', async () => {
    const { repository, requests, publish, clock } = setUpPemRepository();
    publish('svc/one', { etag: '"v1"', 'cache-control': 'no-store' });
    await resolveKid(repository, 'svc/one');
    clock.advance(5);
    await resolveKid(repository, 'svc/one');
    expect(requests[1]?.headers).toEqual({ accept: 'application/x-pem-file' });
  });

  it('K8: a key that is withdrawn is refused within maxAgeSeconds, at once and without grace', async () => {
    const { repository, publish, withdraw, clock } = setUpPemRepository({ maxAgeSeconds: 60 });
    publish('svc/one', { 'cache-control': 'max-age=86400' });
    await resolveKid(repository, 'svc/one');
    withdraw('svc/one');
    clock.advance(59.9);
    await expect(resolveKid(repository, 'svc/one')).resolves.toBeDefined();
    clock.advance(0.1);
    await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(notFound);
    expect(repository.peek(lookup('svc/one'))).toBeUndefined();
  });

  it('K11: a clock that jumps back makes no key live longer', async () => {
    const { repository, publish, clock, breakDown } = setUpPemRepository({ staleIfErrorSeconds: 100 });
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    clock.advance(-3600);
    expect(repository.peek(lookup('svc/one'))).toBeUndefined();
    breakDown();
    await expect(resolveKid(repository, 'svc/one')).resolves.toBeDefined();
    clock.advance(100);
    await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(unavailable);
  });

  it('keeps the thousand keys that were used last, and no more', async () => {
    const { repository, requests, publish } = setUpPemRepository();
    for (let index = 0; index <= 1000; index++) {
      publish(`svc/${index}`);
      await resolveKid(repository, `svc/${index}`);
      repository.peek(lookup('svc/0'));
    }
    expect(requests).toHaveLength(1001);
    expect(repository.peek(lookup('svc/0'))).toBeDefined();
    expect(repository.peek(lookup('svc/1'))).toBeUndefined();
    expect(repository.peek(lookup('svc/2'))).toBeDefined();
  });
});

describe('createPemRepository', () => {
  it.each([
    [{ baseUrl: undefined }, /baseUrl is required/],
    [{ baseUrl: null }, /baseUrl must be a non-empty string, not null/],
    [{ baseUrl: '' }, /baseUrl must be a non-empty string/],
    [{ baseUrl: 'keys.example/' }, /baseUrl must be an absolute URL/],
    [{ baseUrl: 'http://keys.example/' }, /baseUrl must use https/],
    [{ baseUrl: 'http://keys.example/', allowHttpLoopback: true }, /baseUrl must use https/],
    [{ baseUrl: 'http://127.0.0.1:8080/' }, /baseUrl must use https .*allowHttpLoopback/],
    [{ baseUrl: 'http://169.254.169.254/', allowHttpLoopback: true }, /baseUrl must use https/],
    [{ baseUrl: 'file:///etc/' }, /baseUrl must use https/],
    [{ baseUrl: 'https://user:secret@keys.example/' }, /baseUrl must not carry a user name/],
    [{ baseUrl: 'https://keys.example/?a=b' }, /baseUrl must not carry a query/],
    [{ baseUrl: 'https://keys.example/#a' }, /baseUrl must not carry a fragment/],
    [{ algorithms: [] }, /algorithms must be a non-empty array/],
    [{ algorithms: ['HS256'] }, /algorithms must not name HMAC/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ maxBytes: Number.NaN }, /maxBytes/],
    [{ cooldownSeconds: 0 }, /cooldownSeconds/],
    [{ cooldownSeconds: 61, maxAgeSeconds: 60 }, /cooldownSeconds must not exceed maxAgeSeconds/],
    [{ staleIfErrorSeconds: -1 }, /staleIfErrorSeconds/],
    [{ proxy: 'ftp://proxy.example/' }, /proxy must be an http or https URL/],
    [{ proxy: 'proxy.example' }, /proxy must be the URL of a proxy/],
    [{ proxy: 'http://p.example', fetch: () => undefined }, /proxy does not go together with fetch/],
    [
      { proxy: 'http://p.example', baseUrl: 'http://localhost/', allowHttpLoopback: true },
      /proxy does not go together with plain http/,
    ],
    [
      { environment: { HTTPS_PROXY: 'socks5://p.example' } },
      /HTTPS_PROXY of the environment must be an http/,
    ],
    [{ maxAge: 5 }, /unknown option "maxAge", did you mean "maxAgeSeconds"/],
  ])('ASAP-15: refuses options that cannot be right (%#)', (wrong, problem) => {
    const create = () => createPemRepository({ baseUrl: BASE_URL, ...wrong } as PemRepositoryOptions);
    expect(create).toThrow(problem);
    expect(create).toThrow(UsageError);
    expect(create).toThrow(TypeError);
  });

  it('takes plain http on a loopback host where that is asked for', () => {
    for (const baseUrl of ['http://127.0.0.1:8080', 'http://localhost/', 'http://[::1]/']) {
      expect(createPemRepository({ baseUrl, allowHttpLoopback: true, proxy: null })).toBeDefined();
    }
  });

  it('names no secret of a proxy that cannot be used', () => {
    const proxy = 'ftp://user:hunter2@proxy.example/';
    expect(() => createPemRepository({ baseUrl: BASE_URL, proxy })).toThrow(/^((?!hunter2).)*$/);
  });
});

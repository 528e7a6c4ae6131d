import { describe, expect, it } from 'vitest';
import type { DiscoveredJwksOptions } from '../../src/keys/discovered-jwks.js';
import { createDiscoveredJwks } from '../../src/keys/discovered-jwks.js';
import { exportPublicJwk } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import { metadataUrls } from '../../src/keys/issuer-metadata.js';
import { createTestClock } from '../../src/testing/test-clock.js';
import { startIssuer } from './support/issuer-server.js';
import { answerJson, startKeyServer } from './support/key-server.js';

const one = exportPublicJwk(generateKeyPair('ES256', { kid: 'one' }).publicKey);
const two = exportPublicJwk(generateKeyPair('ES256', { kid: 'two' }).publicKey);
const OAUTH = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';

const lookup = (kid: string) => ({ kid, algorithm: 'ES256' }) as const;

/** An issuer with a key set, and a source that knows nothing but its name. */
async function setUp({ path = '', ...options }: Partial<DiscoveredJwksOptions> & { path?: string } = {}) {
  const server = await startIssuer();
  const clock = createTestClock(1_800_000_000);
  const issuer = server.origin + path;
  const keys = createDiscoveredJwks({ issuer, algorithms: ['ES256'], clock, ...options });
  server.publish('/keys', { keys: [one] });
  const describeAt = (place: string, changes: object = {}) =>
    server.publish(place, { issuer, jwks_uri: `${server.origin}/keys`, ...changes });
  return { ...server, clock, issuer, keys, describeAt, resolve: (kid: string) => keys.resolve(lookup(kid)) };
}

/** What keeps the source from finding keys, as operators read it. */
async function problemOf(keys: ReturnType<typeof createDiscoveredJwks>): Promise<string> {
  const error = await keys.warmUp().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'key_source_unavailable' });
  return (error as Error).message;
}

describe('places of metadata', () => {
  it.each([
    ['https://id.example', `https://id.example${OAUTH}`, `https://id.example${OPENID}`],
    ['https://id.example/', `https://id.example${OAUTH}`, `https://id.example${OPENID}`],
    ['https://id.example/a/b', `https://id.example${OAUTH}/a/b`, `https://id.example/a/b${OPENID}`],
    ['https://id.example:8443/a/', `https://id.example:8443${OAUTH}/a`, `https://id.example:8443/a${OPENID}`],
  ])('of %s are as RFC 8414 and OpenID Connect Discovery have them', (issuer, oauth, openid) => {
    expect(metadataUrls(issuer)).toEqual([oauth, openid]);
  });

  it.each([
    ['', OAUTH],
    ['', OPENID],
    ['/a/b', `${OAUTH}/a/b`],
    ['/a/b', `/a/b${OPENID}`],
  ])('finds the keys of <origin>%s by %s', async (path, place) => {
    const { describeAt, resolve, requests } = await setUp({ path });
    describeAt(place);
    await expect(resolve('one')).resolves.toMatchObject({ kid: 'one', algorithm: 'ES256' });
    expect(requests.slice(-2)).toEqual([place, '/keys']);
  });

  it('asks first where the metadata was the last time', async () => {
    const { describeAt, keys, requests } = await setUp();
    describeAt(OPENID);
    await keys.refetch();
    await keys.refetch();
    expect(requests).toEqual([OAUTH, OPENID, '/keys', OPENID, '/keys']);
  });

  it('goes on where the first place answers with a page, or with the metadata of somebody else', async () => {
    const { describeAt, answer, keys } = await setUp();
    describeAt(OPENID);
    answer(OAUTH, (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    await expect(keys.warmUp()).resolves.toBeUndefined();
    describeAt(OAUTH, { issuer: 'https://other.example' });
    await expect(keys.refetch()).resolves.toBeUndefined();
  });

  it('asks nowhere else where it gets no answer at all', async () => {
    const { answer, keys, requests } = await setUp();
    answer(OAUTH, (response) => response.destroy());
    expect(await problemOf(keys)).toMatch(/gave no answer/);
    expect(requests).toEqual([OAUTH]);
  });
});

describe('metadata that is of no use', () => {
  it.each([
    [
      'has another issuer',
      { issuer: 'https://other.example' },
      'is of another issuer, "https://other.example"',
    ],
    ['has no issuer', { issuer: undefined }, 'names no issuer'],
    ['has a list of issuers', { issuer: ['https://id.example'] }, 'names no issuer'],
    ['has no jwks_uri', { jwks_uri: undefined }, 'has a jwks_uri that must be a string'],
    ['leads to a file', { jwks_uri: 'file:///etc/passwd' }, 'has a jwks_uri that must use https'],
    ['leads to plain http', { jwks_uri: 'http://keys.example/' }, 'has a jwks_uri that must use https'],
    ['leads nowhere', { jwks_uri: '/keys' }, 'has a jwks_uri that must be an absolute URL'],
  ])('%s: nothing is fetched from there', async (_what, changes, problem) => {
    const { describeAt, keys, requests } = await setUp();
    describeAt(OPENID, changes);
    expect(await problemOf(keys)).toContain(problem);
    expect(requests).toEqual([OAUTH, OPENID]);
  });

  it.each([
    ['', '/', 'with'],
    ['/a/', '/a', 'without'],
  ])('asks about a slash: configured <origin>%s, published <origin>%s', async (path, named, which) => {
    const { describeAt, keys, origin } = await setUp({ path });
    describeAt(metadataUrls(origin + path)[0]?.slice(origin.length) ?? '', { issuer: origin + named });
    expect(await problemOf(keys)).toContain(
      `is of the issuer ${which} a slash at the end: did you mean "${origin}${named}"?`,
    );
  });

  it('says what the last place answered where there is no metadata', async () => {
    const { keys, issuer } = await setUp();
    expect(await problemOf(keys)).toBe(`the metadata ${issuer}${OPENID} answered with status 404`);
  });

  it.each([301, 302, 307, 308])('K5: a redirect with %i is not followed', async (status) => {
    const target = await startKeyServer(answerJson({}));
    const { answer, keys } = await setUp();
    for (const place of [OAUTH, OPENID]) {
      answer(place, (response) => response.writeHead(status, { location: target.url }).end());
    }
    expect(await problemOf(keys)).toContain(`answered with status ${status}`);
    expect(target.requests).toEqual([]);
  });

  it('K4: metadata of more than maxBytes is not read', async () => {
    const { describeAt, keys } = await setUp({ maxBytes: 500 });
    describeAt(OPENID, { padding: 'x'.repeat(500) });
    expect(await problemOf(keys)).toContain('is over 500 bytes');
  });

  it('does not let an issuer elsewhere send us to plain http on this machine', async () => {
    const fetched: string[] = [];
    const keys = createDiscoveredJwks({
      issuer: 'https://id.example',
      algorithms: ['ES256'],
      fetch: async (url) => {
        fetched.push(url);
        return Response.json({ issuer: 'https://id.example', jwks_uri: 'http://127.0.0.1:8080/keys' });
      },
    });
    expect(await problemOf(keys)).toContain('has a jwks_uri that must use https');
    expect(fetched).toHaveLength(2);
  });
});

describe('keys of an issuer', () => {
  it('K1: 200 callers at once cost one look at each place', async () => {
    const { describeAt, resolve, requests } = await setUp();
    describeAt(OAUTH);
    await Promise.all(Array.from({ length: 200 }, () => resolve('one')));
    expect(requests).toEqual([OAUTH, '/keys']);
  });

  it('follows a jwks_uri that changes, at the next refresh', async () => {
    const { describeAt, publish, resolve, origin, clock, keys } = await setUp();
    describeAt(OAUTH);
    await keys.warmUp();
    publish('/new-keys', { keys: [two] });
    describeAt(OAUTH, { jwks_uri: `${origin}/new-keys` });
    clock.advance(30);
    await expect(resolve('two')).resolves.toMatchObject({ kid: 'two' });
    expect(keys.peek(lookup('one'))).toBeUndefined();
  });

  it('K2: unknown key ids have the metadata read once in a cool-down', async () => {
    const { describeAt, resolve, requests } = await setUp();
    describeAt(OAUTH);
    await resolve('one');
    for (let index = 0; index < 50; index++) {
      await expect(resolve(`random-${index}`)).rejects.toMatchObject({ code: 'key_not_found' });
    }
    expect(requests).toHaveLength(2);
  });

  it('K3: known keys serve on while the metadata cannot be read, or turns into that of another', async () => {
    const { describeAt, resolve, clock } = await setUp();
    describeAt(OAUTH);
    await resolve('one');
    describeAt(OAUTH, { issuer: 'https://other.example' });
    clock.advance(301);
    await expect(resolve('one')).resolves.toMatchObject({ kid: 'one' });
    await expect(resolve('two')).rejects.toMatchObject({ code: 'key_source_unavailable' });
  });

  it('a key that is published unchanged stays the same object', async () => {
    const { describeAt, publish, keys } = await setUp();
    describeAt(OAUTH);
    await keys.warmUp();
    const before = keys.peek(lookup('one'));
    publish('/keys', { keys: [two, one] });
    await keys.refetch();
    expect(keys.peek(lookup('one'))).toBe(before);
    publish('/keys', { keys: [{ ...two, kid: 'one' }] });
    await keys.refetch();
    expect(keys.peek(lookup('one'))).not.toBe(before);
  });

  it('warmUp fetches where nothing is at hand, and then no more', async () => {
    const { describeAt, keys, requests } = await setUp();
    describeAt(OAUTH);
    await keys.warmUp();
    await keys.warmUp();
    expect(keys.peek(lookup('one'))).toBeDefined();
    expect(requests).toHaveLength(2);
  });
});

describe('createDiscoveredJwks', () => {
  it.each([
    [{ issuer: undefined }, /issuer is required/],
    [{ issuer: 'id.example' }, /issuer must be an absolute URL/],
    [{ issuer: 'http://id.example' }, /issuer must use https/],
    [{ issuer: 'https://id.example?tenant=1' }, /issuer must not carry a query/],
    [{ issuer: 'https://user:pass@id.example' }, /issuer must not carry a user name/],
    [{ issuer: 'https://id.example#a' }, /issuer must not carry a fragment/],
    [{ algorithms: ['HS256'] }, /algorithms must not name HMAC/],
    [{ cooldownSeconds: 61, maxAgeSeconds: 60 }, /cooldownSeconds must not exceed maxAgeSeconds/],
    [{ url: 'https://id.example' }, /unknown option "url"/],
  ])('refuses options that cannot be right (%#)', (wrong, problem) => {
    const options = { issuer: 'https://id.example', algorithms: ['ES256'], ...wrong };
    expect(() => createDiscoveredJwks(options as DiscoveredJwksOptions)).toThrow(problem);
  });
});

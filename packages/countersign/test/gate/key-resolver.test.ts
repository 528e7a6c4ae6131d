import { describe, expect, it } from 'vitest';
import { createKeyResolver } from '../../src/gate/create-key-resolver.js';
import { exportPublicJwk, exportPublicPem } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import type { FetchFunction } from '../../src/keys/remote-fetch.js';
import { createTestClock } from '../../src/testing/test-clock.js';
import { startConnectProxy } from '../keys/support/connect-proxy.js';
import { startIssuer } from '../keys/support/issuer-server.js';

const { publicKey } = generateKeyPair('ES256', { kid: 'service/one' });
const jwks = { keys: [exportPublicJwk(publicKey)] };
const pem = exportPublicPem(publicKey);
const LOOKUP = { kid: 'service/one', algorithm: 'ES256' } as const;
const PEM_HEADERS = { 'content-type': 'application/x-pem-file' };
const privateAddress = expect.objectContaining({
  code: 'key_source_unavailable',
  message: expect.stringContaining('allowPrivateAddresses'),
});

function resolverWith(options: Partial<Parameters<typeof createKeyResolver>[0]> = {}) {
  return createKeyResolver({ clock: createTestClock(1_800_000_000), environment: {}, ...options });
}

/** An issuer that publishes one key as a set, by its metadata, and as a PEM. */
async function startKeys() {
  const server = await startIssuer();
  const { origin } = server;
  server.publish('/keys', jwks);
  server.publish('/.well-known/openid-configuration', { issuer: origin, jwks_uri: `${origin}/keys` });
  server.answer('/asap/service/one', (response) => response.writeHead(200, PEM_HEADERS).end(pem));
  return server;
}

describe('sources', () => {
  it('come from a set, from the metadata of an issuer, and from a repository', async () => {
    const { origin } = await startKeys();
    const resolver = resolverWith();
    for (const source of [
      resolver.jwks(`${origin}/keys`, ['ES256']),
      resolver.discover(origin, ['ES256']),
      resolver.pemRepository([`${origin}/asap/`], ['ES256']),
    ]) {
      expect(source.algorithms).toEqual(['ES256']);
      await expect(source.resolve(LOOKUP)).resolves.toMatchObject({ kid: 'service/one' });
    }
  });

  it('are one for the same address and algorithms, in whatever order', () => {
    const resolver = resolverWith();
    const url = 'https://id.example';
    const source = resolver.jwks(url, ['ES256', 'RS256']);
    expect(resolver.jwks(url, ['RS256', 'ES256', 'RS256'])).toBe(source);
    expect(resolver.jwks(url, ['ES256'])).not.toBe(source);
    expect(resolver.jwks(`${url}/`, ['ES256', 'RS256'])).not.toBe(source);
    expect(resolver.discover(url, ['ES256', 'RS256'])).not.toBe(source);
    expect(resolver.discover(url, ['ES256'])).toBe(resolver.discover(url, ['ES256']));
    expect(resolver.pemRepository([url], ['ES256'])).toBe(resolver.pemRepository([url], ['ES256']));
    expect(resolver.pemRepository([url, url], ['ES256'])).not.toBe(resolver.pemRepository([url], ['ES256']));
  });

  it('of two acceptors that share one, cost one fetch', async () => {
    const { origin, requests } = await startKeys();
    const resolver = resolverWith();
    await Promise.all([
      resolver.jwks(`${origin}/keys`, ['ES256']).warmUp(),
      resolver.jwks(`${origin}/keys`, ['ES256']).resolve(LOOKUP),
    ]);
    expect(requests).toHaveLength(1);
  });

  it('of a repository ask the next base URL while the first one fails', async () => {
    const { origin } = await startKeys();
    const broken = await startIssuer();
    broken.answer('/service/one', (response) => response.writeHead(500).end());
    const source = resolverWith().pemRepository([broken.origin, `${origin}/asap`], ['ES256']);
    await expect(source.resolve(LOOKUP)).resolves.toMatchObject({ kid: 'service/one' });
    expect(broken.requests).toEqual(['/service/one']);
  });

  it('can be warmed up, but for a repository, whose keys are not known beforehand', async () => {
    const { origin, requests } = await startKeys();
    const resolver = resolverWith();
    await resolver.discover(origin, ['ES256']).warmUp();
    expect(requests).toContain('/keys');
    const before = requests.length;
    await resolver.pemRepository([`${origin}/asap/`], ['ES256']).warmUp();
    await resolver.pemRepository([`${origin}/asap/`, `${origin}/b/`], ['ES256']).warmUp();
    expect(requests).toHaveLength(before);
    await expect(resolver.jwks(`${origin}/nothing`, ['ES256']).warmUp()).rejects.toMatchObject({
      code: 'key_source_unavailable',
    });
  });

  it('that cannot be right are refused at once', () => {
    const resolver = resolverWith();
    expect(() => resolver.jwks('http://keys.example', ['ES256'])).toThrow(/url must use https/);
    expect(() => resolver.jwks('keys', ['ES256'])).toThrow(/url must be an absolute URL/);
    expect(() => resolver.discover('https://id.example?a', ['ES256'])).toThrow(
      /issuer must not carry a query/,
    );
    expect(() => resolver.pemRepository([], ['ES256'])).toThrow(/non-empty array/);
  });
});

describe('private addresses', () => {
  it('K6: a configured address may be one, with whatever its issuer publishes at the same origin', async () => {
    const { origin } = await startKeys();
    await expect(resolverWith().discover(origin, ['ES256']).warmUp()).resolves.toBeUndefined();
  });

  it('K6: an issuer at one private address does not lead to another', async () => {
    const { origin, publish } = await startKeys();
    const other = await startKeys();
    const jwks_uri = `${other.origin}/keys`;
    publish('/.well-known/openid-configuration', { issuer: origin, jwks_uri });
    await expect(resolverWith().discover(origin, ['ES256']).warmUp()).rejects.toEqual(privateAddress);
    expect(other.requests).toEqual([]);
    const open = resolverWith({ allowPrivateAddresses: true });
    await expect(open.discover(origin, ['ES256']).warmUp()).resolves.toBeUndefined();
  });

  it('K6: what one acceptor is configured with opens nothing for the issuer of another', async () => {
    const one = await startKeys();
    const other = await startKeys();
    const resolver = resolverWith();
    await resolver.jwks(`${other.origin}/keys`, ['ES256']).warmUp();
    const jwks_uri = `${other.origin}/keys`;
    one.publish('/.well-known/openid-configuration', { issuer: one.origin, jwks_uri });
    await expect(resolver.discover(one.origin, ['ES256']).warmUp()).rejects.toEqual(privateAddress);
  });

  it('a fetch of the caller decides for itself', async () => {
    const asked: string[] = [];
    const fetch: FetchFunction = async (url) => {
      asked.push(url);
      return Response.json(jwks);
    };
    await resolverWith({ fetch }).jwks('https://10.0.0.1/keys', ['ES256']).warmUp();
    expect(asked).toEqual(['https://10.0.0.1/keys']);
  });
});

describe('a proxy that the environment names', () => {
  it('ASAP-17: is gone through, except for hosts that are exempt', async () => {
    const proxy = await startConnectProxy(undefined);
    const environment = { HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: 'exempt.invalid' };
    const resolver = resolverWith({ environment });
    for (const host of ['keys.invalid', 'exempt.invalid']) {
      await expect(resolver.jwks(`https://${host}/`, ['ES256']).warmUp()).rejects.toMatchObject({
        code: 'key_source_unavailable',
      });
    }
    expect(proxy.asked.map(({ target }) => target)).toEqual(['keys.invalid:443']);
  });

  it('K6: is not asked for a private address that an issuer leads to', async () => {
    const proxy = await startConnectProxy(undefined);
    const { origin, publish } = await startKeys();
    const jwks_uri = 'https://169.254.169.254/keys';
    publish('/.well-known/openid-configuration', { issuer: origin, jwks_uri });
    const resolver = resolverWith({ environment: { HTTPS_PROXY: `http://${proxy.address}` } });
    await expect(resolver.discover(origin, ['ES256']).warmUp()).rejects.toEqual(privateAddress);
    expect(proxy.asked).toEqual([]);
  });

  it('that is no proxy is reported when the source is made', () => {
    const resolver = resolverWith({ environment: { HTTPS_PROXY: 'socks5://proxy.example' } });
    expect(() => resolver.jwks('https://keys.example/', ['ES256'])).toThrow(
      /HTTPS_PROXY of the environment must be an http or https URL/,
    );
  });
});

import { readFileSync } from 'node:fs';
import { UsageError } from 'countersign';
import { createBrowserSignInClient } from 'countersign/sign-in/browser';
import { describe, expect, it } from 'vitest';
import { createScriptedFetch, empty, json } from './support/scripted-fetch.js';

const OPTIONS = { appId: 'test-app-id', baseUrl: 'https://sign-in.example/' };

function clientAt(href: string) {
  const replaced: unknown[][] = [];
  const window = {
    location: { href },
    history: { state: { page: 7 }, replaceState: (...args: unknown[]) => replaced.push(args) },
  };
  return { client: createBrowserSignInClient({ ...OPTIONS, window }), replaced };
}

describe('createBrowserSignInClient', () => {
  it.each(['https://sign-in.example', 'https://sign-in.example/', 'https://sign-in.example//'])(
    'JAM-1: takes a base URL with or without slash at the end: %s',
    async (baseUrl) => {
      const { fetch, sent } = createScriptedFetch(empty(200));
      await createBrowserSignInClient({ ...OPTIONS, baseUrl, fetch }).startSignIn('a@example.com');
      expect(sent[0]?.url).toBe('https://sign-in.example/test-app-id/authenticate');
    },
  );

  it('JAM-1: takes a base URL with a path', async () => {
    const { fetch, sent } = createScriptedFetch(empty(200));
    const baseUrl = 'https://example.com/auth/';
    await createBrowserSignInClient({ ...OPTIONS, baseUrl, fetch }).startSignIn('a@example.com');
    expect(sent[0]?.url).toBe('https://example.com/auth/test-app-id/authenticate');
  });

  it('JAM-1: says why there is no default for the base URL', () => {
    const create = () => createBrowserSignInClient({ appId: 'a' } as never);
    expect(create).toThrow(UsageError);
    expect(create).toThrow(/baseUrl must be the URL of your authority: .* is gone/);
  });

  it.each([
    [{ ...OPTIONS, appId: undefined }, /appId is required/],
    [{ ...OPTIONS, appId: '' }, /appId must be the id of the app/],
    [{ ...OPTIONS, appId: 'a/b' }, /appId must be/],
    [{ ...OPTIONS, appId: '..' }, /appId must be/],
    [{ ...OPTIONS, appId: 'a'.repeat(129) }, /appId must be/],
    [{ ...OPTIONS, baseUrl: 'sign-in.example' }, /baseUrl must be an absolute URL/],
    [{ ...OPTIONS, baseUrl: 'ftp://sign-in.example' }, /baseUrl must use https/],
    [{ ...OPTIONS, baseUrl: 'http://sign-in.example' }, /baseUrl must use https/],
    [{ ...OPTIONS, baseUrl: 'https://u:p@sign-in.example' }, /must not carry a user name/],
    [{ ...OPTIONS, baseUrl: 'https://sign-in.example/?' }, /must not carry a query/],
    [{ ...OPTIONS, baseUrl: 'https://sign-in.example/#' }, /must not carry a fragment/],
    [{ ...OPTIONS, baseUrl: ' https://sign-in.example/' }, /white space/],
    [{ ...OPTIONS, timeoutMs: 0 }, /timeoutMs must be a whole number of milliseconds/],
    [{ ...OPTIONS, timeoutMs: Number.NaN }, /timeoutMs/],
    [{ ...OPTIONS, fetch: 'fetch' }, /fetch must be a function/],
    [{ ...OPTIONS, window: null }, /window must be a window/],
    [{ ...OPTIONS, jamBaseUrl: 'https://x' }, /unknown option "jamBaseUrl", did you mean "baseUrl"/],
    [null, /appId is required; baseUrl must be/],
  ])('refuses options that cannot be right (%#)', (options, problem) => {
    const create = () => createBrowserSignInClient(options as never);
    expect(create).toThrow(UsageError);
    expect(create).toThrow(problem);
  });

  it.each([
    'http://localhost:3000',
    'http://app.localhost',
    'http://127.0.0.1:8080',
    'http://127.1',
    'http://[::1]:1',
  ])('takes plain http on this machine: %s', (baseUrl) => {
    expect(() => createBrowserSignInClient({ ...OPTIONS, baseUrl })).not.toThrow();
  });

  it.each(['http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://10.0.0.1'])(
    'takes plain http elsewhere only when told so: %s',
    (baseUrl) => {
      expect(() => createBrowserSignInClient({ ...OPTIONS, baseUrl })).toThrow(UsageError);
      expect(() => createBrowserSignInClient({ ...OPTIONS, baseUrl, unsafeAllowHttp: true })).not.toThrow();
    },
  );

  it('JAM-13: every call goes past the cache of the browser', async () => {
    const { fetch, sent } = createScriptedFetch(
      json(200, { idToken: 'a.b.c' }),
      json(200, { idToken: 'a.b.c' }),
      json(200, { idToken: 'a.b.c' }),
      empty(200),
      empty(204),
      empty(204),
    );
    const client = createBrowserSignInClient({ ...OPTIONS, fetch });
    await client.refreshIdToken('r');
    await client.exchangeCode('c');
    await client.finishWithCode('r', 'c');
    await client.startSignIn('a@example.com');
    await client.deleteRefreshToken('a.b.c', 'r');
    await client.deleteAllRefreshTokens('a.b.c');
    await client.verifyIdTokenRemotely('a.b.c').catch(() => undefined);
    expect(sent.map(({ init }) => init.cache)).toEqual(Array(7).fill('no-cache'));
  });
});

describe('getTokensFromUrl', () => {
  it.each([
    ['?idToken=a.b.c&refreshToken=r%2Bs', { idToken: 'a.b.c', refreshToken: 'r+s', code: null }],
    ['?idToken=a.b.c', { idToken: 'a.b.c', refreshToken: null, code: null }],
    ['#idToken=a.b.c&refreshToken=r', { idToken: 'a.b.c', refreshToken: 'r', code: null }],
    ['?idToken=a.b.c#refreshToken=foreign', { idToken: 'a.b.c', refreshToken: null, code: null }],
    ['?code=one-time', { idToken: null, refreshToken: null, code: 'one-time' }],
    ['?other=1#/route', { idToken: null, refreshToken: null, code: null }],
    ['', { idToken: null, refreshToken: null, code: null }],
  ])('JAM-13: reads query or fragment: %s', (rest, expected) => {
    const href = `https://app.example/done${rest}`;
    expect(clientAt(href).client.getTokensFromUrl()).toEqual(expected);
    expect(clientAt('https://elsewhere.example/').client.getTokensFromUrl(href)).toEqual(expected);
  });

  it('S6: refuses what is no URL without repeating it', () => {
    const { client } = clientAt('https://app.example/');
    expect(() => client.getTokensFromUrl('?idToken=secret')).toThrow(
      expect.objectContaining({
        code: 'invalid_options',
        message: 'url: must be an absolute URL',
      }),
    );
  });

  it('says that there is no page outside of browsers', () => {
    const client = createBrowserSignInClient(OPTIONS);
    expect(() => client.getTokensFromUrl()).toThrow(/there is no page here: pass window/);
  });
});

describe('dropTokensFromAddressBar', () => {
  it.each([
    ['?idToken=a.b.c&refreshToken=r', ''],
    ['?x=1&idToken=a.b.c&y=2#part', '?x=1&y=2#part'],
    ['#idToken=a.b.c&refreshToken=r', ''],
    ['?x=1#idToken=a.b.c&y=2', '?x=1#y=2'],
    ['?code=one-time#/route?z=%20', '#/route?z=%20'],
    ['?idToken=a#idToken=b', ''],
  ])('M11: takes the tokens out of %s and leaves the rest', (rest, left) => {
    const { client, replaced } = clientAt(`https://app.example/done${rest}`);
    client.dropTokensFromAddressBar();
    expect(replaced).toEqual([[{ page: 7 }, '', `https://app.example/done${left}`]]);
  });

  it('leaves an address without tokens alone', () => {
    const { client, replaced } = clientAt('https://app.example/done?x=%7e#/route');
    client.dropTokensFromAddressBar();
    expect(replaced).toEqual([]);
  });
});

describe('the module for browsers', () => {
  it('JAM-13: uses no global of Node, in itself or in what it imports', () => {
    const seen = new Set<string>();
    const visit = (url: URL) => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      const source = readFileSync(url, 'utf8');
      expect(source, url.href).not.toMatch(/\b(?:Buffer|process|require|setImmediate|__dirname)\b[.(]/);
      expect(source, url.href).not.toMatch(/from 'node:/);
      for (const [, specifier = ''] of source.matchAll(/from '(\.[^']+)'/g)) {
        visit(new URL(specifier.replace(/\.js$/, '.ts'), url));
      }
    };
    visit(new URL('../../../src/tokens/sign-in/browser.ts', import.meta.url));
    expect(seen.size).toBeGreaterThan(8);
  });
});

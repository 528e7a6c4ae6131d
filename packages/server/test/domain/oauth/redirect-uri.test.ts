import { describe, expect, it } from 'vitest';
import {
  findRedirectUriProblem,
  isNativeRedirectUri,
  matchesRedirectUri,
} from '../../../src/domain/oauth/redirect-uri.js';

describe('a redirect URI', () => {
  it.each([
    'https://c.example/cb',
    'https://c.example',
    'https://c.example/cb?x=1&y=%20',
    'https://c.example:8443/cb',
    'https://xn--bcher-kva.example/cb',
    'https://localhost/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:3000/cb?x=1',
    'http://[::1]:3000/cb',
    'http://127.0.0.1',
    'com.example.app:/cb',
    'com.example.app://signed-in/cb',
    'io.github.some-app:/',
  ])('O3 (RFC 6749 3.1.2, RFC 8252 7): may be %s', (uri) => {
    expect(findRedirectUriProblem(uri)).toBeUndefined();
  });

  it.each([
    ['http://c.example/cb', /must be https/],
    ['http://127.0.0.1.evil.example/cb', /must be https/],
    ['http://127.0.0.2/cb', /must be https/],
    ['http://127.1/cb', /must be https/],
    ['http://0x7f000001/cb', /must be https/],
    ['http://[::2]/cb', /must be https/],
    ['http://127.0.0.1@evil.example/cb', /must be https/],
    ['http://localhost:3000/cb', /http:\/\/127\.0\.0\.1 or/],
    ['http://127.0.0.1:80/cb', /normal form/],
    ['javascript:alert(1)', /holds a dot/],
    ['JavaScript:alert(1)', /holds a dot/],
    ['jAvAsCrIpT://c.example/%0aalert(1)', /holds a dot/],
    ['data:text/html,x', /holds a dot/],
    ['DATA:text/html,x', /holds a dot/],
    ['vbscript:x', /holds a dot/],
    ['file:///etc/passwd', /holds a dot/],
    ['myapp:/cb', /holds a dot/],
    ['com.example.app:cb', /holds a dot/],
    ['COM.example.app:/cb', /holds a dot/],
    ['HTTPS://c.example/cb', /lower case/],
    ['https://C.example/cb', /normal form/],
    ['https://c.example:443/cb', /normal form/],
    ['https://c.example/a/../cb', /normal form/],
    ['https://c.example/a/%2e%2E/cb', /normal form/],
    ['https://c.example/./cb', /normal form/],
    ['https:c.example/cb', /lower case/],
    ['https:///c.example/cb', /normal form/],
    ['com.example.app:/a/../cb', /normal form/],
    ['https://c.example/cb#f', /fragment/],
    ['https://c.example/cb#', /fragment/],
    ['https://u@c.example/cb', /user name/],
    ['https://u:p@c.example/cb', /user name/],
    ['https://@c.example/cb', /normal form/],
    ['https://a@b@c.example/cb', /user name/],
    ['com.example.app://u@c.example/cb', /user name/],
    ['https://*.c.example/cb', /wildcard/],
    ['https://c.example/*', /wildcard/],
    ['https://c.example\\@evil.example', /characters of a URI/],
    ['https://c.example/a b', /characters of a URI/],
    ['https://c.example/\r\nSet-Cookie:x', /characters of a URI/],
    ['https://c.example/\0', /characters of a URI/],
    ['https://bücher.example/cb', /characters of a URI/],
    ['https://c.example/%zz', /characters of a URI/],
    [' https://c.example/', /characters of a URI/],
    ['//evil.example', /absolute/],
    ['/cb', /absolute/],
    ['https://', /absolute/],
    ['https://c.example:99999/', /absolute/],
    ['', /absolute/],
    ['https://c.example/cb?code=1', /parameter that answers have/],
    ['https://c.example/cb?x=1&%73tate=2', /parameter that answers have/],
    [undefined, /string/],
    [7, /string/],
  ])('O3: must not be %j', (uri, problem) => {
    expect(findRedirectUriProblem(uri)).toMatch(problem);
  });

  it('O3: has 2048 characters and not 2049', () => {
    const uri = (length: number) => 'https://c.example/'.padEnd(length, 'a');
    expect(findRedirectUriProblem(uri(2048))).toBeUndefined();
    expect(findRedirectUriProblem(uri(2049))).toMatch(/2048/);
  });

  it.each([`https://c.example/${'%2e'.repeat(33_000)}`, `${'a.'.repeat(50_000)}:/`, '['.repeat(100_000)])(
    'S21: is judged in less than 10 ms, however long',
    (uri) => {
      const durations = Array.from({ length: 5 }, () => {
        const start = performance.now();
        findRedirectUriProblem(uri);
        matchesRedirectUri('http://127.0.0.1/cb', uri);
        return performance.now() - start;
      });
      expect(Math.min(...durations)).toBeLessThan(10);
    },
  );
});

describe('a redirect URI of a request', () => {
  it('O1 (RFC 9700 2.1): matches the registered one as a text', () => {
    expect(matchesRedirectUri('https://c/cb', 'https://c/cb')).toBe(true);
    expect(matchesRedirectUri('com.example.app:/cb', 'com.example.app:/cb')).toBe(true);
  });

  it.each([
    'https://c/cb/',
    'HTTPS://C/cb',
    'https://c:443/cb',
    'https://c/cb?x=1',
    'https://c/cb#f',
    'https://c/cb/../x',
    'https://c/cb..;/x',
    'https://c@evil/cb',
    'https://a@b@evil',
    'https://c.evil/cb',
    'https://c%2eevil',
    'https://c\\@evil',
    'https://с/cb',
    'https://c/c%62',
    'http://c/cb',
    ' https://c/cb',
    'https://c/cb\n',
    '',
    `https://c/cb${'a'.repeat(8192)}`,
  ])('O1: %j does not match https://c/cb', (sent) => {
    expect(matchesRedirectUri('https://c/cb', sent)).toBe(false);
  });

  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65535/cb'],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1:3001/cb'],
    ['http://127.0.0.1/cb?x=1', 'http://127.0.0.1:3000/cb?x=1'],
    ['http://127.0.0.1', 'http://127.0.0.1:3000'],
    ['http://[::1]/cb', 'http://[::1]:3000/cb'],
  ])('O2 (RFC 8252 7.3): %s matches %s', (registered, sent) => {
    expect(matchesRedirectUri(registered, sent)).toBe(true);
  });

  it.each([
    ['http://127.0.0.1/cb', 'http://localhost:1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000/other'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000/cb/'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000/cb?x=1'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000@evil/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000.evil/cb'],
    ['http://127.0.0.1/cb', 'http://127.1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:0/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:080/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:3000/cb\n'],
    ['http://127.0.0.1/cb', 'http://[::1]:3000/cb'],
    ['http://[::1]/cb', 'http://127.0.0.1:3000/cb'],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:3000/cb'],
    ['https://127.0.0.1/cb', 'https://127.0.0.1:3000/cb'],
    ['https://c/cb', 'https://c:8443/cb'],
  ])('O2: %s does not match %j', (registered, sent) => {
    expect(matchesRedirectUri(registered, sent)).toBe(false);
  });

  it('RFC 8252 8.6: is native unless it is https', () => {
    expect(['https://c/cb', 'http://127.0.0.1/cb', 'com.example.app:/cb'].map(isNativeRedirectUri)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { parseRedirectUrl } from '../../src/domain/redirect-url.js';

describe('the redirect URL of an app', () => {
  it.each([
    ['https://c.example/cb', 'https://c.example/cb'],
    ['HTTPS://C.example:443/cb', 'https://c.example/cb'],
    ['https://c.example', 'https://c.example/'],
    ['https://c.example/a/../cb?x=1&y=%20', 'https://c.example/cb?x=1&y=%20'],
    ['https://bücher.example/cb', 'https://xn--bcher-kva.example/cb'],
    ['http://localhost:3000/cb', 'http://localhost:3000/cb'],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1:3000/cb'],
    ['http://127.1/cb', 'http://127.0.0.1/cb'],
    ['http://[::1]:3000/cb', 'http://[::1]:3000/cb'],
  ])('O3: keeps %s as %s', (input, href) => {
    expect(parseRedirectUrl(input)).toEqual({ href });
  });

  it.each([
    ['http://c.example/cb'],
    ['http://127.0.0.1.evil.example/cb'],
    ['http://localhost.evil.example/cb'],
    ['http://localhost@evil.example/cb'],
    ['http://128.0.0.1/cb'],
    ['http://[::2]/cb'],
    ['javascript:alert(1)'],
    ['JavaScript:alert(1)'],
    ['data:text/html,x'],
    ['DATA:text/html,x'],
    ['file:///etc/passwd'],
    ['ftp://c.example/'],
    ['com.example.app:/cb'],
    ['https://c.example/cb#f'],
    ['https://c.example/cb#'],
    ['https://u@c.example/cb'],
    ['https://u:p@c.example/cb'],
    ['https://@c.example/cb'],
    ['https://a@b@c.example/cb'],
    ['https://*.c.example/cb'],
    ['https://c.example/*'],
  ])('O3: refuses %s', (input) => {
    expect(parseRedirectUrl(input).problem).toMatch(/^must /);
  });

  it.each([
    ['//evil.example'],
    ['/\\evil.example'],
    ['/\t/evil.example'],
    ['/%09/evil.example'],
    ['https:evil.example'],
    ['https:/evil.example'],
    ['https:///evil.example'],
    ['https:\\\\evil.example'],
    ['https://c.example\\@evil.example'],
    ['https://c.example/%0d%0aSet-Cookie:x=y\r\n'],
    ['https://c.example/\0'],
    ['https://c.example/a b'],
    [' https://c.example/'],
    ['ht\ntps://c.example/'],
    ['https://'],
    ['https://%'],
    ['https://c.example:99999/'],
    ['https://c．example／x'],
    ['relative'],
    [''],
    [undefined],
    [null],
    [{ href: 'https://c.example/' }],
  ])('M9: refuses %j', (input) => {
    expect(parseRedirectUrl(input).problem).toMatch(/^must /);
  });

  it('O3: takes 2048 characters and refuses 2049, also where only the normal form is so long', () => {
    const url = (length: number, filler = 'a') => `https://c.example/${filler.repeat(length - 18)}`;
    expect(parseRedirectUrl(url(2048)).problem).toBeUndefined();
    expect(parseRedirectUrl(url(2049)).problem).toMatch(/2048/);
    expect(parseRedirectUrl(url(1000, 'ü')).problem).toMatch(/2048/);
  });
});

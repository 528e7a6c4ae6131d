import { describe, expect, it } from 'vitest';
import { createCookies } from '../../src/http/cookies.js';
import { httpRequest } from '../support/http-request.js';

const secure = createCookies('https://auth.example');
const loopback = createCookies('http://localhost:8080');
const withCookies = (cookie: string) => httpRequest({ headers: { cookie } });

describe('cookies', () => {
  it('O27: are __Host-, Secure, HttpOnly and SameSite=Lax under https', () => {
    expect(secure.set('start', 'abc', { maxAgeSeconds: 90.9 })).toBe(
      '__Host-start=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=90',
    );
    expect(secure.clear('start')).toBe('__Host-start=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0');
  });

  it('go without Secure and prefix on loopback http, where browsers refuse both', () => {
    expect(loopback.set('start', 'abc', { maxAgeSeconds: 1 })).toBe(
      'start=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=1',
    );
  });

  it.each(['a b', 'a;b', 'a,b', 'a\r\nb', '"a"', 'é', 'a=b'])('refuse to hold %j', (value) => {
    expect(() => secure.set('start', value, { maxAgeSeconds: 1 })).toThrow(TypeError);
  });

  it('are read by their whole name', () => {
    expect(secure.read(withCookies('x=1; __Host-start=abc; y=2'), 'start')).toBe('abc');
    expect(secure.read(withCookies('start=abc'), 'start')).toBeUndefined();
    expect(secure.read(withCookies('x__Host-start=abc'), 'start')).toBeUndefined();
    expect(secure.read(httpRequest(), 'start')).toBeUndefined();
    expect(loopback.read(withCookies('start=a=b'), 'start')).toBe('a=b');
  });

  it('O27: count as absent when given twice, so that a planted one never wins', () => {
    expect(loopback.read(withCookies('start=planted; start=ours'), 'start')).toBeUndefined();
  });

  it('S21: are found in a header of a hundred thousand separators', () => {
    expect(loopback.read(withCookies(`${';'.repeat(100_000)}start=a`), 'start')).toBe('a');
  });
});

import { describe, expect, it } from 'vitest';
import { findEnvironmentProxy } from '../../src/keys/proxy-environment.js';

const PROXY = 'http://proxy.example:3128';

function proxyOf(url: string, environment: Record<string, string | undefined>) {
  return findEnvironmentProxy(new URL(url), environment);
}

describe('findEnvironmentProxy', () => {
  it.each([
    [{ HTTPS_PROXY: PROXY }, PROXY],
    [{ https_proxy: PROXY }, PROXY],
    [{ https_proxy: PROXY, HTTPS_PROXY: 'http://other.example' }, PROXY],
    [{ https_proxy: '', HTTPS_PROXY: PROXY }, PROXY],
    [{ HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
    [{ HTTPS_PROXY: 'https://user:pw@proxy.example' }, 'https://user:pw@proxy.example'],
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTP_PROXY: PROXY, http_proxy: PROXY }, undefined],
  ])('ASAP-17: of %j an https address goes through %s', (environment, expected) => {
    expect(proxyOf('https://keys.example/', environment)).toBe(expected);
  });

  it.each(['https://localhost/', 'https://127.0.0.1:8443/', 'https://[::1]/', 'http://127.0.0.1/'])(
    'ASAP-17: %s, on this machine, goes through none',
    (url) => {
      expect(proxyOf(url, { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY })).toBeUndefined();
    },
  );

  it.each([
    ['*', true],
    ['keys.example', true],
    ['KEYS.Example', true],
    ['example', true],
    ['.example', true],
    ['*.example', true],
    ['other.example, keys.example', true],
    ['other.example keys.example', true],
    ['keys.example:443', true],
    ['keys.example:8443', false],
    ['eys.example', false],
    ['xample', false],
    ['a.keys.example', false],
    ['', false],
    [' , ', false],
    [':443', false],
  ])('ASAP-17: NO_PROXY of "%s" exempts keys.example: %s', (noProxy, isExempt) => {
    const expected = isExempt ? undefined : PROXY;
    expect(proxyOf('https://keys.example/asap/', { HTTPS_PROXY: PROXY, NO_PROXY: noProxy })).toBe(expected);
    expect(proxyOf('https://keys.example/asap/', { HTTPS_PROXY: PROXY, no_proxy: noProxy })).toBe(expected);
  });

  it.each([
    ['https://10.0.0.1:8443/', '10.0.0.1:8443', true],
    ['https://10.0.0.1/', '10.0.0.1:8443', false],
    ['https://[2001:db8::1]/', '2001:db8::1', true],
    ['https://[2001:db8::1]/', '[2001:db8::1]', true],
    ['https://[2001:db8::1]:8443/', '[2001:db8::1]:8443', true],
    ['https://[2001:db8::1]/', '[2001:db8::1]:8443', false],
  ])('ASAP-17: %s under NO_PROXY of "%s" is exempt: %s', (url, noProxy, isExempt) => {
    expect(proxyOf(url, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy })).toBe(isExempt ? undefined : PROXY);
  });

  it('S21: a long list is read in no time', () => {
    const noProxy = `${'['.repeat(50_000)}${':1'.repeat(50_000)}`;
    expect(proxyOf('https://keys.example/', { HTTPS_PROXY: PROXY, NO_PROXY: noProxy })).toBe(PROXY);
  });
});

import { UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import { createClientAddressResolver } from '../../src/http/client-address.js';

describe('createClientAddressResolver', () => {
  const direct = createClientAddressResolver([]);
  const behindProxies = createClientAddressResolver(['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48', '::1']);

  it('S16: ignores X-Forwarded-For of whoever is no trusted proxy', () => {
    expect(direct('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(behindProxies('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(behindProxies('11.0.0.1', '198.51.100.1')).toBe('11.0.0.1');
  });

  it('S16: takes the last address that a trusted proxy saw, not what the client wrote before it', () => {
    expect(behindProxies('10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
    expect(behindProxies('10.1.2.3', '1.1.1.1, 198.51.100.1')).toBe('198.51.100.1');
    expect(behindProxies('10.1.2.3', '1.1.1.1,198.51.100.1 , 192.0.2.7,10.9.9.9')).toBe('198.51.100.1');
    expect(behindProxies('2001:db8:1::5', '198.51.100.1')).toBe('198.51.100.1');
    expect(behindProxies('2001:db8:2::5', '198.51.100.1')).toBe('2001:db8:2::5');
  });

  it('S16: stops at the first entry that is no address', () => {
    expect(behindProxies('10.1.2.3', '198.51.100.1, unknown')).toBe('10.1.2.3');
    expect(behindProxies('10.1.2.3', '198.51.100.1, unknown, 10.0.0.2')).toBe('10.0.0.2');
    expect(behindProxies('10.1.2.3', '')).toBe('10.1.2.3');
    expect(behindProxies('10.1.2.3', ',')).toBe('10.1.2.3');
    expect(behindProxies('10.1.2.3', '<script>')).toBe('10.1.2.3');
  });

  it('gives the first hop if all of them are trusted', () => {
    expect(behindProxies('10.1.2.3', '10.0.0.1, 10.0.0.2')).toBe('10.0.0.1');
  });

  it('reads entries with a port, as some proxies write them', () => {
    expect(behindProxies('10.1.2.3', '198.51.100.1:50123')).toBe('198.51.100.1');
    expect(behindProxies('10.1.2.3', '[2001:db8:9::1]:50123')).toBe('2001:db8:9::1');
  });

  it('spells every address in one way', () => {
    expect(direct('::ffff:203.0.113.9', undefined)).toBe('203.0.113.9');
    expect(direct('::ffff:cb00:7109', undefined)).toBe('203.0.113.9');
    expect(direct('fe80::1%eth0', undefined)).toBe('fe80::1');
    expect(behindProxies('::ffff:10.1.2.3', '2001:DB8:9:0:0::1')).toBe('2001:db8:9::1');
    expect(behindProxies('10.1.2.3', '::FFFF:198.51.100.1')).toBe('198.51.100.1');
  });

  it('says "unknown" when the connection is gone already', () => {
    expect(behindProxies(undefined, '198.51.100.1')).toBe('unknown');
  });

  it('S21: walks through a header of a hundred thousand entries', () => {
    expect(behindProxies('10.1.2.3', '10.0.0.1,'.repeat(100_000).slice(0, -1))).toBe('10.0.0.1');
  });

  it('lists every entry that is no address and no range', () => {
    const make = () =>
      createClientAddressResolver([
        '10.0.0.0/33',
        'proxy.example',
        '10.0.0.0/',
        '::/129',
        '10.0.0.1/8/8',
        '',
      ]);
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/10\.0\.0\.0\/33.*proxy\.example.*::\/129/);
    expect(() => createClientAddressResolver(['10.0.0.0/0', '10.0.0.0/32', '::/128'])).not.toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import { isPrivateAddress } from '../../src/keys/private-address.js';

describe('isPrivateAddress', () => {
  it.each([
    ['9.255.255.255', '10.0.0.0'],
    ['11.0.0.0', '10.255.255.255'],
    ['100.63.255.255', '100.64.0.0'],
    ['100.128.0.0', '100.127.255.255'],
    ['126.255.255.255', '127.0.0.1'],
    ['128.0.0.0', '127.255.255.255'],
    ['169.253.255.255', '169.254.169.254'],
    ['172.15.255.255', '172.16.0.0'],
    ['172.32.0.0', '172.31.255.255'],
    ['192.167.255.255', '192.168.0.0'],
    ['192.169.0.0', '192.168.255.255'],
    ['198.17.255.255', '198.18.0.0'],
    ['223.255.255.255', '224.0.0.1'],
    ['1.0.0.0', '0.0.0.0'],
    ['8.8.8.8', '255.255.255.255'],
  ])('K6: %s is public, %s is not', (open, closed) => {
    expect(isPrivateAddress(open)).toBe(false);
    expect(isPrivateAddress(closed)).toBe(true);
  });

  it.each([
    ['2606:4700::1111', '::1'],
    ['2001:4860:4860::8888', '::'],
    ['2001:200::1', '2001:1ff::1'],
    ['2001:db7::1', '2001:db8::1'],
    ['2003::1', '2001::1'],
    ['3ffe::1', '3fff::1'],
    ['2a00:1450:4001:800::200e', 'fc00::1'],
    ['3fff:1000::1', 'fd12:3456::1'],
    ['2000::', 'fe80::1'],
    ['2001:4860:4860::8844', 'fe80::1%eth0'],
    ['2a00::1', 'ff02::1'],
    ['2a00::2', 'fec0::1'],
    ['2a00::3', '100::1'],
    ['2a00::4', '64:ff9b:1::808:808'],
  ])('K6: %s is public, %s is not', (open, closed) => {
    expect(isPrivateAddress(open)).toBe(false);
    expect(isPrivateAddress(closed)).toBe(true);
  });

  it.each([
    ['IPv4-mapped', '::ffff:8.8.8.8', '::ffff:127.0.0.1'],
    ['IPv4-mapped in hexadecimal', '::ffff:808:808', '::ffff:a00:1'],
    ['NAT64', '64:ff9b::8.8.8.8', '64:ff9b::169.254.169.254'],
    ['6to4', '2002:808:808::1', '2002:c0a8:1::1'],
  ])('K6: an IPv4 address counts in its %s form', (_form, open, closed) => {
    expect(isPrivateAddress(open)).toBe(false);
    expect(isPrivateAddress(closed)).toBe(true);
  });

  it.each(['', 'localhost', '127.1', '0x7f.1', '2130706433', '[::1]', '1.2.3.4.5', '::ffff:1.2.3'])(
    'K6: %j, which is no address as sockets write it, counts as private',
    (text) => {
      expect(isPrivateAddress(text)).toBe(true);
    },
  );
});

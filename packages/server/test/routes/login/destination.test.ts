import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  addressOf,
  type Destination,
  fromCookieValue,
  readDestination,
  toCookieValue,
  writeDestination,
} from '../../../src/routes/login/destination.js';

const ISSUER = 'https://auth.example/path';
const id = 'A-_z'.repeat(10).concat('123');

const DESTINATIONS: readonly [destination: Destination, address: string][] = [
  [{ kind: 'transaction', transactionId: id }, `${ISSUER}/authorize/resume?transaction=${id}`],
  [{ kind: 'device', userCode: 'WDJB-MJHT' }, `${ISSUER}/device?user_code=WDJB-MJHT`],
  [{ kind: 'device', userCode: null }, `${ISSUER}/device`],
  [ACCOUNT, `${ISSUER}/login/account`],
];

describe('where somebody goes on after signing in', () => {
  it.each(DESTINATIONS)('%j: survives form and cookie, and is a page of ours', (destination, address) => {
    expect(readDestination(new Map(Object.entries(writeDestination(destination))))).toEqual(destination);
    expect(toCookieValue(destination)).toMatch(/^[\w.~-]*$/);
    expect(fromCookieValue(toCookieValue(destination))).toEqual(destination);
    expect(addressOf(destination, ISSUER)).toBe(address);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https:evil.example',
    'https://us@evil.example',
    'javascript:alert(1)',
    'a&user_code=b',
    'a#b',
    '../x',
    '%0d%0aset-cookie:x',
    '',
    'x'.repeat(65),
  ])('M9: is nothing that %j could be', (text) => {
    expect(readDestination(new Map([['transaction', text]]))).toBeUndefined();
    expect(readDestination(new Map([['return', text]]))).toBeUndefined();
    expect(fromCookieValue(`transaction.${text}`)).toBeUndefined();
    const device = readDestination(
      new Map([
        ['return', 'device'],
        ['user_code', text],
      ]),
    );
    expect(device).toEqual({ kind: 'device', userCode: null });
  });

  it.each([undefined, '', '.', 'x', 'constructor.a', '__proto__.a'])(
    'is unknown where the cookie holds %j',
    (value) => {
      expect(fromCookieValue(value)).toBeUndefined();
    },
  );
});

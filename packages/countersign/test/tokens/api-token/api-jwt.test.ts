import { UsageError } from 'countersign';
import type { ApiJwt } from 'countersign/api-token';
import { createApiJwt } from 'countersign/api-token';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { keyPairFor } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { apiJwtWith, handMade, otherPair, partsOf, pemsOf } from './support/api-tokens.js';

const first = pemsOf(keyPairFor('RS256'));
const other = pemsOf(otherPair);
const stateOf = ({ isValid, isBad, isExpired }: ApiJwt) => ({ isValid, isBad, isExpired });
const GOOD = { isValid: true, isBad: false, isExpired: false };
const BAD = { isValid: false, isBad: true, isExpired: null };
const EXPIRED = { isValid: false, isBad: false, isExpired: true };

const encoded = (jwt: string | null): string => {
  if (jwt === null) throw new Error('nothing was encoded');
  return jwt;
};

describe('encode', () => {
  it('POL-3: takes the subject, the name of the key, the seconds until expiry and extras', () => {
    const jwt = apiJwtWith();
    const token = jwt.encode('an-id', { key: 'admin', exp: 7200, level: 1, scopes: ['admin:all'] });
    expect(JSON.parse(partsOf(encoded(token)).claims)).toEqual({
      iss: 'auth_admin',
      sub: 'an-id',
      exp: NOW + 7200,
      level: '1.0',
      factor: '',
      target: '',
      dnt: '0',
      scopes: 'admin:all',
    });
    expect(JSON.parse(partsOf(encoded(jwt.encode('an-id'))).claims).iss).toBe('auth_user');
    expect(stateOf(jwt)).toEqual(GOOD);
  });

  it('POL-4: gives null for a key that is not known, and the token is bad', () => {
    const jwt = apiJwtWith();
    jwt.encode('an-id');
    expect(jwt.encode('an-id', { key: 'root' })).toBeNull();
    expect(stateOf(jwt)).toEqual(BAD);
    expect(jwt.jwt).toBeNull();
    expect(apiJwtWith().encode('an-id', { key: 'toString' })).toBeNull();
  });

  it('POL-5: throws for a subject that is missing or empty', () => {
    expect(usageProblem(() => apiJwtWith().encode(null as never))).toContain('the subject must be');
    expect(usageProblem(() => apiJwtWith().encode(''))).toContain('the subject must be');
  });

  it('POL-6: without exp takes the ttl, and for a ttl of zero or null an hour', () => {
    const secondsOf = (ttl: number | null | undefined, exp?: number | null) => {
      const jwt = apiJwtWith({ ttl });
      jwt.encode('an-id', { exp });
      return Number(jwt.expiry) / 1000 - NOW;
    };
    expect([undefined, null, 0].map((ttl) => secondsOf(ttl))).toEqual([3600, 3600, 3600]);
    expect([secondsOf(60), secondsOf(60, 5), secondsOf(60, 0), secondsOf(60, -5), secondsOf(-5)]).toEqual([
      60, 5, 0, -5, -5,
    ]);
  });

  it('POL-7: knows the vocabulary of the original', () => {
    const jwt = apiJwtWith();
    for (const level of [0, 1, 2, 3, 4]) jwt.encode('an-id', { level });
    expect(usageProblem(() => jwt.encode('an-id', { level: 3.1 }))).toContain('level must not be 3.1');
    expect(usageProblem(() => jwt.encode('an-id', { scopes: ['admin:all'] }))).toContain('"user:all"');
    expect(usageProblem(() => jwt.encode('an-id', { dnt: 4 }))).toContain('0, 1, 2, 3');
  });

  it('POL-8: throws for an extra that is not known, and leaves the last token as it was', () => {
    const jwt = apiJwtWith();
    const token = jwt.encode('an-id');
    expect(usageProblem(() => jwt.encode('an-id', { testkey: 'x' }))).toContain('"testkey" is no extra');
    expect([jwt.jwt, jwt.isValid]).toEqual([token, true]);
  });

  it('POL-12: writes what has neither default nor list as the original does', () => {
    const jwt = apiJwtWith({ extras: { own: null } });
    const claimOf = (own: unknown) => JSON.parse(partsOf(encoded(jwt.encode('an-id', { own }))).claims).own;
    expect(claimOf({ a: [1] })).toEqual({ a: [1] });
    expect([5, 1.5, true, ['a', 'b'], 'text', null].map(claimOf)).toEqual([
      '5',
      '1.5',
      'True',
      'a,b',
      'text',
      undefined,
    ]);
  });

  it('POL-16: takes a number as text', () => {
    const jwt = apiJwtWith({ allowed: { level: [0, 3.1] } });
    jwt.decode(jwt.encode('an-id', { level: '3.1' }));
    expect(jwt.get('level')).toBe(3.1);
  });
});

describe('decode', () => {
  it('gives what the token says, with the subject as id and the expiry as a date', () => {
    const jwt = apiJwtWith();
    const token = handMade({ level: '2.0', scopes: 'user:all', factor: 'password' });
    expect(jwt.decode(token)).toEqual({
      id: 'an-id',
      exp: new Date((NOW + 60) * 1000),
      level: 2,
      factor: 'password',
      target: '',
      dnt: 0,
      scopes: ['user:all'],
    });
    expect(stateOf(jwt)).toEqual(GOOD);
  });

  it('POL-17: gives null for a token that no key fits, and the token is bad', () => {
    const jwt = apiJwtWith({ publicKeys: other.publicKeys });
    expect(jwt.decode(handMade())).toBeNull();
    expect(stateOf(jwt)).toEqual(BAD);
  });

  it('POL-18: gives null for an expired token, which is not bad', () => {
    const jwt = apiJwtWith();
    expect(jwt.decode(handMade({ exp: NOW }))).toBeNull();
    expect(stateOf(jwt)).toEqual(EXPIRED);
    expect(jwt.expiry).toEqual(new Date(NOW * 1000));
    expect(jwt.decode(handMade({ aud: 'x' }))).toBeNull();
    expect(stateOf(jwt)).toEqual(BAD);
  });

  it('POL-18b: does not call a token expired of which it knows nothing', () => {
    const jwt = apiJwtWith();
    expect([jwt.isExpired, jwt.isValid, jwt.isBad, jwt.expiry]).toEqual([null, false, false, null]);
    jwt.decode('no token');
    expect([jwt.isExpired, jwt.expiry]).toEqual([null, null]);
  });

  it('POL-20: gives null for null', () => {
    const jwt = apiJwtWith();
    jwt.encode('an-id');
    expect(jwt.decode(null)).toBeNull();
    expect(stateOf(jwt)).toEqual(BAD);
    expect(jwt.decode(handMade({ exp: undefined }))).toBeNull();
    expect(stateOf(jwt)).toEqual(BAD);
  });

  it('POL-23: keeps nothing of the token before', () => {
    const jwt = apiJwtWith();
    jwt.decode(handMade({ scopes: 'user:all', target: 'customer-7' }));
    jwt.decode(handMade());
    expect([jwt.get('scopes'), jwt.get('target')]).toEqual([[], '']);
    jwt.decode('no token');
    expect([jwt.user, jwt.expiry]).toEqual([null, null]);
    jwt.encode('an-id', { scopes: 'user:all' });
    jwt.decode(handMade({ exp: NOW - 1 }));
    expect(jwt.user).toBeNull();
  });

  it('POL-24: has scopes although the token has none', () => {
    const jwt = apiJwtWith();
    jwt.decode(handMade());
    expect(jwt.get('scopes')).toEqual([]);
  });

  it('POL-31: wants the audience, where there is one', () => {
    const jwt = apiJwtWith({ audience: 'aud' });
    expect(jwt.decode(handMade({ aud: 'aud' }))).not.toBeNull();
    expect(jwt.decode(handMade())).toBeNull();
  });
});

describe('the object', () => {
  it('POL-25: tells of the last token; expiry is judged when it is asked for', () => {
    const clock = createTestClock(NOW);
    const jwt = apiJwtWith({ clock });
    const token = handMade();
    jwt.decode(token);
    expect(jwt.jwt).toBe(token);
    expect(jwt.user).toMatchObject({ id: 'an-id' });
    expect(jwt.expiry).toEqual(new Date((NOW + 60) * 1000));
    clock.advance(59);
    expect(stateOf(jwt)).toEqual(GOOD);
    clock.advance(1);
    expect(stateOf(jwt)).toEqual(EXPIRED);
  });

  it('POL-25: gives any member by its name, and throws for one that is not there', () => {
    const jwt = apiJwtWith();
    jwt.decode(handMade({ level: '1.0' }));
    expect([jwt.get('id'), jwt.get('level'), jwt.get('factor')]).toEqual(['an-id', 1, '']);
    for (const name of ['groups', 'toString', '__proto__']) expect(() => jwt.get(name)).toThrow(UsageError);
    expect(() => apiJwtWith().get('id')).toThrow(UsageError);
  });

  it('POL-25: after encode the members are what is on the wire', () => {
    const jwt = apiJwtWith();
    jwt.encode('an-id', { level: 1, scopes: ['user:all'] });
    expect([jwt.get('id'), jwt.get('level'), jwt.get('scopes'), jwt.get('iss')]).toEqual([
      'an-id',
      '1.0',
      'user:all',
      'auth_user',
    ]);
  });

  it('POL-30: learns extras and what is allowed, when it is made and later', () => {
    const make = () =>
      apiJwtWith({ extras: { testkey: 'default' }, allowed: { testkey: ['default', 'nr2', 'nr3'] } });
    const later = apiJwtWith();
    later.setExtras('testkey', 'default');
    later.setAllowed('testkey', ['default', 'nr2', 'nr3']);
    for (const jwt of [make(), later]) {
      jwt.decode(jwt.encode('an-id'));
      expect(jwt.get('testkey')).toBe('default');
      expect(usageProblem(() => jwt.encode('an-id', { testkey: 'wrong' }))).toContain('"nr2", "nr3"');
      jwt.decode(jwt.encode('an-id', { testkey: 'nr3' }));
      expect(jwt.get('testkey')).toBe('nr3');
    }
  });

  it('POL-30: learns keys of its own; a list that is left for a key that is gone harms nothing', () => {
    const jwt = apiJwtWith({ allowed: { keys: { device: 'auth_device' } } });
    expect(jwt.encode('an-id')).toBeNull();
    expect(JSON.parse(partsOf(encoded(jwt.encode('an-id', { key: 'device' }))).claims).iss).toBe(
      'auth_device',
    );
    expect(usageProblem(() => jwt.encode('an-id', { key: 'device', scopes: ['x'] }))).toContain(
      'nothing but the default is allowed',
    );
    jwt.setAllowed('scopes', { PER_KEY: { device: ['push'] } });
    jwt.decode(jwt.encode('an-id', { key: 'device', scopes: ['push'] }));
    expect(jwt.get('scopes')).toEqual(['push']);
  });

  it('POL-30: what makes no policy is refused and changes nothing', () => {
    const jwt = apiJwtWith();
    expect(usageProblem(() => jwt.setExtras('sub', 'x'))).toContain('extras.sub is no name');
    expect(usageProblem(() => jwt.setAllowed('level', ['high']))).toContain('extras.level.allowed');
    expect(jwt.encode('an-id', { level: 4 })).not.toBeNull();
  });

  it('POL-15: a mapping allows the names of its members', () => {
    const jwt = apiJwtWith({
      extras: { plan: '', rate: 0 },
      allowed: { plan: { free: 'x' }, rate: { 0: 'none', 0.5: 'half' } },
    });
    jwt.decode(jwt.encode('an-id', { plan: 'free', rate: 0.5 }));
    expect([jwt.get('plan'), jwt.get('rate')]).toEqual(['free', 0.5]);
    expect(usageProblem(() => jwt.encode('an-id', { plan: 'x' }))).toContain('"free"');
  });

  it.each([
    [{ extras: { a: null }, allowed: { a: ['x', 'y'] } }, 'x'],
    [{ extras: { a: null }, allowed: { a: [1, 2] } }, 2],
    [{ extras: { a: null }, allowed: { a: { PER_KEY: { user: ['x', 'y'] } } } }, ['x', 'y']],
    [{ extras: { a: false } }, true],
    [{ extras: { a: 0.5 } }, 1.5],
    [{ extras: { a: { b: 1 } } }, { c: [2] }],
  ])('types an extra by its default, or by what is allowed: %j', (options, value) => {
    const jwt = apiJwtWith(options);
    jwt.decode(jwt.encode('an-id', { a: value }));
    expect(jwt.get('a')).toEqual(value);
  });
});

describe('keys', () => {
  it('POL-26: are one PEM, several, or a JSON array of several', () => {
    for (const publicKeys of [
      first.publicKeys,
      [first.publicKeys],
      [other.publicKeys, first.publicKeys],
      JSON.stringify([other.publicKeys, first.publicKeys]),
    ]) {
      expect(apiJwtWith({ publicKeys, privateKey: undefined }).decode(handMade())).not.toBeNull();
    }
  });

  it('POL-26: are changed and changed back', () => {
    const jwt = apiJwtWith();
    const old = encoded(jwt.encode('an-id'));
    const judge = (token: string) => jwt.decode(token) !== null;
    jwt.overrideKeys(other);
    expect(judge(old)).toBe(false);
    jwt.resetKeys();
    expect(judge(old)).toBe(true);
    jwt.addPublicKeys([other.publicKeys]);
    expect(judge(old)).toBe(true);
    jwt.resetKeys();
    jwt.overrideKeys({ privateKey: other.privateKey });
    jwt.addPublicKeys([other.publicKeys]);
    const fresh = encoded(jwt.encode('an-id'));
    expect([judge(fresh), judge(old)]).toEqual([true, true]);
    jwt.resetKeys();
    expect([judge(fresh), judge(old)]).toEqual([false, true]);
  });

  it('POL-27: one PEM is added as one key', () => {
    const jwt = apiJwtWith();
    jwt.addPublicKeys(other.publicKeys);
    const foreign = apiJwtWith(other);
    expect(jwt.decode(foreign.encode('an-id'))).not.toBeNull();
    expect(jwt.decode(handMade())).not.toBeNull();
  });

  it('POL-28: without keys there is no object', () => {
    expect(usageProblem(() => createApiJwt({}))).toContain('publicKeys or privateKey must be given');
    expect(usageProblem(() => createApiJwt({ publicKeys: [] }))).toContain('publicKeys must be');
  });

  it('POL-28: a verifier needs no private key; it cannot encode', () => {
    const jwt = createApiJwt({ publicKeys: first.publicKeys, clock: () => NOW });
    expect(jwt.decode(handMade())).not.toBeNull();
    expect(usageProblem(() => jwt.encode('an-id'))).toContain('privateKey must be given');
    const signer = createApiJwt({ privateKey: first.privateKey, clock: () => NOW });
    expect(signer.decode(signer.encode('an-id'))).not.toBeNull();
  });

  it('POL-26: a change of keys that is misspelt or empty is refused, and changes nothing', () => {
    const jwt = apiJwtWith();
    const change = (keys: unknown) => usageProblem(() => jwt.overrideKeys(keys as never));
    expect(change({ publickeys: other.publicKeys })).toContain('unknown option "publickeys"');
    for (const publicKeys of [[], '', 5]) expect(change({ publicKeys })).toContain('publicKeys must be');
    expect(change(null)).toContain('options must be an object');
    for (const none of [[], undefined, '']) {
      expect(usageProblem(() => jwt.addPublicKeys(none as never))).toMatch(/^invalid_options: publicKeys /);
    }
    expect(jwt.decode(handMade())).not.toBeNull();
  });

  it('POL-29: every bad key is named when the object is made', () => {
    const problem = usageProblem(() => createApiJwt({ privateKey: 'secret', publicKeys: ['nonsense'] }));
    expect(problem).toMatch(/^invalid_options: .*publicKeys: the PEM/);
    expect(problem).toContain('privateKey: the PEM does not begin');
    expect(problem).not.toContain('secret');
    expect(usageProblem(() => createApiJwt({ privateKey: first.publicKeys }))).toContain('privateKey: ');
    expect(usageProblem(() => apiJwtWith().overrideKeys({ privateKey: 'x' }))).toContain('privateKey: ');
  });
});

describe('what changes behind its back', () => {
  it('POL-30: lists and objects that were given make no difference later', () => {
    const allowed = { scopes: { PER_KEY: { user: ['user:all'] } } };
    const jwt = apiJwtWith({ allowed });
    const levels = [0, 1];
    jwt.setAllowed('level', levels);
    allowed.scopes.PER_KEY.user.push('root');
    levels.push(99);
    jwt.setExtras('shop', '');
    expect(usageProblem(() => jwt.encode('an-id', { scopes: 'root' }))).toContain(
      'scopes must not be "root"',
    );
    expect(usageProblem(() => jwt.encode('an-id', { level: 99 }))).toContain('level must not be 99');
  });

  it('POL-8: the words of the encoder are no extras', () => {
    const jwt = apiJwtWith();
    expect(usageProblem(() => jwt.encode('an-id', { kind: 'admin', expiresInSeconds: 60 }))).toBe(
      'invalid_claims: "kind" is no extra of the policy: say key and exp; "expiresInSeconds" is no extra of the policy: say key and exp',
    );
  });

  it('C14: an extra may be called after what every object inherits', () => {
    const jwt = apiJwtWith();
    jwt.setExtras('constructor', 'none');
    expect(jwt.decode(jwt.encode('an-id', { constructor: 'shop' }))).toMatchObject({ constructor: 'shop' });
    expect(usageProblem(() => jwt.setExtras('__proto__', 'x'))).toContain('is no name for an extra');
  });
});

describe("a wrapper of one's own", () => {
  /** As users of the original derive a class that knows their keys and extras. */
  function createShopJwt(environment: Readonly<Record<string, string>>): ApiJwt {
    const pem = (name: string) => Buffer.from(environment[name] ?? '', 'base64').toString();
    return createApiJwt({
      privateKey: pem('SHOP_KEY_PRIVATE'),
      publicKeys: pem('SHOP_KEY_PUBLIC'),
      extras: { shop: null },
      clock: () => NOW,
    });
  }

  it('POL-30: takes base64 of PEM from the environment', () => {
    const jwt = createShopJwt({
      SHOP_KEY_PRIVATE: Buffer.from(first.privateKey).toString('base64'),
      SHOP_KEY_PUBLIC: Buffer.from(JSON.stringify([first.publicKeys])).toString('base64'),
    });
    jwt.decode(jwt.encode('an-id', { shop: 'nr7' }));
    expect(jwt.get('shop')).toBe('nr7');
  });
});

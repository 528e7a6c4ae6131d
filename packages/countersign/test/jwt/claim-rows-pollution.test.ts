import { decodeUnverifiedJwt } from 'countersign';
import { afterEach, describe, expect, it } from 'vitest';
import { judge } from '../support/judgement.js';
import { NOW, tokenOf, tokenWith } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const PAYLOADS = [
  '{"exp":9e9,"__proto__":{"admin":true}}',
  '{"exp":9e9,"\\u005f_proto__":{"admin":true}}',
  '{"exp":9e9,"user":{"__proto__":{"admin":true}}}',
  '{"exp":9e9,"list":[{"__proto__":{"admin":true}}]}',
  '{"exp":9e9,"constructor":{"prototype":{"admin":true}}}',
  '{"exp":9e9,"__proto__":{"exp":9e9},"constructor":null,"toString":null,"hasOwnProperty":null}',
];

/** The members that an object has beyond its own. */
function inherited(value: object): unknown {
  return (value as { admin?: unknown }).admin;
}

/** As many programs merge: every object on the way is entered, own or not. */
function mergeDeep(target: Record<string, unknown>, source: object): Record<string, unknown> {
  for (const [name, value] of Object.entries(source)) {
    const present = target[name];
    if (isObject(value) && isObject(present)) mergeDeep(present, value);
    else target[name] = value;
  }
  return target;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

describe('members that reach for a prototype', () => {
  afterEach(() => {
    expect(inherited({})).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(PAYLOADS)('C14: %s makes nobody an administrator', (payload) => {
    const { claims } = verifierWith().verify(tokenOf({ payload }));
    expect(inherited(claims)).toBeUndefined();
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
    expect(inherited(Object.assign({}, claims))).toBeUndefined();
    expect(inherited({ ...claims })).toBeUndefined();
    expect(inherited(structuredClone(claims))).toBeUndefined();
    expect(inherited(JSON.parse(JSON.stringify(claims)))).toBeUndefined();
    expect(inherited(mergeDeep({ user: {}, list: [{}] }, claims))).toBeUndefined();
    expect(inherited(mergeDeep(Object.create({ user: {} }), claims))).toBeUndefined();
  });

  it.each(PAYLOADS)('C14: nor does it unverified: %s', (payload) => {
    const { unverifiedClaims } = decodeUnverifiedJwt(tokenOf({ payload }));
    expect(inherited(unverifiedClaims)).toBeUndefined();
    expect(inherited(mergeDeep({}, unverifiedClaims))).toBeUndefined();
  });

  it('C14: no member named __proto__ is left at any level', () => {
    const payload = '{"exp":9e9,"__proto__":1,"a":{"__proto__":{"b":1}},"c":[{"__proto__":[]}]}';
    const { claims } = verifierWith().verify(tokenOf({ payload }));
    expect(JSON.stringify(claims)).toBe('{"exp":9000000000,"a":{},"c":[{}]}');
  });

  it('C14: nor in the header', () => {
    const header = '{"alg":"HS256","__proto__":{"typ":"admin"},"constructor":{"prototype":{"admin":true}}}';
    const verified = verifierWith().verify(tokenOf({ header }));
    expect(verified.header.typ).toBeUndefined();
    expect(inherited(mergeDeep({}, verified.header))).toBeUndefined();
  });

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', 'valueOf', '__defineGetter__'])(
    'C14: a required claim %s is missing where the token has none',
    async (name) => {
      const verifier = verifierWith({ requiredClaims: [name] });
      expect(await judge(verifier, tokenWith({}))).toBe('claim_missing');
    },
  );

  it('C14: a required claim may be named like a member of every object, but never __proto__', async () => {
    const required = (name: string) => verifierWith({ requiredClaims: [name] });
    expect(await judge(required('toString'), tokenWith({ toString: '"own"' }))).toBe('accepted');
    const payload = `{"exp":${NOW + 60},"__proto__":{"admin":true}}`;
    expect(await judge(required('__proto__'), tokenOf({ payload }))).toBe('claim_missing');
    expect(await judge(required('admin'), tokenOf({ payload }))).toBe('claim_missing');
  });

  it('C14: registered claims below __proto__ count for nothing', async () => {
    const payload = `{"__proto__":{"exp":${NOW + 60},"iss":"i","aud":"a"}}`;
    expect(await judge(verifierWith(), tokenOf({ payload }))).toBe('claim_missing');
    const lax = verifierWith({ unsafeAllowMissingExpiry: true, issuer: 'i' });
    expect(await judge(lax, tokenOf({ payload }))).toBe('claim_missing');
  });

  it('C14: what a verifier returns cannot be changed', () => {
    const verified = verifierWith().verify(tokenWith({ roles: '["reader"]', user: '{"id":1}' }));
    expect(() => Object.assign(verified, { claims: {} })).toThrow(TypeError);
    expect(() => Object.assign(verified.claims, { admin: true })).toThrow(TypeError);
    expect(() => (verified.claims['roles'] as string[]).push('admin')).toThrow(TypeError);
    expect(() => Object.assign(verified.claims['user'] as object, { id: 2 })).toThrow(TypeError);
    expect(() => Object.assign(verified.header, { alg: 'none' })).toThrow(TypeError);
  });
});

import { describe, expect, it } from 'vitest';
import { exportPrivateJwk, exportPublicJwk } from '../../src/keys/export-key.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import { parseRemoteKeySet } from '../../src/keys/remote-key-set.js';
import { withoutMembers } from './support/scripted-keys.js';

const pair = generateKeyPair('ES256', { kid: 'good' });
const good = exportPublicJwk(pair.publicKey);
const other = exportPublicJwk(generateKeyPair('ES256', { kid: 'other' }).publicKey);
const p521 = exportPublicJwk(generateKeyPair('ES512', { kid: 'p521' }).publicKey);
const ed25519 = exportPublicJwk(generateKeyPair('EdDSA', { kid: 'ed25519' }).publicKey);
const rsa = exportPublicJwk(generateKeyPair('RS256', { kid: 'rsa' }).publicKey);

function parse(keys: readonly unknown[], algorithms = ['ES256'] as const) {
  const set = parseRemoteKeySet(new TextEncoder().encode(JSON.stringify({ keys })), algorithms);
  expect(set).toBeDefined();
  const kids = set?.document.keys.map(({ kid }) => kid);
  return { kids, find: (kid: string | undefined) => set?.find({ kid, algorithm: 'ES256' }) };
}

describe('parseRemoteKeySet', () => {
  it.each([
    ['a private key', exportPrivateJwk(generateKeyPair('ES256', { kid: 'bad' }).privateKey)],
    ['a key with an empty private part', { ...other, kid: 'bad', d: '' }],
    ['a secret', { kty: 'oct', kid: 'bad', alg: 'HS256', k: 'A'.repeat(64) }],
    ['a secret in the guise of a curve', { ...other, kid: 'bad', k: 'A'.repeat(64) }],
    ['a key for encryption', { ...other, kid: 'bad', use: 'enc' }],
    ['a key for other operations', { ...other, kid: 'bad', key_ops: ['deriveKey'] }],
    ['a key for another algorithm', { ...p521, kid: 'bad' }],
    ['a key whose alg is not that of its curve', { ...other, kid: 'bad', alg: 'ES512' }],
    ['a point off the curve', { ...other, kid: 'bad', x: good['x'] }],
    ['an unknown kind', { kty: 'AKP', kid: 'bad', alg: 'ML-DSA-44', pub: 'AAAA' }],
    ['a kid that is no text', { ...other, kid: 7 }],
    ['an empty kid', { ...other, kid: '' }],
    ['null', null],
    ['a number', 7],
    ['an empty object', {}],
    ['a list', [other]],
  ])('K7: leaves %s alone and keeps the usable key behind it', (_what, bad) => {
    const { kids, find } = parse([bad, good]);
    expect(kids).toEqual(['good']);
    expect(find('bad')).toBeUndefined();
    expect(find('good')).toMatchObject({ kind: 'public', kid: 'good' });
  });

  it('K7: keeps keys of several kinds apart', () => {
    const set = parseRemoteKeySet(
      new TextEncoder().encode(JSON.stringify({ keys: [rsa, ed25519, p521, good] })),
      ['ES256', 'ES512', 'EdDSA', 'RS256'],
    );
    expect(set?.size).toBe(4);
    expect(set?.find({ kid: 'rsa', algorithm: 'RS256' })).toMatchObject({ algorithm: 'RS256' });
    expect(set?.find({ kid: 'ed25519', algorithm: 'EdDSA' })).toMatchObject({ algorithm: 'EdDSA' });
    expect(set?.find({ kid: 'p521', algorithm: 'ES512' })).toMatchObject({ algorithm: 'ES512' });
    expect(set?.find({ kid: 'p521', algorithm: 'ES256' })).toBeUndefined();
  });

  it('K7: an RSA key without alg serves the algorithms that were asked for, and no others', () => {
    const bare = withoutMembers(rsa, 'alg');
    const bytes = new TextEncoder().encode(JSON.stringify({ keys: [bare] }));
    const set = parseRemoteKeySet(bytes, ['RS256', 'PS256']);
    expect(set?.find({ kid: 'rsa', algorithm: 'RS256' })).toMatchObject({ algorithm: 'RS256' });
    expect(set?.find({ kid: 'rsa', algorithm: 'PS256' })).toMatchObject({ algorithm: 'PS256' });
    expect(set?.find({ kid: 'rsa', algorithm: 'RS512' })).toBeUndefined();
  });

  it('K7: refuses an id that two usable keys have, and keeps the others', () => {
    const { kids, find } = parse([{ ...other, kid: 'same' }, { ...good, kid: 'same' }, good]);
    expect(kids).toEqual(['good']);
    expect(find('same')).toBeUndefined();
    expect(find('good')).toBeDefined();
  });

  it('K7: an id is not ambiguous for a key that cannot be used anyhow', () => {
    const { find } = parse([{ ...good, use: 'enc' }, good]);
    expect(find('good')).toBeDefined();
  });

  it('K7: looks at the first 100 keys only', () => {
    const many = Array.from({ length: 102 }, (_, index) => ({ ...good, kid: `k${index}` }));
    const { kids, find } = parse(many);
    expect(kids).toHaveLength(100);
    expect(find('k99')).toBeDefined();
    expect(find('k100')).toBeUndefined();
  });

  it('K7: a key without kid serves tokens without kid, and only if no other could', () => {
    const nameless = withoutMembers(good, 'kid');
    expect(parse([nameless]).find(undefined)).toBeDefined();
    expect(parse([nameless]).find('good')).toBeUndefined();
    expect(parse([nameless, other]).find(undefined)).toBeUndefined();
    expect(parse([nameless, nameless]).find(undefined)).toBeUndefined();
  });

  it('J7: leaves weak RSA keys alone', () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ keys: [{ ...rsa, e: 'AQ' }] }));
    expect(parseRemoteKeySet(bytes, ['RS256'])?.size).toBe(0);
  });
});

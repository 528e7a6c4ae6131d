/**
 * The code of the guides to API tokens, compiled and run. Each block of TypeScript in the guides stands here line by
 * line, between the comments with its name; the last test holds the two against each other.
 */
import { readFileSync } from 'node:fs';
import { exportPrivatePem, exportPublicPem, generateKeyPair } from 'countersign';
// sample: imports
import {
  createApiJwt,
  createApiTokenDecoder,
  createApiTokenEncoder,
  createApiTokenKeyRing,
  createLevelLadder,
  definePolicy,
  readKeysFromEnvironment,
  STANDARD_EXTRAS,
} from 'countersign/api-token';
// end
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';

const pair = generateKeyPair('RS256');
const other = generateKeyPair('RS256');
const toBase64 = (pem: string) => Buffer.from(pem).toString('base64');
const environment = {
  API_KEY_PRIVATE: toBase64(exportPrivatePem(pair.privateKey)),
  API_KEYS_PUBLIC: toBase64(JSON.stringify([exportPublicPem(pair.publicKey)])),
};
const process = { env: environment };

// sample: policy
const policy = definePolicy({
  kinds: { user: 'auth_user', machine: 'auth_machine' },
  extras: {
    ...STANDARD_EXTRAS,
    scopes: {
      type: 'list',
      default: [],
      allowedPerKind: {
        user: ['orders:read', 'orders:write'],
        machine: { 'events:push': 'send events of one device' },
      },
    },
    plan: { type: 'text', default: null, allowed: ['free', 'paid'] },
  },
});
// end

// sample: keys
const { privateKey, publicKeys } = readKeysFromEnvironment({
  environment: process.env,
  privateKey: 'API_KEY_PRIVATE',
  publicKeys: 'API_KEYS_PUBLIC',
});
// end
if (privateKey === undefined) throw new Error('no private key');

// sample: encode
const encoder = createApiTokenEncoder({ policy, key: privateKey, lifetimeSeconds: 900 });

const token = encoder.encode('customer-7', {
  kind: 'user',
  level: 3.1,
  factor: 'hardware key',
  scopes: ['orders:read'],
});
// end

// sample: decoder
const keys = createApiTokenKeyRing(publicKeys);
const decoder = createApiTokenDecoder({ policy, keys, audience: null, recheckPolicy: true });
// end

// sample: decode
function whoIsCalling(given: string): string {
  const result = decoder.decode(given);
  if (result.outcome === 'valid') return `${result.record.subject} at level ${result.record.extras.level}`;
  return result.outcome === 'expired' ? 'nobody: expired' : `nobody: ${result.reason}`;
}
// end

const ladder = createLevelLadder();

// sample: step-up
function stepUpFor(level: number): string | undefined {
  const now = Math.floor(Date.now() / 1000);
  return ladder.findStepUp({ level }, { level: 3 }, now)?.challenge;
}
// end

const newPublicKey = other.publicKey;

/** Run by the test below. */
function rotate(): void {
  // sample: rotation
  keys.add(newPublicKey);
  // ... when the last token of the old key has expired:
  keys.replace(newPublicKey);
  // end
}

// sample: wrong
// @ts-expect-error 'admin' is no kind of this policy
const wrongKind = () => encoder.encode('customer-7', { kind: 'admin' });
// @ts-expect-error machines may not write orders
const wrongScope = () => encoder.encode('device-1', { kind: 'machine', scopes: ['orders:write'] });
// end

// sample: facade
const jwt = createApiJwt({
  privateKey: exportPrivatePem(pair.privateKey),
  publicKeys: [exportPublicPem(pair.publicKey)],
  extras: { shop: null },
  allowed: { level: [0, 1, 2, 3, 3.1, 3.5, 4] },
});

const written = jwt.encode('customer-7', { key: 'user', exp: 600, level: '3.1', scopes: 'user:all' });
const user = jwt.decode(written);
// end

describe('the code of the guides', () => {
  it('POL-16: encodes and decodes as it says', () => {
    expect(whoIsCalling(token)).toBe('customer-7 at level 3.1');
    expect(whoIsCalling('no token')).toBe('nobody: malformed_token');
    const clock = createTestClock(Date.now() / 1000 - 901);
    const old = createApiTokenEncoder({ policy, key: pair.privateKey, lifetimeSeconds: 900, clock });
    expect(whoIsCalling(old.encode('customer-7', { kind: 'user' }))).toBe('nobody: expired');
    for (const call of [wrongKind, wrongScope]) expect(call).toThrow(TypeError);
  });

  it('POL-16: reads the claim scopes of the original', () => {
    expect(user?.['scopes']).toEqual(['user:all']);
    expect([jwt.isValid, jwt.get('level'), jwt.get('id')]).toEqual([true, 3.1, 'customer-7']);
  });

  it('POL-32: asks for more than a password', () => {
    expect(stepUpFor(3)).toBeUndefined();
    expect(stepUpFor(2)).toContain('acr_values="3 3.1 3.5 4"');
  });

  it('POL-26: changes keys', () => {
    rotate();
    expect(keys.keys).toEqual([newPublicKey]);
    keys.reset();
  });

  it.each(['api-tokens', 'migrating-from-api-jwt'])('POL-16: is what stands in %s', (guide) => {
    const strip = (text: string) => text.replaceAll(/^ +/gm, '').trim();
    const here = [
      ...readFileSync(new URL(import.meta.url), 'utf8').matchAll(
        /\/\/ sample: .*\n([\s\S]*?)\n *\/\/ end\n/g,
      ),
    ].map(([, block = '']) => strip(block));
    const text = readFileSync(new URL(`../../../../../docs/guides/${guide}.md`, import.meta.url), 'utf8');
    const there = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => strip(block));
    expect(there.length).toBeGreaterThan(0);
    for (const block of there) expect(here).toContain(block);
  });
});

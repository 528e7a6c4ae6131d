import { randomBytes, verify } from 'node:crypto';
import { generateKeyPair, importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { edwardsKey } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const P25519 = 2n ** 255n - 19n;
const P448 = 2n ** 448n - 2n ** 224n - 1n;
const ORDER_EIGHT = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

/** Little-endian, with the sign of x in the highest bit. */
function encode(y: bigint, bytes: number, sign: 0 | 1): Buffer {
  const point = Buffer.from(y.toString(16).padStart(bytes * 2, '0'), 'hex').reverse();
  point[bytes - 1] = (point[bytes - 1] ?? 0) | (sign << 7);
  return point;
}

/** The base point and the scalar one: R = S * B, which holds whenever the hash times the key is nothing. */
const SIGNATURE_OF_ANYONE = Buffer.concat([
  Buffer.alloc(32, 0x66).fill(0x58, 0, 1),
  Buffer.alloc(32).fill(1, 0, 1),
]);

const SMALL_25519 = [0n, 1n, P25519 - 1n, ORDER_EIGHT, P25519 - ORDER_EIGHT, P25519, P25519 + 1n];

describe('an Ed25519 public key of small order', () => {
  const points = SMALL_25519.flatMap((y) => [encode(y, 32, 0), encode(y, 32, 1)]);

  it.each(points.map((point) => [point.toString('hex'), point] as const))(
    'J13: %s is refused',
    (_, point) => {
      let problem: string;
      try {
        const keyObject = edwardsKey('Ed25519', point);
        problem = usageProblem(() => importPublicKey({ algorithm: 'EdDSA', keyObject }));
      } catch {
        problem = 'weak_key: refused by node:crypto already';
      }
      expect(problem).toMatch(/^weak_key: /);
    },
  );

  it.each(points.slice(0, 10).map((point) => [point.toString('hex'), point] as const))(
    'J13: under %s one signature holds for one message in eight, or more',
    (_, point) => {
      const keyObject = edwardsKey('Ed25519', point);
      const tries = Array.from({ length: 300 }, () => randomBytes(16));
      expect(tries.some((message) => verify(null, message, keyObject, SIGNATURE_OF_ANYONE))).toBe(true);
    },
  );
});

describe('an Ed448 public key of small order', () => {
  it.each([0n, 1n, P448 - 1n])('J13: the point with y = %s is refused', (y) => {
    for (const sign of [0, 1] as const) {
      const keyObject = edwardsKey('Ed448', encode(y, 57, sign));
      expect(usageProblem(() => importPublicKey({ algorithm: 'Ed448', keyObject }))).toMatch(/^weak_key: /);
    }
  });
});

it('J13: keys as they are generated are accepted', () => {
  for (const algorithm of ['EdDSA', 'Ed448'] as const) {
    for (let count = 0; count < 20; count++) expect(generateKeyPair(algorithm).publicKey.kind).toBe('public');
  }
});

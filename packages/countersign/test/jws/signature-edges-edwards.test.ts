import { generateKeyPairSync, sign } from 'node:crypto';
import { importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { judgeSignature, jwsVerifierOf, signingInputFor } from '../support/hand-signed.js';
import { toBytesLittleEndian, toIntegerLittleEndian } from '../support/integers.js';
import { judge } from '../support/judgement.js';
import { keyPairFor, nodePrivateKey } from '../support/keys.js';
import { toBase64url } from '../support/tokens.js';

const input = signingInputFor('EdDSA');

/** RFC 8032 sections 5.1 and 5.2: the length of R and of S, the order of the group, the prime of the field. */
const CURVES = {
  EdDSA: {
    half: 32,
    order: 2n ** 252n + 27742317777372353535851937790883648493n,
    prime: 2n ** 255n - 19n,
  },
  Ed448: {
    half: 57,
    order: 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n,
    prime: 2n ** 448n - 2n ** 224n - 1n,
  },
} as const;

/** Ed25519 points of order 1, 2, 4 and 8, and encodings of such that are not canonical. */
const SMALL_ORDER_POINTS = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

describe.each(['EdDSA', 'Ed448'] as const)('%s signatures at the edges', (algorithm) => {
  const { half, order, prime } = CURVES[algorithm];
  const { publicKey, privateKey } = keyPairFor(algorithm);
  const signature = sign(null, Buffer.from(input), nodePrivateKey(privateKey));
  const R = signature.subarray(0, half);
  const S = toIntegerLittleEndian(signature.subarray(half));
  const signatureOf = (point: Uint8Array, scalar: bigint) =>
    Buffer.concat([point, toBytesLittleEndian(scalar, half)]);

  it('J13: the signature that the others are made from holds', async () => {
    expect(await judgeSignature(publicKey, input, signatureOf(R, S))).toBe('accepted');
  });

  it('J13: S counts as it stands, not modulo the order of the group', async () => {
    const largest = 2n ** BigInt(half * 8) - 1n;
    let checked = 0;
    for (let scalar = S + order; scalar <= largest && checked < 15; scalar += order, checked++) {
      expect(await judgeSignature(publicKey, input, signatureOf(R, scalar)), `${checked}`).toBe(
        'bad_signature',
      );
    }
    expect(checked).toBe(15);
  });

  it('J13: no special S holds', async () => {
    const largest = 2n ** BigInt(half * 8) - 1n;
    for (const scalar of [0n, 1n, order - 1n, order, order + 1n, order - S, S - 1n, S + 1n, largest]) {
      expect(await judgeSignature(publicKey, input, signatureOf(R, scalar))).toBe('bad_signature');
    }
  });

  it('J13: no special R holds', async () => {
    for (const y of [0n, 1n, 2n, prime - 1n, prime, prime + 1n]) {
      const point = toBytesLittleEndian(y, half);
      expect(await judgeSignature(publicKey, input, signatureOf(point, S))).toBe('bad_signature');
      expect(await judgeSignature(publicKey, input, signatureOf(point, 0n))).toBe('bad_signature');
    }
  });

  it('J13: R with its sign turned does not hold, nor do halves that are swapped', async () => {
    const turned = Buffer.from(R);
    turned[half - 1] = (turned[half - 1] ?? 0) ^ 0x80;
    expect(await judgeSignature(publicKey, input, signatureOf(turned, S))).toBe('bad_signature');
    const swapped = Buffer.concat([signature.subarray(half), R]);
    expect(await judgeSignature(publicKey, input, swapped)).toBe('bad_signature');
  });

  it('J13: a signature a byte shorter or longer is refused', async () => {
    const zero = Buffer.alloc(1);
    for (const wrong of [
      signature.subarray(0, -1),
      signature.subarray(1),
      Buffer.concat([signature, zero]),
      Buffer.concat([zero, signature]),
      R,
      Buffer.concat([signature, signature]),
    ]) {
      expect(await judgeSignature(publicKey, input, wrong), `${wrong.length}`).toBe('bad_signature');
    }
  });

  it('J13: a signature over another text is refused', async () => {
    const over = (text: string) => sign(null, Buffer.from(text), nodePrivateKey(privateKey));
    expect(await judgeSignature(publicKey, input, over('hand-made'))).toBe('bad_signature');
    expect(await judgeSignature(publicKey, input, over(`${input}.`))).toBe('bad_signature');
  });
});

describe('Ed25519 and Ed448', () => {
  it.each(SMALL_ORDER_POINTS)('J13: R of small order, %s, does not hold', async (hex) => {
    const { publicKey } = keyPairFor('EdDSA');
    for (const scalar of [0n, 1n]) {
      const signature = Buffer.concat([Buffer.from(hex, 'hex'), toBytesLittleEndian(scalar, 32)]);
      expect(await judgeSignature(publicKey, input, signature)).toBe('bad_signature');
    }
  });

  it('J13: Ed448 goes for EdDSA only where it is configured', async () => {
    const ed25519 = keyPairFor('EdDSA');
    const ed448 = keyPairFor('Ed448');
    const keys = [ed25519.publicKey, ed448.publicKey];
    const tokenBy = ({ privateKey }: typeof ed448) => {
      const named = `${toBase64url(JSON.stringify({ alg: 'EdDSA', kid: privateKey.kid }))}.e30`;
      return `${named}.${toBase64url(sign(null, Buffer.from(named), nodePrivateKey(privateKey)))}`;
    };
    expect(await judge(jwsVerifierOf(keys, ['EdDSA']), tokenBy(ed25519))).toBe('accepted');
    expect(await judge(jwsVerifierOf(keys, ['EdDSA']), tokenBy(ed448))).toBe('key_not_found');
    expect(await judge(jwsVerifierOf(keys, ['Ed448']), tokenBy(ed25519))).toBe('key_not_found');
    expect(await judge(jwsVerifierOf(keys, ['EdDSA', 'Ed448']), tokenBy(ed25519))).toBe('accepted');
    expect(await judge(jwsVerifierOf(keys, ['EdDSA', 'Ed448']), tokenBy(ed448))).toBe('accepted');
  });

  it('J13: the names that the curves have of their own are read (RFC 9864 section 2.2), each for its curve', async () => {
    const [ed25519, ed448] = [keyPairFor('EdDSA'), keyPairFor('Ed448')];
    const keys = [ed25519.publicKey, ed448.publicKey];
    const tokenBy = (alg: string, { privateKey }: typeof ed448) => {
      const named = `${toBase64url(JSON.stringify({ alg, kid: privateKey.kid }))}.e30`;
      return `${named}.${toBase64url(sign(null, Buffer.from(named), nodePrivateKey(privateKey)))}`;
    };
    const [only25519, both] = [jwsVerifierOf(keys, ['EdDSA']), jwsVerifierOf(keys, ['EdDSA', 'Ed448'])];
    expect(await judge(only25519, tokenBy('Ed25519', ed25519))).toBe('accepted');
    expect(await judge(only25519, tokenBy('Ed448', ed448))).toBe('algorithm_not_allowed');
    expect(await judge(only25519, tokenBy('Ed25519', ed448))).toBe('key_not_found');
    expect(await judge(both, tokenBy('Ed448', ed448))).toBe('accepted');
    expect(await judge(both, tokenBy('Ed448', ed25519))).toBe('key_not_found');
    expect(await judge(both, tokenBy('Ed25519', ed448))).toBe('key_not_found');
  });

  it('J13: the signature of one curve does not pass for the other', async () => {
    const ed25519 = sign(null, Buffer.from(input), nodePrivateKey(keyPairFor('EdDSA').privateKey));
    const ed448 = sign(null, Buffer.from(input), nodePrivateKey(keyPairFor('Ed448').privateKey));
    expect(await judgeSignature(keyPairFor('Ed448').publicKey, input, ed25519)).toBe('bad_signature');
    expect(await judgeSignature(keyPairFor('EdDSA').publicKey, input, ed448)).toBe('bad_signature');
  });

  it('J13: keys for agreement, X25519 and X448, are no keys for signatures', () => {
    for (const { publicKey: keyObject } of [generateKeyPairSync('x25519'), generateKeyPairSync('x448')]) {
      for (const algorithm of ['EdDSA', 'Ed448'] as const) {
        expect(() => importPublicKey({ algorithm, keyObject })).toThrow(
          expect.objectContaining({ code: 'invalid_key' }),
        );
      }
    }
  });
});

import { createECDH, createHash, sign } from 'node:crypto';
import { importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { judgeSignature, signingInputFor } from '../support/hand-signed.js';
import { powerModulo, toBytes, toInteger } from '../support/integers.js';
import { keyPairFor, nodePrivateKey } from '../support/keys.js';

/** The order of P-256, and the prime of its field (FIPS 186-4, D.1.2.3). */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const { publicKey, privateKey } = keyPairFor('ES256');
const input = signingInputFor('ES256');

function signatureAs(dsaEncoding: 'der' | 'ieee-p1363'): Buffer {
  return sign('sha256', Buffer.from(input), { key: nodePrivateKey(privateKey), dsaEncoding });
}

const signature = signatureAs('ieee-p1363');
const r = toInteger(signature.subarray(0, 32));
const s = toInteger(signature.subarray(32));

function join(...halves: readonly (bigint | Uint8Array)[]): Buffer {
  return Buffer.concat(halves.map((half) => (typeof half === 'bigint' ? toBytes(half, 32) : half)));
}

describe('ES256 signatures at the edges', () => {
  it('J10: the signature that the others are made from holds', async () => {
    expect(await judgeSignature(publicKey, input, signature)).toBe('accepted');
  });

  it('J10: no pair of special values holds (CVE-2022-21449)', async () => {
    const special = [0n, 1n, 2n, N - 1n, N, N + 1n, P - 1n, P, 2n ** 256n - 1n];
    for (const one of special) {
      for (const other of special) {
        const judgement = await judgeSignature(publicKey, input, join(one, other));
        expect(judgement, `${one}, ${other}`).toBe('bad_signature');
      }
    }
  });

  it('J10: a good half does not help a special one', async () => {
    for (const special of [0n, 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n]) {
      expect(await judgeSignature(publicKey, input, join(r, special))).toBe('bad_signature');
      expect(await judgeSignature(publicKey, input, join(special, s))).toBe('bad_signature');
    }
  });

  it('J10: halves that are swapped or negated do not hold', async () => {
    for (const halves of [join(s, r), join(N - r, s), join(N - r, N - s), join(r, r), join(s, s)]) {
      expect(await judgeSignature(publicKey, input, halves)).toBe('bad_signature');
    }
  });

  it('J10: s counts as it stands, not modulo the order of the curve', async () => {
    // The key follows from the signature: s = (z + r * d) / k, solved for d, makes s as small as one likes.
    const smallS = 123_456_789n;
    const k = 2n ** 200n + 7n;
    const z = toInteger(createHash('sha256').update(input).digest());
    const rOfK = toInteger(publicPoint(k).subarray(1, 33)) % N;
    const d = ((((smallS * k - z) % N) + N) * powerModulo(rOfK, N - 2n, N)) % N;
    const point = publicPoint(d);
    const x = point.subarray(1, 33).toString('base64url');
    const y = point.subarray(33).toString('base64url');
    const key = importPublicKey({ algorithm: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x, y } });
    expect(await judgeSignature(key, input, join(rOfK, smallS))).toBe('accepted');
    expect(await judgeSignature(key, input, join(rOfK, smallS + N))).toBe('bad_signature');
  });

  it('J12: the twin of a signature, r and n - s, holds: ECDSA permits it', async () => {
    expect(await judgeSignature(publicKey, input, join(r, N - s))).toBe('accepted');
  });

  it('J10: zeros and ones do not hold on the other curves either', async () => {
    for (const [algorithm, bytes] of [
      ['ES384', 96],
      ['ES512', 132],
    ] as const) {
      const key = keyPairFor(algorithm).publicKey;
      for (const fill of [0x00, 0x01, 0x7f, 0xff]) {
        const judgement = await judgeSignature(key, signingInputFor(algorithm), Buffer.alloc(bytes, fill));
        expect(judgement, `${algorithm} ${fill}`).toBe('bad_signature');
      }
    }
  });
});

describe('ES256 signatures of another form', () => {
  it('J11: DER is refused, however long', async () => {
    for (let round = 0; round < 20; round++) {
      expect(await judgeSignature(publicKey, input, signatureAs('der'))).toBe('bad_signature');
    }
  });

  it('J11: DER of 64 bytes, just as long as a signature has to be, is refused', async () => {
    const integer = Buffer.concat([Buffer.from([0x02, 29]), Buffer.alloc(29, 0x11)]);
    const der = Buffer.concat([Buffer.from([0x30, 62]), integer, integer]);
    expect(der).toHaveLength(64);
    expect(await judgeSignature(publicKey, input, der)).toBe('bad_signature');
  });

  it.each([0, 1, 32, 63, 65, 66, 96, 128])('J11: one of %d bytes is refused', async (length) => {
    const cut = Buffer.concat([signature, Buffer.alloc(64)]).subarray(0, length);
    const expected = length === 0 ? 'malformed_token' : 'bad_signature';
    expect(await judgeSignature(publicKey, input, cut)).toBe(expected);
  });

  it('J11: halves with a zero byte more are refused', async () => {
    const zero = Buffer.alloc(1);
    const wider = [
      Buffer.concat([zero, signature]),
      Buffer.concat([signature, zero]),
      join(zero, r, zero, s),
      join(r, zero, s),
    ];
    for (const each of wider) expect(await judgeSignature(publicKey, input, each)).toBe('bad_signature');
  });

  it('J11: a signature for another hash or another text is refused', async () => {
    const key = { key: nodePrivateKey(privateKey), dsaEncoding: 'ieee-p1363' } as const;
    for (const made of [
      sign('sha384', Buffer.from(input), key),
      sign('sha256', Buffer.from(`${input}.`), key),
      sign('sha256', Buffer.from('hand-made'), key),
    ]) {
      expect(await judgeSignature(publicKey, input, made)).toBe('bad_signature');
    }
  });
});

/** The uncompressed point of a private scalar. */
function publicPoint(scalar: bigint): Buffer {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(toBytes(scalar, 32));
  return ecdh.getPublicKey();
}

import { constants, createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { importPublicKey } from 'countersign';
import { describe, expect, it } from 'vitest';
import { judgeSignature, signingInputFor } from '../support/hand-signed.js';
import { toBytes, toInteger } from '../support/integers.js';
import { keyPairFor, nodePrivateKey } from '../support/keys.js';
import type { PssParameters } from '../support/rsa-signatures.js';
import { DIGEST_INFO, encodePss, padPkcs1, signEncodedMessage } from '../support/rsa-signatures.js';

/** Length of the modulus and of a signature. */
const BYTES = 256;
const PSS = constants.RSA_PKCS1_PSS_PADDING;

const rs256 = keyPairFor('RS256');
const nodeKey = nodePrivateKey(rs256.privateKey);
const n = toInteger(Buffer.from(String(nodeKey.export({ format: 'jwk' }).n), 'base64url'));
const input = signingInputFor('RS256');
const digest = createHash('sha256').update(input).digest();
const hex = (text: string) => Buffer.from(text, 'hex');
const digestInfo = Buffer.concat([hex(DIGEST_INFO.sha256), digest]);
const encoded = padPkcs1(digestInfo, BYTES);
const signature = signEncodedMessage(nodeKey, encoded);

const judgeEncoded = (message: Uint8Array) =>
  judgeSignature(rs256.publicKey, input, signEncodedMessage(nodeKey, message));

function withByte(bytes: Uint8Array, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

describe('RS256 paddings (RFC 8017 section 8.2.2)', () => {
  it('J14: the padding that the others are made from holds', async () => {
    expect(signature).toEqual(sign('sha256', Buffer.from(input), nodeKey));
    expect(await judgeEncoded(encoded)).toBe('accepted');
  });

  const separatorAt = BYTES - digestInfo.length - 1;
  it.each([
    ['block type 0', withByte(encoded, 1, 0)],
    ['block type 2', withByte(encoded, 1, 2)],
    ['a first byte that is not zero', withByte(encoded, 0, 1)],
    ['a filling that begins with a zero', withByte(encoded, 2, 0)],
    ['a filling that begins with fe', withByte(encoded, 2, 0xfe)],
    ['a filling that ends with fe', withByte(encoded, separatorAt - 1, 0xfe)],
    ['a filling that ends early', withByte(encoded, separatorAt - 1, 0)],
    ['no zero after the filling', withByte(encoded, separatorAt, 0xff)],
    ['another byte after the filling', withByte(encoded, separatorAt, 1)],
    ['a changed digest', withByte(encoded, BYTES - 1, (encoded[BYTES - 1] ?? 0) ^ 1)],
    ['nothing but the filling', withByte(Buffer.alloc(BYTES, 0xff), 0, 0)],
    ['nothing but zeros and a one', withByte(Buffer.alloc(BYTES), BYTES - 1, 1)],
  ])('J14: %s is refused', async (_name, message) => {
    expect(await judgeEncoded(message)).toBe('bad_signature');
  });

  it.each([8, 100, 200])(
    'J14: %d bytes of garbage after the digest are refused (Bleichenbacher 2006)',
    async (bytes) => {
      const short = padPkcs1(digestInfo, BYTES - bytes);
      expect(await judgeEncoded(Buffer.concat([short, Buffer.alloc(bytes, 0x5a)]))).toBe('bad_signature');
      expect(await judgeEncoded(Buffer.concat([short, Buffer.alloc(bytes)]))).toBe('bad_signature');
    },
  );

  it.each([
    ['the digest alone', ''],
    ['no parameters of the hash', '302f300b06096086480165030402010420'],
    ['parameters other than null', '3031300d060960864801650304020104000420'],
    ['parameters that hold garbage', '3035301106096086480165030402010504deadbeef0420'],
    ['garbage after the parameters', '3033300f0609608648016503040201050005000420'],
    ['lengths in long form', '308131300d060960864801650304020105000420'],
    ['indefinite length', '3080300d060960864801650304020105000420'],
    ['a set instead of a sequence', '3131300d060960864801650304020105000420'],
    ['a bit string instead of an octet string', '3031300d060960864801650304020105000320'],
    ['the name of SHA-1', '302d300906052b0e03021a05000420'],
    ['the name of SHA-384', '3031300d060960864801650304020205000420'],
    ['the name of SHA3-256', '3031300d060960864801650304020805000420'],
  ])('J14: a DigestInfo with %s is refused', async (_name, start) => {
    const content = Buffer.concat([hex(start), digest]);
    expect(await judgeEncoded(padPkcs1(content, BYTES))).toBe('bad_signature');
  });

  it.each(['sha1', 'sha384', 'sha512'] as const)(
    'J14: a whole signature with %s is refused',
    async (hash) => {
      const other = createHash(hash).update(input).digest();
      const content = Buffer.concat([hex(DIGEST_INFO[hash]), other]);
      expect(await judgeEncoded(padPkcs1(content, BYTES))).toBe('bad_signature');
    },
  );

  it('J14: a digest cut short or drawn out is refused', async () => {
    for (const content of [digestInfo.subarray(0, -1), Buffer.concat([digestInfo, Buffer.alloc(1)])]) {
      expect(await judgeEncoded(padPkcs1(content, BYTES))).toBe('bad_signature');
    }
  });

  it('J14: under e = 3 a cube root passes for no signature (CVE-2006-4339)', async () => {
    const { publicKey: keyObject } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    const key = importPublicKey({ algorithm: 'RS256', keyObject });
    const start = Buffer.concat([hex(`0001${'ff'.repeat(8)}00`), digestInfo]);
    const garbage = Buffer.alloc(BYTES - start.length, 0xff);
    const root = cubeRoot(toInteger(Buffer.concat([start, garbage])));
    expect(toBytes(root ** 3n, BYTES).subarray(0, start.length)).toEqual(start);
    expect(await judgeSignature(key, input, toBytes(root, BYTES))).toBe('bad_signature');
  });
});

describe('RS256 signatures of another form', () => {
  it.each([
    ['a zero byte before', Buffer.concat([Buffer.alloc(1), signature])],
    ['a zero byte after', Buffer.concat([signature, Buffer.alloc(1)])],
    ['the first byte cut off', signature.subarray(1)],
    ['the last byte cut off', signature.subarray(0, -1)],
    ['one byte', Buffer.alloc(1)],
    ['twice as many bytes', Buffer.concat([signature, signature])],
    ['zeros', Buffer.alloc(BYTES)],
    ['ones', Buffer.alloc(BYTES, 0xff)],
    ['the number one', toBytes(1n, BYTES)],
  ])('J14: %s is refused', async (_name, wrong) => {
    expect(await judgeSignature(rs256.publicKey, input, wrong)).toBe('bad_signature');
  });

  it('J14: a signature counts as it stands, not modulo n', async () => {
    for (const special of [n - 1n, n, n - toInteger(signature)]) {
      expect(await judgeSignature(rs256.publicKey, input, toBytes(special, BYTES))).toBe('bad_signature');
    }
    // Only some signatures leave room for n above them: texts are tried until one does.
    for (let text = 0; ; text++) {
      const other = signingInputFor('RS256', `text ${text}`);
      const sum = toInteger(sign('sha256', Buffer.from(other), nodeKey)) + n;
      if (sum >= 2n ** BigInt(BYTES * 8)) continue;
      expect(await judgeSignature(rs256.publicKey, other, toBytes(sum - n, BYTES))).toBe('accepted');
      expect(await judgeSignature(rs256.publicKey, other, toBytes(sum, BYTES))).toBe('bad_signature');
      break;
    }
  });

  it('J14: a zero byte at the head of a signature belongs to it', async () => {
    for (let text = 0; ; text++) {
      const other = signingInputFor('RS256', `text ${text}`);
      const made = sign('sha256', Buffer.from(other), nodeKey);
      if (made[0] !== 0) continue;
      expect(await judgeSignature(rs256.publicKey, other, made)).toBe('accepted');
      expect(await judgeSignature(rs256.publicKey, other, made.subarray(1))).toBe('bad_signature');
      break;
    }
  });
});

describe('PS256 (RFC 7518 section 3.5)', () => {
  const key = importPublicKey({ algorithm: 'PS256', keyObject: createPublicKey(nodeKey) });
  const psInput = signingInputFor('PS256');
  const judgePss = (parameters: PssParameters) =>
    judgeSignature(key, psInput, signEncodedMessage(nodeKey, encodePss(psInput, BYTES, parameters)));

  it('J14: the encoding that the others are made from holds', async () => {
    expect(await judgePss({})).toBe('accepted');
  });

  it.each([0, 20, 31, 33, 64, 222])('J14: a salt of %d bytes is refused', async (saltLength) => {
    expect(await judgePss({ saltLength })).toBe('bad_signature');
    const made = sign('sha256', Buffer.from(psInput), { key: nodeKey, padding: PSS, saltLength });
    expect(await judgeSignature(key, psInput, made)).toBe('bad_signature');
  });

  it.each<PssParameters>([
    { maskHash: 'sha1' },
    { maskHash: 'sha384' },
    { hash: 'sha1', saltLength: 20 },
    { hash: 'sha384' },
    { trailer: 0xcc },
    { trailer: 0xbd },
    { separator: 0x02 },
    { separator: 0x00 },
    { filling: 0x01 },
  ])('J14: PSS with %o is refused', async (parameters) => {
    expect(await judgePss(parameters)).toBe('bad_signature');
  });

  it('J14: PSS whose topmost bit is set is refused', async () => {
    // The message must stay below n with the bit set: texts are tried until it does.
    for (let text = 0; ; text++) {
      const other = signingInputFor('PS256', `text ${text}`);
      const message = encodePss(other, BYTES);
      const withTopBit = withByte(message, 0, (message[0] ?? 0) | 0x80);
      if (toInteger(withTopBit) >= n) continue;
      expect(await judgeSignature(key, other, signEncodedMessage(nodeKey, message))).toBe('accepted');
      const spoilt = signEncodedMessage(nodeKey, withTopBit);
      expect(await judgeSignature(key, other, spoilt)).toBe('bad_signature');
      break;
    }
  });

  it('J14: neither padding passes for the other', async () => {
    const pss = sign('sha256', Buffer.from(input), { key: nodeKey, padding: PSS, saltLength: 32 });
    const pkcs1 = sign('sha256', Buffer.from(psInput), nodeKey);
    expect(await judgeSignature(rs256.publicKey, input, pss)).toBe('bad_signature');
    expect(await judgeSignature(key, psInput, pkcs1)).toBe('bad_signature');
  });
});

/** The greatest integer whose cube is not greater. */
function cubeRoot(cube: bigint): bigint {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(cube.toString(2).length / 3));
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** 3n <= cube) low = middle;
    else high = middle - 1n;
  }
  return low;
}

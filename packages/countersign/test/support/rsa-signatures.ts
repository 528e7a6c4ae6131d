/** RSA signatures over encoded messages of any form (RFC 8017 section 9), made with the bare private operation. */
import type { KeyObject } from 'node:crypto';
import { constants, createHash, privateEncrypt } from 'node:crypto';

/** The DER of a DigestInfo up to the digest (RFC 8017 section 9.2, note 1). */
export const DIGEST_INFO = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const;

/** The signature whose encoded message is exactly this, as long as the modulus. */
export function signEncodedMessage(key: KeyObject, encoded: Uint8Array): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** `00 01 FF ... FF 00`, filled up so that the whole is `length` bytes long, then the content. */
export function padPkcs1(content: Uint8Array, length: number): Buffer {
  const filling = Buffer.alloc(length - content.length - 3, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), filling, Buffer.from([0]), content]);
}

export interface PssParameters {
  readonly saltLength?: number;
  readonly hash?: string;
  /** The hash of the mask generation function. */
  readonly maskHash?: string;
  readonly trailer?: number;
  /** The byte between the zeros of the padding and the salt. */
  readonly separator?: number;
  /** A byte of the padding that ought to be zero. */
  readonly filling?: number;
}

/** EMSA-PSS (RFC 8017 section 9.1.1) of a message, `length` bytes long; without parameters as PS256 wants it. */
export function encodePss(message: string, length: number, parameters: PssParameters = {}): Buffer {
  const { saltLength = 32, hash = 'sha256', maskHash = 'sha256' } = parameters;
  const { trailer = 0xbc, separator = 0x01, filling = 0x00 } = parameters;
  const salt = Buffer.alloc(saltLength, 0x5a);
  const digest = createHash(hash).update(message).digest();
  const h = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const zeros = Buffer.alloc(length - saltLength - h.length - 2, filling);
  const block = Buffer.concat([zeros, Buffer.from([separator]), salt]);
  const mask = generateMask(h, block.length, maskHash);
  const masked = block.map((byte, index) => byte ^ (mask[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, h, Buffer.from([trailer])]);
}

/** MGF1 (RFC 8017 appendix B.2.1). */
function generateMask(seed: Uint8Array, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  for (let made = 0, counter = 0; made < length; counter++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(count).digest();
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

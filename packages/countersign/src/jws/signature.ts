/** Making and checking signatures over a signing input. Knows keys and bytes, neither headers nor claims. */
import { createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type { KeyMaterial } from '../keys/key.js';

/** The base64url signature of an ASCII signing input. */
export function computeSignature(material: KeyMaterial, signingInput: string): string {
  const { row, keyObject, parameters } = material;
  if (row.keyType === 'oct') return createHmac(row.hash, keyObject).update(signingInput).digest('base64url');
  return sign(row.hash, Buffer.from(signingInput, 'latin1'), parameters).toString('base64url');
}

/** As {@link computeSignature}, in the thread pool. An HMAC is faster than the way there and back. */
export function computeSignatureAsync(material: KeyMaterial, signingInput: string): Promise<string> {
  const { row, parameters } = material;
  if (row.keyType === 'oct') return Promise.resolve(computeSignature(material, signingInput));
  return new Promise((resolve, reject) => {
    sign(row.hash, Buffer.from(signingInput, 'latin1'), parameters, (error, signature) => {
      if (error) reject(error);
      else resolve(signature.toString('base64url'));
    });
  });
}

/** Whether the base64url signature is the canonical text of a signature over the ASCII signing input. */
export function isSignatureValid(material: KeyMaterial, signingInput: string, signature: string): boolean {
  const { row, parameters } = material;
  if (row.keyType === 'oct') return isMacValid(material, signingInput, signature);
  const bytes = decodeSignature(material, signature);
  if (bytes === undefined) return false;
  return verify(row.hash, Buffer.from(signingInput, 'latin1'), parameters, bytes);
}

/** As {@link isSignatureValid}, in the thread pool. */
export function isSignatureValidAsync(
  material: KeyMaterial,
  signingInput: string,
  signature: string,
): Promise<boolean> {
  const { row, parameters } = material;
  if (row.keyType === 'oct') return Promise.resolve(isMacValid(material, signingInput, signature));
  const bytes = decodeSignature(material, signature);
  if (bytes === undefined) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify(row.hash, Buffer.from(signingInput, 'latin1'), parameters, bytes, (error, holds) => {
      if (error) reject(error);
      else resolve(holds);
    });
  });
}

/**
 * The bytes of a signature, or undefined when it is not exactly as long as its algorithm and key make it (no DER,
 * no padding with zeros: row J11), or not in canonical base64url (row J15).
 */
function decodeSignature({ signatureBytes }: KeyMaterial, signature: string): Buffer | undefined {
  if (signature.length !== encodedLength(signatureBytes)) return undefined;
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.toString('base64url') === signature ? bytes : undefined;
}

/** Length of base64url without padding. */
function encodedLength(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

const MAX_ENCODED_MAC = encodedLength(64);
const expectedMac = Buffer.alloc(MAX_ENCODED_MAC);
const givenMac = Buffer.alloc(MAX_ENCODED_MAC);

/**
 * Compares the encoded texts, in constant time: decoding the given one would cost more than the rest of the check,
 * and would have to find out about non-canonical encodings (rows J15, J18 and J30).
 */
function isMacValid(material: KeyMaterial, signingInput: string, signature: string): boolean {
  const expected = computeSignature(material, signingInput);
  if (signature.length !== expected.length) return false;
  expectedMac.fill(0);
  givenMac.fill(0);
  expectedMac.write(expected, 'latin1');
  givenMac.write(signature, 'latin1');
  // Writing drops the high byte of a character, so texts that differ there compare as equal: look once more.
  return timingSafeEqual(expectedMac, givenMac) && expected === signature;
}

/** Reading of public keys in DER where OpenSSL reads more than a public key. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey, X509Certificate } from 'node:crypto';

const SEQUENCE = 0x30;

/**
 * The public key that the bytes are, and nothing besides. OpenSSL takes the public half of an RSA private key where it
 * is asked for a PKCS#1 public key, and passes over whatever follows the key: either way a private key could be
 * published under the label of a public one (K7). Undefined for such; throws as `createPublicKey` does.
 */
export function readPublicDer(der: Uint8Array, type: 'spki' | 'pkcs1' | 'x509'): KeyObject | undefined {
  const key = Buffer.from(der);
  if (!isOneSequence(key)) return undefined;
  if (type === 'x509') return new X509Certificate(key).publicKey;
  const keyObject = createPublicKey({ key, format: 'der', type });
  // A PKCS#1 public key has one encoding only; SPKI leaves some choice, for points and parameters.
  if (type === 'pkcs1' && !keyObject.export({ format: 'der', type }).equals(key)) return undefined;
  return keyObject;
}

/** Whether the length at the beginning (X.690 section 8.1.3) is that of all the bytes. */
function isOneSequence(der: Buffer): boolean {
  const [tag, first = 0] = der;
  if (tag !== SEQUENCE || first === 0x80 || first > 0x84) return false;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (der.length < 2 + lengthBytes) return false;
  const length = lengthBytes === 0 ? first : der.readUIntBE(2, lengthBytes);
  return der.length === 2 + lengthBytes + length;
}

/**
 * Recognises bytes that are a key in some common form, so that a public key is never taken for an HMAC secret
 * (CVE-2016-10555, CVE-2022-29217, CVE-2024-33663, CVE-2026-34950; rows J4 and J5). This only ever refuses:
 * what a key is for is decided by its declared algorithm, not here.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';

const SSH_LINE =
  /(?:^|\s)(?:sk-)?(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-\S{1,40})(?:@openssh\.com)?\s+AAAA/;
const ASN1_SEQUENCE = 0x30;

/** What the bytes are, in words, or undefined when they are no key that can be recognised. */
export function recogniseKey(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const plain = recognisePlain(bytes, text);
  if (plain !== undefined || !/^[\w+/=\s-]+$/.test(text)) return plain;
  // Environments often hold PEM in base64.
  const decoded = Buffer.from(text, 'base64');
  const encoded = recognisePlain(decoded, decoded.toString('latin1'));
  return encoded === undefined ? undefined : `${encoded} in base64`;
}

function recognisePlain(bytes: Uint8Array, text: string): string | undefined {
  if (/-----?\s?BEGIN [A-Z0-9 ]+-----?/i.test(text)) return 'a PEM or SSH key';
  if (SSH_LINE.test(text)) return 'an OpenSSH key';
  if (isJwk(text)) return 'a JSON Web Key';
  if (isDerKey(Buffer.from(bytes))) return 'a DER key or certificate';
  return undefined;
}

function isJwk(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    return typeof value === 'object' && value !== null && ('kty' in value || 'keys' in value);
  } catch {
    return false;
  }
}

function isDerKey(der: Buffer): boolean {
  if (der[0] !== ASN1_SEQUENCE) return false;
  return [
    () => createPublicKey({ key: der, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
    () => new X509Certificate(der),
    () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: der, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey({ key: der, format: 'der', type: 'sec1' }),
  ].some(reads);
}

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

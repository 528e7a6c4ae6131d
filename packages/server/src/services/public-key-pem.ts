import { type AlgorithmName, exportPublicPem, importPublicKey, UsageError } from 'countersign';
import { Refusal } from '../domain/refusal.js';

/** One algorithm for each type of key that may be published. */
const ONE_OF_EACH_TYPE: readonly AlgorithmName[] = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * The one public key of a PEM text (SPKI, PKCS#1, or an X.509 certificate, of which only the key is taken) as SPKI, so
 * that the same key is always the same text. Nothing of what was given goes into an error.
 * @throws Refusal private_key_refused, weak_key, invalid_public_key
 */
export function normalisePublicKey(pem: string): string {
  // Looked for anywhere in the text: beside a public key, encrypted, of OpenSSH, and in any other form with that label.
  if (/PRIVATE KEY/i.test(pem)) throw new Refusal('private_key_refused');
  for (const algorithm of ONE_OF_EACH_TYPE) {
    try {
      return exportPublicPem(importPublicKey({ algorithm, pem }));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (error.code === 'weak_key') throw new Refusal('weak_key');
    }
  }
  throw new Refusal('invalid_public_key');
}

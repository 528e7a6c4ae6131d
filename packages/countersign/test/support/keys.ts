/** Keys for tests: one secret whose bytes are known, and one pair for each algorithm, made when first asked for. */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { AlgorithmName, KeyPair } from 'countersign';
import { exportPrivatePem, generateKeyPair, importSecret } from 'countersign';

/** Long enough for every HMAC. */
export const SECRET = 'a secret of tests, long enough even for the sixty-four bytes of HS512';

/** No key id: it fits any HS256 token that names none. */
export const secretKey = importSecret({ algorithm: 'HS256', secret: SECRET });

const pairs = new Map<AlgorithmName, KeyPair>();

/** The same pair each time: new RSA keys take long. */
export function keyPairFor(algorithm: AlgorithmName): KeyPair {
  const pair = pairs.get(algorithm) ?? generateKeyPair(algorithm);
  pairs.set(algorithm, pair);
  return pair;
}

/** The key as node:crypto has it, to sign with as the library would not. */
export function nodePrivateKey(key: KeyPair['privateKey']): KeyObject {
  return createPrivateKey(exportPrivatePem(key));
}

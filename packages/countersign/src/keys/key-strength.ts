/** Whether a key fits its algorithm and is strong enough for it, judged once, when it is made. */
import type { KeyObject } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import type { AsymmetricAlgorithm } from './algorithms.js';
import { isSmallOrderKey } from './small-order-key.js';

const MIN_RSA_BITS = 2048;

/**
 * Refuses a key that is not for this algorithm (row J9) or too weak for it (row J7).
 *
 * @throws {UsageError} `invalid_key` for another type or curve; `weak_key` for RSA below 2048 bits, and for an RSA
 * exponent that is 1 or even, and for an Edwards public key of small order: under those anyone can sign.
 */
export function checkKeyStrength(subject: string, row: AsymmetricAlgorithm, keyObject: KeyObject): void {
  const type = keyObject.asymmetricKeyType;
  const details = keyObject.asymmetricKeyDetails ?? {};
  if (row.keyType === 'RSA') {
    if (type !== 'rsa') throw misfit(subject, row, 'an RSA key');
    checkRsa(subject, details.modulusLength ?? 0, details.publicExponent ?? 0n);
  } else if (row.keyType === 'EC') {
    if (type !== 'ec' || details.namedCurve !== row.namedCurve) {
      throw misfit(subject, row, `an EC key on ${row.namedCurve}`);
    }
  } else {
    if (type !== row.nodeKeyType) throw misfit(subject, row, `an ${row.nodeKeyType} key`);
    if (keyObject.type === 'public' && isSmallOrderKey(row.nodeKeyType, keyObject)) {
      throw new UsageError('weak_key', subject, [
        'the key is a point of small order: anyone can sign under it',
      ]);
    }
  }
}

function checkRsa(subject: string, modulusBits: number, exponent: bigint): void {
  const problems: string[] = [];
  if (modulusBits < MIN_RSA_BITS) {
    problems.push(`the RSA key has ${modulusBits} bits, fewer than ${MIN_RSA_BITS}`);
  }
  if (exponent < 3n || exponent % 2n === 0n) problems.push('the public exponent of the RSA key is 1 or even');
  if (problems.length > 0) throw new UsageError('weak_key', subject, problems);
}

function misfit(subject: string, row: AsymmetricAlgorithm, wanted: string): UsageError {
  return new UsageError('invalid_key', subject, [`${row.name} needs ${wanted}`]);
}

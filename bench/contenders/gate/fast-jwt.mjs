import { createVerifier } from 'fast-jwt';
import { AUDIENCE, ISSUER } from '../../workload/jwt-workload.mjs';
import { tokenOf } from './token-of.mjs';

/**
 * @typedef {import('../../workload/gate-workload.mjs').GateWorkload} GateWorkload
 * @typedef {import('./door.mjs').Door} Door
 */

/**
 * It takes a token whose `exp` is now.
 * @param {GateWorkload} workload
 * @param {boolean} cache
 * @returns {Door}
 */
export function fastJwt({ algorithm, publicKey, type }, cache) {
  const verify = createFastJwtVerifier({ algorithm, publicKey, type }, cache);
  return {
    toRequest: (header) => header,
    enter: (header) => verify(tokenOf(header)),
    claimsOf: (_, claims) => claims,
  };
}

/**
 * @param {Pick<GateWorkload, 'algorithm' | 'publicKey' | 'type'>} workload
 * @param {boolean | number} cache or how many tokens
 */
export const createFastJwtVerifier = ({ algorithm, publicKey, type }, cache) =>
  createVerifier({
    key:
      publicKey.type === 'secret'
        ? publicKey.export()
        : publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    algorithms: [/** @type {any} */ (algorithm)],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    requiredClaims: ['exp', 'iss', 'aud'],
    checkTyp: type,
    cache,
  });

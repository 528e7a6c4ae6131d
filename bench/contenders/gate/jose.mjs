import { importSPKI, jwtVerify } from 'jose';
import { AUDIENCE, ISSUER } from '../../workload/jwt-workload.mjs';
import { tokenOf } from './token-of.mjs';

/**
 * @typedef {import('../../workload/gate-workload.mjs').GateWorkload} GateWorkload
 * @typedef {import('./door.mjs').Door} Door
 */

/**
 * @param {GateWorkload} workload
 * @returns {Promise<Door>}
 */
export async function jose({ algorithm, publicKey, type }) {
  const key =
    publicKey.type === 'secret'
      ? await crypto.subtle.importKey('raw', publicKey.export(), { name: 'HMAC', hash: 'SHA-256' }, false, [
          'verify',
        ])
      : await importSPKI(publicKey.export({ format: 'pem', type: 'spki' }).toString(), algorithm);
  const options = {
    algorithms: [algorithm],
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: type,
    requiredClaims: ['exp'],
  };
  return {
    asynchronous: true,
    toRequest: (header) => header,
    enter: (header) => jwtVerify(tokenOf(header), key, options),
    claimsOf: (_, result) => /** @type {any} */ (result).payload,
  };
}

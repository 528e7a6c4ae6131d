import jwt from 'jsonwebtoken';
import { AUDIENCE, ISSUER, KEY_ID, LIFETIME_SECONDS } from '../workload/jwt-workload.mjs';

/** @type {import('./contender.mjs').Contender} */
export const jsonwebtoken = {
  name: 'jsonwebtoken',
  verifier: ({ algorithm, publicKey }) => {
    if (algorithm === 'EdDSA') return undefined;
    const options = { algorithms: [/** @type {any} */ (algorithm)], issuer: ISSUER, audience: AUDIENCE };
    return {
      run: (/** @type {string} */ token) => jwt.verify(token, publicKey, options),
      claimsOf: (/** @type {unknown} */ claims) => claims,
    };
  },
  signer: ({ algorithm, privateKey }) => {
    if (algorithm === 'EdDSA') return undefined;
    const options = {
      algorithm: /** @type {any} */ (algorithm),
      keyid: KEY_ID,
      issuer: ISSUER,
      audience: AUDIENCE,
      expiresIn: LIFETIME_SECONDS,
    };
    return {
      run: (/** @type {Record<string, unknown>} */ identity) => jwt.sign(identity, privateKey, options),
    };
  },
};

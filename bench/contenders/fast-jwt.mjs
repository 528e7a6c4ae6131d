import { createSigner, createVerifier } from 'fast-jwt';
import { AUDIENCE, ISSUER, KEY_ID, LIFETIME_SECONDS } from '../workload/jwt-workload.mjs';

/** fast-jwt takes keys as text or bytes only. @param {import('node:crypto').KeyObject} key */
function exported(key) {
  if (key.type === 'secret') return key.export();
  return key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' });
}

/** @param {import('../workload/jwt-workload.mjs').JwtWorkload} workload */
function verifier({ algorithm, publicKey }) {
  const run = createVerifier({
    key: exported(publicKey),
    algorithms: [algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    requiredClaims: ['exp', 'iss', 'aud'],
    cache: false,
  });
  return {
    run: (/** @type {string} */ token) => run(token),
    claimsOf: (/** @type {unknown} */ claims) => claims,
  };
}

/** @type {import('./contender.mjs').Contender} */
export const fastJwt = {
  name: 'fast-jwt',
  verifier,
  concurrentVerifier: verifier,
  signer: ({ algorithm, privateKey }) => ({
    run: createSigner({
      key: exported(privateKey),
      algorithm,
      kid: KEY_ID,
      iss: ISSUER,
      aud: AUDIENCE,
      expiresIn: LIFETIME_SECONDS * 1_000,
    }),
  }),
};

import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose';
import { AUDIENCE, headerOf, ISSUER, LIFETIME_SECONDS } from '../workload/jwt-workload.mjs';

/**
 * A CryptoKey: jose would otherwise import bytes again for every operation.
 * @param {import('node:crypto').KeyObject} key
 * @param {string} algorithm
 */
function imported(key, algorithm) {
  if (key.type === 'secret') {
    const hash = `SHA-${algorithm.slice(2)}`;
    return crypto.subtle.importKey('raw', key.export(), { name: 'HMAC', hash }, false, ['sign', 'verify']);
  }
  return key.type === 'private'
    ? importPKCS8(key.export({ format: 'pem', type: 'pkcs8' }).toString(), algorithm)
    : importSPKI(key.export({ format: 'pem', type: 'spki' }).toString(), algorithm);
}

/** @param {import('../workload/jwt-workload.mjs').JwtWorkload} workload */
async function verifier({ algorithm, publicKey }) {
  const key = await imported(publicKey, algorithm);
  const options = {
    algorithms: [algorithm],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['exp'],
  };
  return {
    asynchronous: true,
    run: (/** @type {string} */ token) => jwtVerify(token, key, options),
    claimsOf: (/** @type {{ payload: unknown }} */ result) => result.payload,
  };
}

/** @type {import('./contender.mjs').Contender} */
export const jose = {
  name: 'jose',
  verifier,
  concurrentVerifier: verifier,
  signer: async ({ algorithm, privateKey }) => {
    const key = await imported(privateKey, algorithm);
    const header = headerOf(algorithm);
    return {
      asynchronous: true,
      run: (/** @type {Record<string, unknown>} */ identity) => {
        const nowSeconds = Math.floor(Date.now() / 1_000);
        return new SignJWT(identity)
          .setProtectedHeader(header)
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setIssuedAt(nowSeconds)
          .setExpirationTime(nowSeconds + LIFETIME_SECONDS)
          .sign(key);
      },
    };
  },
};

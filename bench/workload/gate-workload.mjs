// Access tokens as a gate takes them: of the JWT profile (RFC 9068), or under a secret as PyJOAT makes them.
import { createSecretKey, randomBytes } from 'node:crypto';
import { AUDIENCE, flipBit, generateKeys, ISSUER, KEY_ID, signToken } from './jwt-workload.mjs';

export const GATE_ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'HS256'];

const DAY_SECONDS = 86_400;

/**
 * @typedef {object} GateWorkload
 * @property {string} algorithm
 * @property {import('node:crypto').KeyObject} privateKey the secret where the algorithm is an HMAC
 * @property {import('node:crypto').KeyObject} publicKey the secret where the algorithm is an HMAC
 * @property {string} type `typ` of the header, in lower case
 * @property {string[]} tokens
 * @property {Record<string, unknown>[]} claims one for each token
 * @property {Record<string, string>} bad by what is wrong with it; signed well but for `signature` and `payload`
 */

/**
 * @param {string} algorithm
 * @param {number} count of distinct tokens
 * @returns {GateWorkload}
 */
export function createGateWorkload(algorithm, count) {
  const isSecret = algorithm === 'HS256';
  const keys = isSecret ? generateSecret() : generateKeys(algorithm);
  const header = { alg: algorithm, typ: isSecret ? 'JWT' : 'at+jwt', ...(!isSecret && { kid: KEY_ID }) };
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const claims = Array.from({ length: count }, (_, index) => ({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: `user-${String(index).padStart(6, '0')}`,
    ...(isSecret
      ? { scp: ['orders:read', 'orders:write'] }
      : { client_id: 'shop', scope: 'orders:read orders:write' }),
    jti: randomBytes(16).toString('base64url'),
    iat: nowSeconds,
    exp: nowSeconds + DAY_SECONDS,
  }));
  const sign = (/** @type {object} */ changes, /** @type {object} */ ofHeader = {}) =>
    signToken(algorithm, keys.privateKey, { ...claims[0], ...changes }, { ...header, ...ofHeader });
  const tokens = claims.map((all) => sign(all));
  return {
    algorithm,
    ...keys,
    type: header.typ.toLowerCase(),
    tokens,
    claims,
    bad: {
      signature: flipBit(tokens[0], 2),
      payload: flipBit(tokens[0], 1),
      exp: sign({ iat: nowSeconds - DAY_SECONDS, exp: nowSeconds - 10 }),
      'missing exp': sign({ exp: undefined }),
      nbf: sign({ nbf: nowSeconds + 600 }),
      iss: sign({ iss: 'https://login.example.org' }),
      aud: sign({ aud: 'https://api.example.org' }),
      typ: sign({}, { typ: 'dpop+jwt' }),
    },
  };
}

/** Of characters that can be printed: express-oauth2-jwt-bearer takes secrets as text only. */
function generateSecret() {
  const secret = createSecretKey(Buffer.from(randomBytes(32).toString('base64url')));
  return { privateKey: secret, publicKey: secret };
}

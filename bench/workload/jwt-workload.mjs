// The work that every contender gets: the same keys, the same tokens, the same claims. Tokens are made and
// judged with node:crypto alone, so that no contender marks its own homework.
import { createHmac, createSecretKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { algorithmParameters } from './jwt-algorithms.mjs';

const DAY_SECONDS = 86_400;

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'https://api.example.com';
export const KEY_ID = 'bench-1';
export const LIFETIME_SECONDS = 3_600;

/**
 * @typedef {object} JwtWorkload
 * @property {string} algorithm
 * @property {import('node:crypto').KeyObject} privateKey the secret where the algorithm is an HMAC
 * @property {import('node:crypto').KeyObject} publicKey the secret where the algorithm is an HMAC
 * @property {Record<string, unknown>[]} identities sub, scope and jti: what a caller hands to a signer
 * @property {Record<string, unknown>[]} claims complete, one for each token
 * @property {string[]} tokens
 * @property {Record<'signature' | 'payload', string>} tampered nobody may accept these
 * @property {Record<'exp' | 'iss' | 'aud', string>} refused well signed, and refused for the claim named
 */

/**
 * @param {string} algorithm
 * @param {number} count of distinct tokens
 * @returns {JwtWorkload}
 */
export function createJwtWorkload(algorithm, count) {
  const keys = generateKeys(algorithm);
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const identities = Array.from({ length: count }, (_, index) => ({
    sub: `user-${String(index).padStart(6, '0')}`,
    scope: 'orders:read orders:write',
    jti: randomBytes(16).toString('base64url'),
  }));
  const claims = identities.map((identity) => ({
    iss: ISSUER,
    aud: AUDIENCE,
    ...identity,
    iat: nowSeconds,
    exp: nowSeconds + DAY_SECONDS,
  }));
  /** @param {Record<string, unknown>} payload */
  const token = (payload) => signToken(algorithm, keys.privateKey, payload);
  const tokens = claims.map(token);
  const [sample] = claims;
  return {
    algorithm,
    ...keys,
    identities,
    claims,
    tokens,
    tampered: { signature: flipBit(tokens[0], 2), payload: flipBit(tokens[0], 1) },
    refused: {
      exp: token({ ...sample, iat: nowSeconds - DAY_SECONDS, exp: nowSeconds - 1 }),
      iss: token({ ...sample, iss: 'https://login.example.org' }),
      aud: token({ ...sample, aud: 'https://api.example.org' }),
    },
  };
}

/** What a signer puts into the header. @param {string} algorithm */
export const headerOf = (algorithm) => ({ alg: algorithm, typ: 'JWT', kid: KEY_ID });

/** What a signer makes of what it is handed. @param {Record<string, unknown>} identity */
export function completeClaims(identity) {
  const iat = Math.floor(Date.now() / 1_000);
  return { iss: ISSUER, aud: AUDIENCE, ...identity, iat, exp: iat + LIFETIME_SECONDS };
}

/** @param {string} algorithm */
export function generateKeys(algorithm) {
  const { family, hashBytes, curve } = algorithmParameters(algorithm);
  if (family === 'hmac') {
    const secret = createSecretKey(randomBytes(hashBytes));
    return { privateKey: secret, publicKey: secret };
  }
  if (family === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return family === 'ec' ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('ed25519');
}

/**
 * @param {string} algorithm
 * @param {Record<string, unknown>} payload
 * @param {Record<string, unknown>} [header]
 */
export const signingInputOf = (algorithm, payload, header = headerOf(algorithm)) =>
  [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

/**
 * @param {string} algorithm
 * @param {import('node:crypto').KeyObject} key
 * @param {Record<string, unknown>} payload
 * @param {Record<string, unknown>} [header]
 */
export function signToken(algorithm, key, payload, header) {
  const { family, hash, keyOptions } = algorithmParameters(algorithm);
  const input = signingInputOf(algorithm, payload, header);
  const signature =
    family === 'hmac'
      ? createHmac(hash, key).update(input).digest()
      : sign(hash, Buffer.from(input), { key, ...keyOptions });
  return `${input}.${signature.toString('base64url')}`;
}

/**
 * @param {string} token
 * @param {number} segment
 */
export function flipBit(token, segment) {
  const segments = token.split('.');
  const bytes = Buffer.from(segments[segment], 'base64url');
  bytes[bytes.length >> 1] ^= 1;
  segments[segment] = bytes.toString('base64url');
  return segments.join('.');
}

/**
 * The header and the claims of a token whose signature holds.
 * @param {JwtWorkload} workload
 * @param {string} token
 */
export function readSignedToken({ algorithm, publicKey }, token) {
  const { family, hash, keyOptions } = algorithmParameters(algorithm);
  const [header, payload, signature, ...rest] = token.split('.');
  const input = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  const holds =
    family === 'hmac'
      ? createHmac(hash, publicKey).update(input).digest().equals(bytes)
      : verify(hash, input, { key: publicKey, ...keyOptions }, bytes);
  if (!holds || rest.length > 0) throw new Error('the signature does not hold');
  const [readHeader, claims] = [header, payload].map((part) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()),
  );
  return { header: readHeader, claims };
}

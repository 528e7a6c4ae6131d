import { constants } from 'node:crypto';

/**
 * What node:crypto has to be told for each algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1).
 * @typedef {object} AlgorithmParameters
 * @property {'hmac' | 'rsa' | 'ec' | 'ed'} family
 * @property {any} hash a name; null where the algorithm brings its own
 * @property {number} hashBytes
 * @property {Record<string, unknown>} keyOptions
 * @property {string} curve
 */

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const P1363 = { dsaEncoding: 'ieee-p1363' };

/** @type {Record<string, AlgorithmParameters>} */
const ALGORITHMS = {
  HS256: { family: 'hmac', hash: 'sha256', hashBytes: 32, keyOptions: {}, curve: '' },
  HS384: { family: 'hmac', hash: 'sha384', hashBytes: 48, keyOptions: {}, curve: '' },
  HS512: { family: 'hmac', hash: 'sha512', hashBytes: 64, keyOptions: {}, curve: '' },
  RS256: { family: 'rsa', hash: 'sha256', hashBytes: 32, keyOptions: {}, curve: '' },
  RS384: { family: 'rsa', hash: 'sha384', hashBytes: 48, keyOptions: {}, curve: '' },
  RS512: { family: 'rsa', hash: 'sha512', hashBytes: 64, keyOptions: {}, curve: '' },
  PS256: { family: 'rsa', hash: 'sha256', hashBytes: 32, keyOptions: PSS, curve: '' },
  PS384: { family: 'rsa', hash: 'sha384', hashBytes: 48, keyOptions: PSS, curve: '' },
  PS512: { family: 'rsa', hash: 'sha512', hashBytes: 64, keyOptions: PSS, curve: '' },
  ES256: { family: 'ec', hash: 'sha256', hashBytes: 32, keyOptions: P1363, curve: 'P-256' },
  ES384: { family: 'ec', hash: 'sha384', hashBytes: 48, keyOptions: P1363, curve: 'P-384' },
  ES512: { family: 'ec', hash: 'sha512', hashBytes: 64, keyOptions: P1363, curve: 'P-521' },
  EdDSA: { family: 'ed', hash: null, hashBytes: 0, keyOptions: {}, curve: '' },
};

export const ALGORITHM_NAMES = Object.keys(ALGORITHMS);

/** @param {string} name */
export const algorithmParameters = (name) => ALGORITHMS[name];

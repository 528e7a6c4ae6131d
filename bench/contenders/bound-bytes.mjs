// The pure cryptography: signing input and signature lie ready as bytes, keys and options are prepared.
import { createHmac, createSign, createVerify, sign, timingSafeEqual, verify } from 'node:crypto';
import { pickFastest } from '../lib/pick-fastest.mjs';
import { algorithmParameters } from '../workload/jwt-algorithms.mjs';
import { completeClaims, signingInputOf } from '../workload/jwt-workload.mjs';

/**
 * @typedef {import('../workload/jwt-workload.mjs').JwtWorkload} JwtWorkload
 * @typedef {{ input: Buffer, signature: Buffer }} SignedBytes
 */

/** @param {string} token */
export function toSignedBytes(token) {
  const end = token.lastIndexOf('.');
  return {
    input: Buffer.from(token.slice(0, end)),
    signature: Buffer.from(token.slice(end + 1), 'base64url'),
  };
}

/**
 * @param {JwtWorkload} workload
 * @returns {Record<string, (item: SignedBytes) => boolean>}
 */
function waysToVerify({ algorithm, publicKey }) {
  const { family, hash, hashBytes, keyOptions } = algorithmParameters(algorithm);
  if (family === 'hmac') {
    const scratch = Buffer.alloc(hashBytes);
    return {
      'digest into a new buffer': ({ input, signature }) =>
        timingSafeEqual(createHmac(hash, publicKey).update(input).digest(), signature),
      'digest as text into a reused buffer': ({ input, signature }) => {
        scratch.write(createHmac(hash, publicKey).update(input).digest('latin1'), 'latin1');
        return timingSafeEqual(scratch, signature);
      },
    };
  }
  const key = { key: publicKey, ...keyOptions };
  return {
    'one-shot': ({ input, signature }) => verify(hash, input, key, signature),
    ...(hash && {
      streaming: ({ input, signature }) => createVerify(hash).update(input).verify(key, signature),
    }),
  };
}

/**
 * @param {JwtWorkload} workload
 * @returns {Record<string, (input: Buffer) => Buffer | string>} signatures as bytes or as base64url
 */
function waysToSign({ algorithm, privateKey }) {
  const { family, hash, keyOptions } = algorithmParameters(algorithm);
  if (family === 'hmac')
    return {
      'digest as bytes': (input) => createHmac(hash, privateKey).update(input).digest(),
      'digest as base64url': (input) => createHmac(hash, privateKey).update(input).digest('base64url'),
    };
  const key = { key: privateKey, ...keyOptions };
  return {
    'one-shot': (input) => sign(hash, input, key),
    ...(hash && {
      streaming: (input) => createSign(hash).update(input).sign(key),
      'streaming to base64url': (input) => createSign(hash).update(input).sign(key, 'base64url'),
    }),
  };
}

/**
 * The callback form, which node:crypto runs on its thread pool. HMAC has none: it stays where it is.
 * @param {JwtWorkload} workload
 */
export function poolVerify({ algorithm, publicKey }) {
  const { hash, keyOptions } = algorithmParameters(algorithm);
  const key = { key: publicKey, ...keyOptions };
  /** @param {SignedBytes} item */
  return ({ input, signature }) =>
    new Promise((resolve, reject) => {
      verify(hash, input, key, signature, (error, valid) => (error ? reject(error) : resolve(valid)));
    });
}

/** @param {JwtWorkload} workload */
async function verifier(workload) {
  const { way, run } = await pickFastest(waysToVerify(workload), workload.tokens.map(toSignedBytes));
  return { run, toItem: toSignedBytes, note: way };
}

/** @type {import('./contender.mjs').Contender} */
export const boundBytes = {
  name: 'bound: bytes',
  verifier,
  concurrentVerifier: (workload) =>
    algorithmParameters(workload.algorithm).family === 'hmac'
      ? verifier(workload)
      : { run: poolVerify(workload), asynchronous: true, toItem: toSignedBytes, note: 'thread pool' },
  signer: async (workload) => {
    /** @param {Record<string, unknown>} identity */
    const toItem = (identity) => Buffer.from(signingInputOf(workload.algorithm, completeClaims(identity)));
    const { way, run } = await pickFastest(waysToSign(workload), workload.identities.map(toItem));
    return {
      run,
      toItem,
      tokenOf: (input, signature) =>
        `${input}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`,
      note: way,
    };
  },
};

// The least that anybody must do who starts at a token (or, signing, at claims): no check of the header, no
// look at a claim, no defence against anything.
import { createHmac, createSign, createVerify, sign, timingSafeEqual, verify } from 'node:crypto';
import { pickFastest } from '../lib/pick-fastest.mjs';
import { algorithmParameters } from '../workload/jwt-algorithms.mjs';
import { AUDIENCE, headerOf, ISSUER, LIFETIME_SECONDS } from '../workload/jwt-workload.mjs';
import { poolVerify, toSignedBytes } from './bound-bytes.mjs';
import { decodeByTable } from './decode-by-table.mjs';

/** @typedef {import('../workload/jwt-workload.mjs').JwtWorkload} JwtWorkload */

/** @param {string} text */
const decodeNatively = (text) => Buffer.from(text, 'base64url');

/**
 * @param {JwtWorkload} workload
 * @returns {Record<string, (token: string) => boolean>}
 */
function waysToVerify({ algorithm, publicKey }) {
  const { family, hash, hashBytes, keyOptions } = algorithmParameters(algorithm);
  if (family === 'hmac') return waysToVerifyHmac(hash, hashBytes, publicKey);
  const key = { key: publicKey, ...keyOptions };
  /** @param {(text: string) => Buffer} decode */
  const oneShot = (decode) => (/** @type {string} */ token) => {
    const end = token.lastIndexOf('.');
    return verify(hash, Buffer.from(token.slice(0, end), 'latin1'), key, decode(token.slice(end + 1)));
  };
  /** @param {(text: string) => Buffer} decode */
  const streaming = (decode) => (/** @type {string} */ token) => {
    const end = token.lastIndexOf('.');
    return createVerify(hash)
      .update(token.slice(0, end), 'latin1')
      .verify(key, decode(token.slice(end + 1)));
  };
  return {
    'one-shot': oneShot(decodeNatively),
    'one-shot, own decoder': oneShot(decodeByTable),
    ...(hash && {
      streaming: streaming(decodeNatively),
      'streaming, own decoder': streaming(decodeByTable),
    }),
  };
}

/**
 * @param {string} hash
 * @param {number} hashBytes
 * @param {import('node:crypto').KeyObject} key
 * @returns {Record<string, (token: string) => boolean>}
 */
function waysToVerifyHmac(hash, hashBytes, key) {
  const textLength = Math.ceil((hashBytes * 4) / 3);
  const wanted = Buffer.alloc(textLength);
  const given = Buffer.alloc(textLength);
  return {
    'digest into a new buffer': (token) => {
      const end = token.lastIndexOf('.');
      const digest = createHmac(hash, key).update(token.slice(0, end)).digest();
      return timingSafeEqual(digest, Buffer.from(token.slice(end + 1), 'base64url'));
    },
    'digest as text into a reused buffer': (token) => {
      const end = token.lastIndexOf('.');
      if (token.length - end - 1 !== textLength) return false;
      wanted.write(createHmac(hash, key).update(token.slice(0, end)).digest('base64url'), 'latin1');
      given.write(token.slice(end + 1), 'latin1');
      return timingSafeEqual(wanted, given);
    },
  };
}

const ISSUER_AND_AUDIENCE = `{"iss":${JSON.stringify(ISSUER)},"aud":${JSON.stringify(AUDIENCE)}`;

/** Faster than copying an object and then writing it. @param {Record<string, unknown>} identity */
function completeClaimsAsText(identity) {
  const iat = Math.floor(Date.now() / 1_000);
  return `${ISSUER_AND_AUDIENCE},"iat":${iat},"exp":${iat + LIFETIME_SECONDS},${JSON.stringify(identity).slice(1)}`;
}

/**
 * @param {JwtWorkload} workload
 * @returns {Record<string, (identity: Record<string, unknown>) => string>}
 */
function waysToSign({ algorithm, privateKey }) {
  const { family, hash, keyOptions } = algorithmParameters(algorithm);
  const header = Buffer.from(JSON.stringify(headerOf(algorithm))).toString('base64url');
  /** @param {Record<string, unknown>} identity */
  const signingInput = (identity) =>
    `${header}.${Buffer.from(completeClaimsAsText(identity)).toString('base64url')}`;
  if (family === 'hmac')
    return {
      'digest as base64url': (identity) => {
        const input = signingInput(identity);
        return `${input}.${createHmac(hash, privateKey).update(input).digest('base64url')}`;
      },
    };
  const key = { key: privateKey, ...keyOptions };
  return {
    'one-shot': (identity) => {
      const input = signingInput(identity);
      return `${input}.${sign(hash, Buffer.from(input, 'latin1'), key).toString('base64url')}`;
    },
    ...(hash && {
      'streaming to base64url': (identity) => {
        const input = signingInput(identity);
        return `${input}.${createSign(hash).update(input, 'latin1').sign(key, 'base64url')}`;
      },
    }),
  };
}

/** @param {JwtWorkload} workload */
async function verifier(workload) {
  const { way, run } = await pickFastest(waysToVerify(workload), workload.tokens);
  return { run, note: way };
}

/** @type {import('./contender.mjs').Contender} */
export const boundToken = {
  name: 'bound: token',
  verifier,
  concurrentVerifier: (workload) => {
    if (algorithmParameters(workload.algorithm).family === 'hmac') return verifier(workload);
    const verify = poolVerify(workload);
    return {
      run: (/** @type {string} */ token) => verify(toSignedBytes(token)),
      asynchronous: true,
      note: 'thread pool',
    };
  },
  signer: async (workload) => {
    const { way, run } = await pickFastest(waysToSign(workload), workload.identities);
    return { run, note: way };
  },
};

/** What `bound: token` gives without the thread pool: whether handing over pays shows beside it. */
export const boundTokenInline = { name: 'bound: token, inline', concurrentVerifier: verifier };

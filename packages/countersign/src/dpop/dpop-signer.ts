/** Making of DPoP proofs (RFC 9449 section 4.2). */
import { randomUUID } from 'node:crypto';
import { encodeBase64url } from '../core/base64url.js';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { aFunction } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import { utf8BytesOf } from '../jws/scratch.js';
import { signCompact } from '../jws/signature.js';
import type { PrivateKey } from '../keys/key.js';
import { isKey, materialOf } from '../keys/key.js';
import { computeJwkThumbprint } from '../keys/thumbprint.js';
import { hashAccessToken } from './access-token-hash.js';
import { PROOF_TYPE } from './proof-key.js';
import { publicMembersOf } from './public-members.js';
import { normaliseTarget } from './request-target.js';

export interface DpopSignerOptions {
  /** Made by generateDpopKey, or imported. */
  readonly key: PrivateKey;
  readonly clock?: Clock | undefined;
}

export interface DpopRequest {
  /** As it is sent: `GET`. */
  readonly method: string;
  /** Absolute, as it is sent; query and fragment are left out of the proof. */
  readonly url: string;
  /** The access token that the request carries. */
  readonly accessToken?: string | undefined;
  /** What the server last said in `DPoP-Nonce`. */
  readonly nonce?: string | undefined;
}

export interface DpopSigner {
  /** RFC 7638 thumbprint of the key, SHA-256: what tokens are bound to, and `dpop_jkt` of an authorization request. */
  readonly thumbprint: string;
  /**
   * A proof for one request, good once: the value of its header field `DPoP`.
   *
   * @throws {UsageError} `invalid_options` with every problem found; the token and the nonce are not repeated.
   */
  sign(request: DpopRequest): string;
}

const rules: OptionRules<DpopSignerOptions> = {
  key: required((value) =>
    isKey(value) && value.kind === 'private'
      ? undefined
      : 'must be a private key made by generateDpopKey or importPrivateKey',
  ),
  clock: optional(aFunction),
};

const aTextOf =
  (pattern: RegExp, what: string): ValueRule =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `must be ${what}, not ${describe(value)}`;

/** RFC 9110 section 5.6.2; RFC 6750 section 2.1; RFC 9449 section 8.1. */
const requestRules: OptionRules<DpopRequest> = {
  method: required(aTextOf(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a method')),
  url: required((value) =>
    typeof value === 'string' && normaliseTarget(value) !== undefined
      ? undefined
      : 'must be an absolute http or https URL without a user name',
  ),
  accessToken: optional(aTextOf(/^[A-Za-z0-9\-._~+/]+=*$/, 'an access token')),
  nonce: optional(aTextOf(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a nonce')),
};

/**
 * A signer of DPoP proofs. The header holds `typ`, `alg` and `jwk`, the public half of the key; each proof has a `jti`
 * of its own.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createDpopSigner(options: DpopSignerOptions): DpopSigner {
  const { key, clock = systemClock } = checkOptions('createDpopSigner', options, rules);
  const material = materialOf(key);
  const jwk = publicMembersOf(key);
  const header = { typ: PROOF_TYPE, alg: material.row.headerName, jwk };
  const prefix = `${encodeBase64url(JSON.stringify(header))}.`;

  return Object.freeze({
    thumbprint: computeJwkThumbprint(jwk),
    sign(request: DpopRequest) {
      const { method, url, accessToken, nonce } = checkOptions('sign', request, requestRules);
      // JSON.stringify leaves out what is undefined.
      const claims = {
        jti: randomUUID(),
        htm: method,
        htu: normaliseTarget(url),
        iat: Math.floor(clock()),
        ath: accessToken === undefined ? undefined : hashAccessToken(accessToken),
        nonce,
      };
      return signCompact(material, prefix, utf8BytesOf(JSON.stringify(claims)));
    },
  });
}

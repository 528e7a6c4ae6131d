/** Signing of compact JWS (RFC 7515): bytes in, no claims. */
import { encodeBase64url } from '../core/base64url.js';
import { UsageError } from '../core/errors.js';
import { findJsonProblem } from '../core/find-json-problem.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import type { JsonObject } from '../core/strict-json.js';
import type { SigningKey } from '../keys/key.js';
import { isSigningKey, materialOf } from '../keys/key.js';
import { signCompact, signCompactAsync } from './signature.js';

export interface JwsSignerOptions {
  readonly key: SigningKey;
  /** Further header members, such as `typ` and `cty`. `alg` and `kid` come from the key. */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
}

export interface JwsSigner {
  /** The compact JWS of the payload (RFC 7515 section 5.1). */
  sign(payload: Uint8Array): string;
  /** The same, signed in the thread pool; an HMAC at once. */
  signAsync(payload: Uint8Array): Promise<string>;
}

/** What the key decides, and extensions that no verifier of this library takes. */
const RESERVED_MEMBERS = ['alg', 'kid', 'crit', 'b64'];

export const signingKeyRule = (value: unknown) =>
  isSigningKey(value)
    ? undefined
    : 'must be a private key or a secret made by importPrivateKey, importSecret or generateKeyPair';

const rules: OptionRules<JwsSignerOptions> = {
  key: required(signingKeyRule),
  header: optional(findHeaderProblem),
};

/**
 * A signer of compact JWS. The header holds `alg`, then `typ` if given, then `kid` where the key has an id, then
 * the other members given.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createJwsSigner(options: JwsSignerOptions): JwsSigner {
  const { key, header = {} } = checkOptions('createJwsSigner', options, rules);
  const material = materialOf(key);
  const { typ, ...others } = header;
  // JSON.stringify leaves out what is undefined.
  const members = { alg: material.row.headerName, typ, kid: key.kid, ...others };
  const prefix = `${encodeBase64url(JSON.stringify(members))}.`;

  return Object.freeze({
    sign: (payload: Uint8Array) => signCompact(material, prefix, checkPayload(payload)),
    signAsync: async (payload: Uint8Array) => signCompactAsync(material, prefix, checkPayload(payload)),
  });
}

function checkPayload(payload: Uint8Array): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  throw new UsageError('invalid_options', 'sign', [`payload must be bytes, not ${describe(payload)}`]);
}

function findHeaderProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object, not ${describe(value)}`;
  }
  const reserved = Object.keys(value).find((name) => RESERVED_MEMBERS.includes(name));
  if (reserved !== undefined) return `must not hold "${reserved}"`;
  if ('typ' in value && (typeof value.typ !== 'string' || value.typ === '')) {
    return 'must have a typ that is a non-empty string';
  }
  const problem = findJsonProblem(value as JsonObject);
  return problem === undefined ? undefined : `cannot be written as JSON: ${problem}`;
}

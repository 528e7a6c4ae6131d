/** Encoding of API tokens: what a policy allows, signed. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { UsageError } from '../../core/errors.js';
import { aFunction, aNonEmptyString, integerFrom } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, describe, optional, required } from '../../core/options.js';
import { createJwsSigner } from '../../jws/sign-jws.js';
import { serializeClaims } from '../../jwt/serialize-claims.js';
import { exportPublicJwk } from '../../keys/export-key.js';
import type { Key } from '../../keys/key.js';
import { createKey, isKey, materialOf } from '../../keys/key.js';
import { computeJwkThumbprint } from '../../keys/thumbprint.js';
import type { Policy } from './define-policy.js';
import { compiledPolicyOf, policyRule } from './define-policy.js';
import { findKnownKey } from './known-keys.js';
import type { ExtraInputs, KindOf, PolicyDefinition } from './policy-definition.js';
import type { WireProfile } from './wire-profiles.js';
import { WIRE_PROFILES } from './wire-profiles.js';
import { createExtraWriter } from './write-extras.js';

export interface ApiTokenEncoderOptions<Definition extends PolicyDefinition = PolicyDefinition> {
  readonly policy: Policy<Definition>;
  /** For the profile `api_jwt` one for RS256. In the profile `native` tokens name its id, or else its thumbprint. */
  readonly key: Key<'private'>;
  /** Default `native`. */
  readonly profile?: WireProfile | undefined;
  /** How long tokens are good, where the call does not say. Default 3600. */
  readonly lifetimeSeconds?: number | undefined;
  /** `aud`. Not in the profile `api_jwt`: the original refuses every token that has one. */
  readonly audience?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** What a token is to say besides its subject: its kind, its expiry, and the extras of the policy by their names. */
export type EncodeRequest<Definition extends PolicyDefinition, Kind extends KindOf<Definition>> = {
  readonly kind: Kind;
  /** From now on; zero and less make a token that has expired. Default: what the encoder was told. */
  readonly expiresInSeconds?: number | undefined;
} & ExtraInputs<Definition, Kind>;

export interface ApiTokenEncoder<Definition extends PolicyDefinition = PolicyDefinition> {
  /**
   * A token of the kind. In the profile `native`: `iss`, `sub`, `exp`, `iat`, `jti` (128 random bits), `aud` where
   * there is one, then the extras. In the profile `api_jwt`: `iss`, `sub`, `exp`, then the extras as text.
   *
   * @throws {UsageError} `invalid_claims` for an empty subject, an unknown kind, an extra that the policy does not
   * know, and a value that it does not allow; every problem is found, with the extra, the value and what is allowed.
   */
  encode<const Kind extends KindOf<Definition>>(
    subject: string,
    request: EncodeRequest<Definition, Kind>,
  ): string;
  /** The same, signed in the thread pool. */
  encodeAsync<const Kind extends KindOf<Definition>>(
    subject: string,
    request: EncodeRequest<Definition, Kind>,
  ): Promise<string>;
}

const TEN_YEARS = 315_360_000;
const DEFAULT_LIFETIME_SECONDS = 3600;

export const privateKeyRule: ValueRule = (value) => {
  if (!isKey(value) || value.kind !== 'private')
    return 'must be a private key made by importPrivateKey or generateKeyPair';
  const known = findKnownKey(value as Key<'private'>);
  return known === undefined ? undefined : `must not be ${known}: everybody can sign with it`;
};

const rules: OptionRules<ApiTokenEncoderOptions> = {
  policy: required(policyRule),
  key: required(privateKeyRule),
  profile: optional((value) =>
    WIRE_PROFILES.some((name) => name === value)
      ? undefined
      : `must be "native" or "api_jwt", not ${describe(value)}`,
  ),
  lifetimeSeconds: optional(integerFrom(1, TEN_YEARS, 'seconds')),
  audience: optional(aNonEmptyString),
  clock: optional(aFunction),
};
const lifetimeRule = integerFrom(-TEN_YEARS, TEN_YEARS, 'seconds');

function findProblems({ profile, key, audience }: ApiTokenEncoderOptions): string[] {
  if (profile !== 'api_jwt') return [];
  const problems: string[] = [];
  if (key.algorithm !== 'RS256')
    problems.push(`key must be for RS256 in the profile api_jwt, not ${key.algorithm}`);
  if (audience !== undefined) problems.push('audience must not be given in the profile api_jwt');
  return problems;
}

/**
 * An encoder of API tokens. The header is `{alg, typ: "JWT"}`, with `kid` in the profile `native` only (row POL-1).
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createApiTokenEncoder<Definition extends PolicyDefinition>(
  options: ApiTokenEncoderOptions<Definition>,
): ApiTokenEncoder<Definition> {
  const checked = checkOptions<ApiTokenEncoderOptions>('createApiTokenEncoder', options, rules, findProblems);
  const { policy, key, profile = 'native', lifetimeSeconds = DEFAULT_LIFETIME_SECONDS } = checked;
  const { audience, clock = systemClock } = checked;
  const { issuerByKind } = compiledPolicyOf(policy);
  const writeExtras = createExtraWriter(compiledPolicyOf(policy), profile);
  const signer = createJwsSigner({ key: renamed(key, profile), header: { typ: 'JWT' } });

  function claimsText(subject: string, request: Readonly<Record<string, unknown>>): Uint8Array {
    const { kind, expiresInSeconds = lifetimeSeconds, ...given } = checkRequest(request);
    const problems = findRequestProblems(subject, kind, expiresInSeconds, issuerByKind);
    const name = typeof kind === 'string' ? kind : '';
    const extras = writeExtras(name, given);
    problems.push(...(issuerByKind.has(name) ? extras.problems : []));
    if (problems.length > 0) throw new UsageError('invalid_claims', 'encode', problems);
    const now = clock();
    const registered = {
      iss: issuerByKind.get(name),
      sub: subject,
      exp: Math.floor(now + Number(expiresInSeconds)),
    };
    const claims = profile === 'native' ? { ...registered, ...nativeClaims(now, audience) } : registered;
    return Buffer.from(serializeClaims({ ...claims, ...extras.claims }));
  }

  return Object.freeze({
    encode: (subject: string, request: object) => signer.sign(claimsText(subject, { ...request })),
    encodeAsync: async (subject: string, request: object) =>
      signer.signAsync(claimsText(subject, { ...request })),
  }) as ApiTokenEncoder<Definition>;
}

function nativeClaims(now: number, audience: string | undefined) {
  const jti = randomBytes(16).toString('base64url');
  return { iat: Math.floor(now), jti, ...(audience === undefined ? {} : { aud: audience }) };
}

/** The same key under the id that the profile wants. */
function renamed(key: Key<'private'>, profile: WireProfile): Key<'private'> {
  const { row, keyObject } = materialOf(key);
  const kid = profile === 'native' ? (key.kid ?? computeJwkThumbprint(exportPublicJwk(key))) : undefined;
  return createKey('private', kid, row, keyObject);
}

function checkRequest(request: unknown): Readonly<Record<string, unknown>> {
  if (typeof request === 'object' && request !== null) return request as Readonly<Record<string, unknown>>;
  throw new UsageError('invalid_claims', 'encode', [
    `an object with the kind of the token is needed, not ${describe(request)}`,
  ]);
}

function findRequestProblems(
  subject: unknown,
  kind: unknown,
  expiresInSeconds: unknown,
  issuerByKind: ReadonlyMap<unknown, string>,
): string[] {
  const problems: string[] = [];
  if (typeof subject !== 'string' || subject === '') {
    problems.push(`the subject must be a non-empty string, not ${describe(subject)}`);
  }
  if (!issuerByKind.has(kind)) {
    const kinds = [...issuerByKind.keys()].map((name) => JSON.stringify(name)).join(', ');
    problems.push(`the kind ${quote(kind)} is not one of the policy, which has ${kinds}`);
  }
  const problem = lifetimeRule(expiresInSeconds);
  if (problem !== undefined) problems.push(`expiresInSeconds ${problem}`);
  return problems;
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : describe(value);
}

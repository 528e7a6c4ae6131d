/** The options of acceptors that say which keys are used, and the key sources that follow from them. */
import { UsageError } from '../../core/errors.js';
import type { OptionRules } from '../../core/options.js';
import { optional } from '../../core/options.js';
import type { AlgorithmName } from '../../keys/algorithms.js';
import type { Key } from '../../keys/key.js';
import { isKey } from '../../keys/key.js';
import type { KeySource } from '../../keys/key-source.js';
import { isKeySource } from '../../keys/key-source.js';
import { publicAlgorithmNames } from '../../keys/public-algorithms.js';
import { problemWithRemoteUrl } from '../../keys/remote-url.js';
import { createStaticKeys } from '../../keys/static-keys.js';
import type { VerifiedToken } from '../acceptor.js';
import type { KeyResolver } from '../key-resolver.js';

/** Everything but HMAC: who verifies a token must not be able to sign one. */
export type PublicAlgorithm = Exclude<AlgorithmName, `HS${string}`>;

/** Public keys, or where to find them by their ids. */
export type PublicKeys = Key<'public'> | readonly Key<'public'>[] | KeySource;

export interface KeyOptions {
  readonly keys?: PublicKeys | undefined;
  /** Where the JWK Set is, in place of `keys`: https, or http on a loopback host. */
  readonly jwksUrl?: string | undefined;
  /** The algorithms that are accepted. Default: those of `keys`; else one of each type (RS256, ES256, ES384, ES512, EdDSA). */
  readonly algorithms?: readonly PublicAlgorithm[] | undefined;
}

/** Keys of one lane, from options that passed. */
export interface LaneKeys {
  readonly algorithms: readonly AlgorithmName[];
  sourceFor(resolver: KeyResolver): KeySource;
}

/** A JWK without `alg` then serves one algorithm, unless an operator names more. */
const ONE_OF_EACH_TYPE: readonly AlgorithmName[] = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export function publicKeys(value: unknown): string | undefined {
  if (isKeySource(value)) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((key): key is Key<'public'> => isKey(key) && key.kind === 'public')) {
    return 'must be public keys made by importPublicKey or generateKeyPair, or a key source';
  }
  try {
    createStaticKeys(list);
    return undefined;
  } catch (error) {
    return error instanceof UsageError ? `cannot be used: ${error.problems.join('; ')}` : 'cannot be used';
  }
}

export function remoteUrl(value: unknown): string | undefined {
  return problemWithRemoteUrl(value);
}

export const keyRules: OptionRules<KeyOptions> = {
  keys: optional(publicKeys),
  jwksUrl: optional(remoteUrl),
  algorithms: optional(publicAlgorithmNames),
};

/** What lies between the options. */
export function findKeyProblems({ keys, jwksUrl, algorithms }: KeyOptions): string[] {
  if (keys === undefined) return [];
  if (jwksUrl !== undefined) return ['keys and jwksUrl must not both be given'];
  if (isKeySource(keys)) return findSourceProblems(keys, algorithms);
  const allowed = algorithms ?? null;
  if (allowed === null) return [];
  const others = toList(keys).filter(({ algorithm }) => !allowed.some((each) => each === algorithm));
  return others.map(({ algorithm }) => `keys holds a key for ${algorithm}, which algorithms does not name`);
}

function findSourceProblems(source: KeySource, algorithms: KeyOptions['algorithms']): string[] {
  if (algorithms !== undefined) return [];
  return source.algorithms?.some((name) => name.startsWith('HS')) === true
    ? ['algorithms must be named: the key source has keys for HMAC too']
    : [];
}

/**
 * @param remote where the keys come from when none are given
 * @param defaults the algorithms where neither the options nor the keys say any
 */
export function toLaneKeys(
  { keys, jwksUrl, algorithms }: KeyOptions,
  remote: (resolver: KeyResolver, algorithms: readonly AlgorithmName[]) => KeySource,
  defaults: readonly AlgorithmName[] = ONE_OF_EACH_TYPE,
): LaneKeys {
  if (keys !== undefined) {
    const source = isKeySource(keys) ? keys : createStaticKeys(keys);
    return { algorithms: copyOf(algorithms ?? source.algorithms ?? defaults), sourceFor: () => source };
  }
  const accepted = copyOf(algorithms ?? defaults);
  return {
    algorithms: accepted,
    sourceFor: (resolver) =>
      jwksUrl === undefined ? remote(resolver, accepted) : resolver.jwks(jwksUrl, accepted),
  };
}

/** Whether the source would give the very key again, and at once. */
export function isKeyAtHand(source: KeySource, { key, kid }: VerifiedToken): boolean {
  return source.peek({ kid, algorithm: key.algorithm }) === key;
}

/** Sources that were given may have nothing to load, and then no such function. */
export async function warmUpKeys(source: KeySource): Promise<void> {
  if ('warmUp' in source && typeof source.warmUp === 'function') await source.warmUp();
}

function toList(keys: Key<'public'> | readonly Key<'public'>[]): readonly Key<'public'>[] {
  return Array.isArray(keys) ? keys : [keys as Key<'public'>];
}

function copyOf<Item>(list: readonly Item[]): readonly Item[] {
  return Object.freeze([...list]);
}

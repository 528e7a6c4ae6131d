/** The algorithms of the ASAP protocol, and what a deployment that owns both ends may use besides (row ASAP-1). */
import type { ValueRule } from '../../core/options.js';
import type { AlgorithmName } from '../../keys/algorithms.js';
import { algorithmNames } from '../../keys/algorithms.js';

/** Everything but HMAC: a secret that both sides hold proves nothing about who of them is calling. */
export type AsapAlgorithm = Exclude<AlgorithmName, `HS${string}`>;

export const ASAP_ALGORITHMS: readonly AsapAlgorithm[] = Object.freeze([
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
]);

export const asapAlgorithmNames: ValueRule = (value) => {
  const problem = algorithmNames(value);
  if (problem !== undefined) return problem;
  const hasSecret = (value as readonly AlgorithmName[]).some((name) => name.startsWith('HS'));
  return hasSecret ? 'must not name HMAC: ASAP tokens are signed with private keys' : undefined;
};

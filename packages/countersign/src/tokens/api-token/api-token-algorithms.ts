/** The algorithms that API tokens may be signed with. */
import type { ValueRule } from '../../core/options.js';
import type { AlgorithmName } from '../../keys/algorithms.js';
import { publicAlgorithmNames } from '../../keys/public-algorithms.js';

/** Everything but HMAC: those who check API tokens hold no secret. */
export type ApiTokenAlgorithm = Exclude<AlgorithmName, `HS${string}`>;

/** What the original knows, and what a decoder accepts unless it is told otherwise (row POL-1). */
export const DEFAULT_ALGORITHMS: readonly ApiTokenAlgorithm[] = Object.freeze(['RS256']);

export const apiTokenAlgorithmNames: ValueRule = publicAlgorithmNames;

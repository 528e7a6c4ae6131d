/** The algorithms of the RFC 9068 profile: everything but HMAC, so that who verifies a token cannot sign one. */
import type { AlgorithmName } from '../../keys/algorithms.js';

export type AccessTokenAlgorithm = Exclude<AlgorithmName, `HS${string}`>;

/** `typ` of the header (RFC 9068 section 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

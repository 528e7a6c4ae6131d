/** The algorithms of DPoP proofs: never one whose key both sides know (RFC 9449 section 4.3). */
import type { AlgorithmName } from '../keys/algorithms.js';
import { algorithmNamed, headerNamesOf as headerNamesOfRow } from '../keys/algorithms.js';

export type DpopAlgorithm = Exclude<AlgorithmName, `HS${string}`>;

/** What is accepted unless the caller says otherwise: all but Ed448 (row J13). */
export const DPOP_ALGORITHMS: readonly DpopAlgorithm[] = Object.freeze([
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]);

/** As `alg` and challenges name them: Ed25519 and Ed448 share one name, and have one each (RFC 9864). */
export function headerNamesOf(algorithms: readonly DpopAlgorithm[]): readonly string[] {
  return Object.freeze([...new Set(algorithms.flatMap((name) => headerNamesOfRow(algorithmNamed(name))))]);
}

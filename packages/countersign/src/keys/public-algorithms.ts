/** The algorithms whose keys may be published. */
import type { AlgorithmName } from './algorithms.js';
import { algorithmNamed, algorithmNames } from './algorithms.js';

/** A rule for options. A secret that everybody can fetch is none: no source of published keys gives HMAC keys (K7). */
export function publicAlgorithmNames(value: unknown): string | undefined {
  const problem = algorithmNames(value);
  if (problem !== undefined) return problem;
  const isSecret = (name: AlgorithmName) => algorithmNamed(name).keyType === 'oct';
  return (value as AlgorithmName[]).some(isSecret)
    ? 'must not name HMAC: its keys are never public'
    : undefined;
}

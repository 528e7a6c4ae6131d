/** With which algorithms ID tokens are signed, and where their keys are. */
import { describe } from '../../core/options.js';

/** What an app may sign its ID tokens with. The originals know ES512 only. */
export type IdTokenAlgorithm = 'ES512' | 'ES256' | 'EdDSA';

const KNOWN: readonly unknown[] = ['ES512', 'ES256', 'EdDSA'] satisfies readonly IdTokenAlgorithm[];

/** Behind the issuer. */
export const JWKS_PATH = '/.well-known/jwks.json';

/** A rule for options. */
export function idTokenAlgorithms(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 && value.every((name) => KNOWN.includes(name))
    ? undefined
    : `must be a list of ${KNOWN.join(', ')}, not ${describe(value)}`;
}

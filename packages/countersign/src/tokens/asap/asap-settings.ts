/** What an authenticator may be told besides what its verifier is told, and the whole of it as it is in force. */
import type { OptionRules } from '../../core/options.js';
import { describe, optional } from '../../core/options.js';
import type { AsapVerifierOptions } from './asap-verifier.js';
import { asapVerifierRules } from './asap-verifier.js';

/**
 * - `required`: nobody gets through without a good token.
 * - `optional`: a request without a token is anonymous; a bad token is refused.
 * - `unsafePermissive`: a bad token counts as none. For the time in which callers are being moved to ASAP; an outage
 *   of what decides still answers 503.
 */
export type AsapMode = 'required' | 'optional' | 'unsafePermissive';

/** What a route may decide for itself. */
export interface AsapRouteOptions {
  readonly mode?: AsapMode | undefined;
  readonly issuers?: AsapVerifierOptions['issuers'] | undefined;
  readonly subjectMustMatchIssuer?: boolean | undefined;
}

/** What is in force, lists sorted and without duplicates. Frozen through and through (row ASAP-29). */
export interface AsapSettings {
  readonly mode: AsapMode;
  readonly audience: readonly string[] | null;
  readonly issuers: readonly string[] | null;
  readonly subjectMustMatchIssuer: boolean;
  readonly toleranceSeconds: number;
  readonly checksReplay: boolean;
}

export const routeRules: OptionRules<AsapRouteOptions> = {
  mode: optional((value) =>
    value === 'required' || value === 'optional' || value === 'unsafePermissive'
      ? undefined
      : `must be "required", "optional" or "unsafePermissive", not ${describe(value)}`,
  ),
  issuers: optional(asapVerifierRules.issuers.rule),
  subjectMustMatchIssuer: asapVerifierRules.subjectMustMatchIssuer,
};

/** The options must have passed their rules. */
export function settingsOf(options: AsapVerifierOptions & AsapRouteOptions): AsapSettings {
  return Object.freeze({
    mode: options.mode ?? 'required',
    audience: toSortedList(options.audience),
    issuers: toSortedList(options.issuers),
    subjectMustMatchIssuer: options.subjectMustMatchIssuer ?? true,
    toleranceSeconds: options.toleranceSeconds ?? 0,
    checksReplay: (options.replay ?? null) !== null,
  });
}

function toSortedList(values: string | readonly string[] | null): readonly string[] | null {
  if (values === null) return null;
  return Object.freeze([...new Set(typeof values === 'string' ? [values] : values)].sort());
}

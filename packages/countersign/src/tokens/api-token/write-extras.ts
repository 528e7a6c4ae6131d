/** Turns the extras of one call into claims, under a policy and in a wire profile. */
import { describe, nearest } from '../../core/options.js';
import type { CompiledExtra, CompiledPolicy } from './compiled-policy.js';
import { findPolicyViolation } from './compiled-policy.js';
import type { ExtraValue } from './extra-values.js';
import { readGivenValue } from './extra-values.js';
import type { WireProfile } from './wire-profiles.js';
import { writeValue } from './wire-profiles.js';

export interface WrittenExtras {
  readonly claims: Readonly<Record<string, ExtraValue>>;
  /** Each names the extra, the value and what is allowed. With any of them the claims are not to be used. */
  readonly problems: readonly string[];
}

export type ExtraWriter = (kind: string, given: Readonly<Record<string, unknown>>) => WrittenExtras;

/**
 * The claims are in the order of the original: the defaults of the policy, then what is given beyond them. What is
 * null or undefined keeps its default, and a default of null leaves the claim out (row POL-11).
 */
export function createExtraWriter({ extras }: CompiledPolicy, profile: WireProfile): ExtraWriter {
  const names = [...extras.keys()];
  const defaults = [...extras.values()].flatMap((extra) => {
    if (extra.defaultValue === null) return [];
    return [[extra, writeValue(profile, extra, extra.defaultValue)] as const];
  });
  return (kind, given) => {
    const problems: string[] = [];
    const claims = new Map<string, ExtraValue>();
    for (const [{ name }, written] of defaults) {
      if (written.ok) claims.set(name, written.value);
      else if (!isGiven(given, name)) problems.push(`${name} by default ${written.problem}`);
    }
    for (const [name, value] of Object.entries(given)) {
      const extra = extras.get(name);
      if (extra === undefined) problems.push(unknownExtra(name, names));
      else if (isGiven(given, name)) {
        const result = writeExtra(extra, kind, value, profile);
        if (typeof result === 'string') problems.push(result);
        else claims.set(name, result.value);
      }
    }
    return { claims: Object.fromEntries(claims), problems };
  };
}

function writeExtra(
  extra: CompiledExtra,
  kind: string,
  given: unknown,
  profile: WireProfile,
): { readonly value: ExtraValue } | string {
  const read = readGivenValue[extra.type](given);
  if (!read.ok) return `${extra.name} ${read.problem}`;
  const violation = findPolicyViolation(extra, kind, read.value);
  if (violation !== undefined) {
    return `${extra.name} must not be ${quote(violation.culprit)}: ${violation.rule}`;
  }
  const written = writeValue(profile, extra, read.value);
  return written.ok ? written : `${extra.name} ${written.problem}`;
}

function unknownExtra(name: string, names: readonly string[]): string {
  const hint = names.length === 0 ? 'the policy has none' : `did you mean "${nearest(name, names)}"?`;
  return `${JSON.stringify(name.slice(0, 40))} is no extra of the policy: ${hint}`;
}

function quote(value: ExtraValue): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : describe(value);
}

/** Own members only: an extra may have the name of something that every object inherits. */
function isGiven(given: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(given, name) && given[name] !== null && given[name] !== undefined;
}

import { UsageError } from '../core/errors.js';
import type { ValueRule } from '../core/options.js';
import { describe } from '../core/options.js';

/** For what a function is given by itself, and not among options. @throws {UsageError} `invalid_options` */
export function checkArgument(subject: string, name: string, value: unknown, rule: ValueRule): void {
  const problem = rule(value);
  if (problem !== undefined) throw new UsageError('invalid_options', subject, [`${name} ${problem}`]);
}

/** Before 1970 too: a clock may be set back. */
export const epochSeconds: ValueRule = (value) =>
  Number.isFinite(value) ? undefined : `must be epoch seconds, not ${describe(value)}`;

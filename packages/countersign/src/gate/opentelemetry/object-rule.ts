import type { ValueRule } from '../../core/options.js';
import { describe } from '../../core/options.js';

/** Tracers and meters are known by what is called of them. */
export function anObjectWith(functionName: string): ValueRule {
  return (value) =>
    typeof value === 'object' && value !== null && typeof Reflect.get(value, functionName) === 'function'
      ? undefined
      : `must be an object with the function ${functionName}, not ${describe(value)}`;
}

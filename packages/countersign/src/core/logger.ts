import type { ValueRule } from './options.js';
import { describe } from './options.js';

/**
 * Where the library writes what operators should know; nothing is written unless one is given. The event is a fixed
 * name, the fields are short and never hold a token, a secret or a key. A logger must not throw.
 */
export interface Logger {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const aLogger: ValueRule = (value) => {
  const isLogger =
    typeof value === 'object' &&
    value !== null &&
    ['info', 'warn', 'error'].every((name) => typeof Reflect.get(value, name) === 'function');
  return isLogger
    ? undefined
    : `must be an object with the functions info, warn and error, not ${describe(value)}`;
};

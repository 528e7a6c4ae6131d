/** The vocabulary of the Python original (row POL-32): what most API tokens say. */
import type { PolicyDefinition } from './policy-definition.js';

/**
 * Extras to build a policy of; any of them may be left out or replaced.
 * - `level`: how surely the subject is known; countersign's level ladder says what each level means.
 * - `factor`: what the subject signed in with, such as a password.
 * - `target`: what the scopes are about, such as the id of a customer.
 * - `dnt`: how the subject is to be tracked.
 * - `scopes`: what the token gives access to. Here any scope is allowed: say which in a policy of your own.
 */
export const STANDARD_EXTRAS = Object.freeze({
  level: Object.freeze({
    type: 'number',
    default: 0,
    allowed: Object.freeze({
      0: 'none',
      1: 'external',
      2: 'single factor',
      3: 'several factors',
      3.1: 'several factors, one a hardware key',
      3.5: 'several factors, external',
      4: 'certificate',
    }),
  }),
  factor: Object.freeze({ type: 'text', default: '' }),
  target: Object.freeze({ type: 'text', default: '' }),
  dnt: Object.freeze({
    type: 'integer',
    default: 0,
    allowed: Object.freeze({
      0: 'normal',
      1: 'reserve: do not track',
      2: 'no store: neither track nor store',
      3: 'test user: keep out of statistics',
    }),
  }),
  scopes: Object.freeze({ type: 'list', default: Object.freeze([]) }),
} as const) satisfies PolicyDefinition['extras'];

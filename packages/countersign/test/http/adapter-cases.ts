/** What every adapter must make of a request: data, each case named with the rows that it proves. */
import type { AdapterCase } from './cases/adapter-case.js';
import { BAD_TOKENS } from './cases/bad-tokens.js';
import { BODIES, CORS_CASES } from './cases/bodies-and-cors.js';
import { GOOD_TOKENS } from './cases/good-tokens.js';
import { ORIGINALS } from './cases/originals.js';
import { MODES, OUTAGES } from './cases/outages-and-modes.js';
import { PLACES } from './cases/places.js';
import { RULES } from './cases/rules.js';

export type { AdapterCase } from './cases/adapter-case.js';

export const ADAPTER_CASES: readonly AdapterCase[] = [
  ...GOOD_TOKENS,
  ...PLACES,
  ...BAD_TOKENS,
  ...RULES,
  ...OUTAGES,
  ...MODES,
  ...BODIES,
  ...CORS_CASES,
  ...ORIGINALS,
];

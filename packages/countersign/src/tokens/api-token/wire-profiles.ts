/**
 * The two ways to write extras into claims. `native`: JSON values as they are. `api_jwt`: what the Python originals
 * write, lists and numbers as text (row POL-13). Reading takes both, whatever profile a token is of.
 */
import type { CompiledExtra } from './compiled-policy.js';
import type { ExtraValue, ReadValue } from './extra-values.js';
import { readGivenValue, readInteger, readList, readNumber } from './extra-values.js';

export type WireProfile = 'native' | 'api_jwt';

export const WIRE_PROFILES: readonly WireProfile[] = Object.freeze(['native', 'api_jwt']);

/** A value as a claim, or in `problem` why this profile cannot say it so that it reads back the same. */
export type WrittenValue =
  | { readonly ok: true; readonly value: ExtraValue }
  | { readonly ok: false; readonly problem: string };

/** The value must be one of the type of the extra. */
export function writeValue(profile: WireProfile, { type }: CompiledExtra, value: ExtraValue): WrittenValue {
  if (profile === 'native' || type === 'text') return written(value);
  if (Array.isArray(value) && type === 'list') return writeList(value);
  if (type === 'number') return written(toPythonFloat(Number(value)));
  if (type === 'integer') return written(String(value));
  if (type === 'boolean') return written(value === true ? 'True' : 'False');
  // An object stays one (row POL-12); a number or a list would come back as text.
  if (typeof value === 'string' || (typeof value === 'object' && !Array.isArray(value)))
    return written(value);
  return refused('of the type json must be text or an object in the profile api_jwt: give the extra a type');
}

/** Nothing escapes a comma in the original: one item would come back as two (row POL-14). */
function writeList(items: readonly unknown[]): WrittenValue {
  return items.some((item) => String(item).includes(','))
    ? refused('must not hold an item with a comma in the profile api_jwt')
    : written(items.join(','));
}

/** As Python prints a float: whole numbers keep a fraction. */
function toPythonFloat(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The value that a claim of either profile holds. */
export function readValue({ type }: CompiledExtra, claim: unknown): ReadValue {
  if (type === 'number') return readNumber(claim);
  if (type === 'integer') return readInteger(claim);
  if (type === 'list') {
    if (typeof claim !== 'string') return readList(claim);
    return readList(claim === '' ? [] : claim.split(','));
  }
  if (type === 'boolean' && (claim === 'True' || claim === 'False')) return written(claim === 'True');
  return readGivenValue[type](claim);
}

/** What stands for an extra that a token does not say: as little as can be, whatever the policy has for a default. */
export function absentValue({ type, defaultValue }: CompiledExtra): ExtraValue | null {
  if (type === 'list') return Object.freeze([]);
  if (defaultValue === null || type === 'json') return null;
  if (type === 'boolean') return false;
  return type === 'text' ? '' : 0;
}

function written(value: ExtraValue) {
  return { ok: true, value } as const;
}

function refused(problem: string): WrittenValue {
  return { ok: false, problem };
}

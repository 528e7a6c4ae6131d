/** A policy as encoders and decoders use it: what is allowed, by extra and kind. */
import type { ExtraValue } from './extra-values.js';
import { isSameValue, readNumber } from './extra-values.js';
import type { AllowedValues, ExtraDefinition, ExtraType, PolicyDefinition } from './policy-definition.js';

export interface CompiledExtra {
  readonly name: string;
  readonly type: ExtraType;
  readonly defaultValue: ExtraValue | null;
  /** Undefined where any value of the type is allowed; an empty list where nothing but the default is. */
  allowedFor(kind: string): readonly (string | number)[] | undefined;
}

export interface CompiledPolicy {
  readonly issuerByKind: ReadonlyMap<string, string>;
  readonly kindByIssuer: ReadonlyMap<string, string>;
  /** In the order of the definition. */
  readonly extras: ReadonlyMap<string, CompiledExtra>;
}

/** The definition must have been checked. */
export function compilePolicy({ kinds, extras }: PolicyDefinition): CompiledPolicy {
  return Object.freeze({
    issuerByKind: new Map(Object.entries(kinds)),
    kindByIssuer: new Map(Object.entries(kinds).map(([kind, issuer]) => [issuer, kind])),
    extras: new Map(Object.entries(extras).map(([name, extra]) => [name, compileExtra(name, extra)])),
  });
}

function compileExtra(name: string, extra: ExtraDefinition): CompiledExtra {
  const { type } = extra;
  const all = 'allowed' in extra && extra.allowed !== undefined ? listOf(type, extra.allowed) : undefined;
  const perKind =
    'allowedPerKind' in extra && extra.allowedPerKind !== undefined
      ? new Map(Object.entries(extra.allowedPerKind).map(([kind, values]) => [kind, listOf(type, values)]))
      : undefined;
  return Object.freeze({
    name,
    type,
    defaultValue: extra.default,
    allowedFor: (kind: string) => (perKind === undefined ? all : (perKind.get(kind) ?? [])),
  });
}

/** Of an object, the names of its members are what is allowed (row POL-15). */
export function listOf(
  type: ExtraType,
  values: AllowedValues<string | number>,
): readonly (string | number)[] {
  if (Array.isArray(values)) return values;
  const names = Object.keys(values);
  const isNumeric = type === 'number' || type === 'integer';
  return isNumeric ? names.map(numberNamed) : names;
}

/** NaN for what a call could not give either, such as `0x10`. */
function numberNamed(name: string): number {
  const read = readNumber(name);
  return read.ok ? Number(read.value) : Number.NaN;
}

/** Why a value of the right type is not allowed, or undefined. Says what is; the value itself only to its own giver. */
export function findPolicyViolation(
  extra: CompiledExtra,
  kind: string,
  value: ExtraValue,
): { readonly culprit: ExtraValue; readonly rule: string } | undefined {
  const allowed = extra.allowedFor(kind);
  if (allowed === undefined || isSameValue(value, extra.defaultValue)) return undefined;
  const items: readonly ExtraValue[] = Array.isArray(value) ? value : [value];
  const culprit = items.find((item) => !allowed.some((each) => each === item));
  if (culprit === undefined) return undefined;
  const rule =
    allowed.length === 0
      ? `nothing but the default is allowed for the kind "${kind}"`
      : `allowed for the kind "${kind}" is ${allowed.map((each) => JSON.stringify(each)).join(', ')}`;
  return { culprit, rule };
}

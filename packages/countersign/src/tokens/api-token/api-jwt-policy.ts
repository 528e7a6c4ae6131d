/** The vocabulary of api_jwt (`extras` with defaults, `allowed` with values) as a policy (rows POL-7 and POL-9). */
import type { Policy } from './define-policy.js';
import { definePolicy } from './define-policy.js';
import type { ExtraDefinition, JsonValue, PolicyDefinition } from './policy-definition.js';

/**
 * Under `keys` the issuer of each key; under the name of an extra what it may be: a list, an object whose member names
 * are the values, or `{ PER_KEY: ... }` with a list for each key.
 */
export type ApiJwtAllowed = Readonly<Record<string, unknown>>;

export interface ApiJwtVocabulary {
  readonly extras: Readonly<Record<string, JsonValue>>;
  readonly allowed: ApiJwtAllowed;
}

/** What the original knows by itself. */
export const API_JWT_VOCABULARY: ApiJwtVocabulary = Object.freeze({
  extras: Object.freeze({ level: 0, factor: '', target: '', dnt: 0, scopes: Object.freeze([]) }),
  allowed: Object.freeze({
    keys: Object.freeze({ user: 'auth_user', admin: 'auth_admin' }),
    level: Object.freeze([0, 1, 2, 3, 4]),
    dnt: Object.freeze([0, 1, 2, 3]),
    scopes: Object.freeze({ PER_KEY: Object.freeze({ user: ['user:all'], admin: ['admin:all'] }) }),
  }),
});

/** @throws {UsageError} `invalid_options` as definePolicy */
export function toPolicy({ extras, allowed }: ApiJwtVocabulary): Policy {
  const kinds = allowed['keys'];
  const names = isObject(kinds) ? Object.keys(kinds) : [];
  const definition = {
    kinds,
    extras: Object.fromEntries(
      Object.entries(extras).map(([name, value]) => [
        name,
        toExtra(name, value, ownMember(allowed, name), names),
      ]),
    ),
  };
  return definePolicy(definition as PolicyDefinition);
}

/** An extra may have the name of something that every object inherits. */
function ownMember(allowed: ApiJwtAllowed, name: string): unknown {
  return Object.hasOwn(allowed, name) ? allowed[name] : undefined;
}

function toExtra(name: string, defaultValue: JsonValue, allowed: unknown, kinds: readonly string[]) {
  const perKey = isObject(allowed) && isObject(allowed['PER_KEY']) ? allowed['PER_KEY'] : undefined;
  const type = typeOf(name, defaultValue, perKey === undefined ? allowed : []);
  if (allowed === undefined) return { type, default: defaultValue };
  if (perKey === undefined) return { type, default: defaultValue, allowed };
  // A list may be left over from a key that was taken away.
  const known = Object.entries(perKey).filter(([kind]) => kinds.includes(kind));
  return { type, default: defaultValue, allowedPerKind: Object.fromEntries(known) };
}

/** As the original tells them: by the default, or where that is null by what is allowed. */
function typeOf(name: string, value: JsonValue, allowed: unknown): ExtraDefinition['type'] {
  const samples = [value, ...valuesOf(allowed)].filter((each) => each !== null);
  if (Array.isArray(value) || (value === null && Array.isArray(allowed) && allowed.length === 0))
    return 'list';
  if (samples.length === 0) return 'json';
  if (samples.every((each) => typeof each === 'number')) {
    return name !== 'level' && samples.every(Number.isInteger) ? 'integer' : 'number';
  }
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'string' || samples.every((each) => typeof each === 'string') ? 'text' : 'json';
}

function valuesOf(allowed: unknown): readonly unknown[] {
  if (Array.isArray(allowed)) return allowed;
  return isObject(allowed)
    ? Object.keys(allowed).map((name) => (Number.isNaN(Number(name)) ? name : Number(name)))
    : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

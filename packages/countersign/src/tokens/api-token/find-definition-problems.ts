/** Checks the definition of a policy, from wherever it comes: every problem is found. */
import { describe, nearest } from '../../core/options.js';
import { listOf } from './compiled-policy.js';
import { readGivenValue } from './extra-values.js';
import type { AllowedValues, ExtraType } from './policy-definition.js';

type Members = Readonly<Record<string, unknown>>;

const TYPES: readonly ExtraType[] = ['text', 'number', 'integer', 'list', 'boolean', 'json'];
const POLICED: readonly unknown[] = ['text', 'number', 'integer', 'list'];
const CLAIM_NAME = /^[A-Za-z_][\w.:/-]{0,63}$/;

/** Registered claims (RFC 7519 section 4.1), what `encode` takes besides, and the way to a prototype. */
const RESERVED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'kind', 'expiresInSeconds', '__proto__'];

/** Each names the place, as in `extras.level.default must be a finite number, not null`. */
export function findDefinitionProblems(definition: unknown): string[] {
  if (!isObject(definition)) return [`the policy must be an object, not ${describe(definition)}`];
  const { kinds, extras } = definition;
  const kindNames = isObject(kinds) ? Object.keys(kinds) : [];
  return [
    ...findUnknownMembers('', definition, ['kinds', 'extras']),
    ...findKindProblems(kinds),
    ...(isObject(extras)
      ? Object.entries(extras).flatMap(([name, extra]) => findExtraProblems(name, extra, kindNames))
      : [`extras must be an object, not ${describe(extras)}`]),
  ];
}

function findKindProblems(kinds: unknown): string[] {
  if (!isObject(kinds)) return [`kinds must be an object, not ${describe(kinds)}`];
  const issuers = Object.values(kinds);
  const problems = Object.entries(kinds).flatMap(([kind, issuer]) => {
    if (kind === '' || kind === '__proto__') return ['kinds must not hold an empty name, nor "__proto__"'];
    return isText(issuer)
      ? []
      : [`kinds.${short(kind)} must be a non-empty string, the issuer, not ${describe(issuer)}`];
  });
  if (issuers.length === 0) problems.push('kinds must name at least one kind');
  if (new Set(issuers).size < issuers.length) problems.push('kinds must give each kind an issuer of its own');
  return problems;
}

function findExtraProblems(name: string, extra: unknown, kinds: readonly string[]): string[] {
  const place = `extras.${short(name)}`;
  if (!CLAIM_NAME.test(name) || RESERVED.includes(name)) return [`${place} is no name for an extra`];
  if (!isObject(extra)) return [`${place} must be an object, not ${describe(extra)}`];
  const type = TYPES.find((each) => each === extra['type']);
  if (type === undefined)
    return [`${place}.type must be one of ${TYPES.join(', ')}, not ${describe(extra['type'])}`];
  const isPoliced = POLICED.includes(type);
  const names = ['type', 'default', ...(isPoliced ? ['allowed', 'allowedPerKind'] : [])];
  return [
    ...findUnknownMembers(`${place}.`, extra, names),
    ...findDefaultProblems(place, type, extra),
    ...(isPoliced ? findAllowedProblems(place, type, extra, kinds) : []),
  ];
}

function findDefaultProblems(place: string, type: ExtraType, extra: Members): string[] {
  const value = extra['default'];
  if (value === undefined) return [`${place}.default is required (null leaves the claim out)`];
  if (value === null) return [];
  // What is forgiven in calls is not in a policy: text stays text.
  const isLoose = typeof value === 'string' && type !== 'text' && type !== 'json';
  const read = isLoose ? undefined : readGivenValue[type](value);
  if (read?.ok === true) return [];
  return [`${place}.default ${read?.problem ?? `must be of the type ${type}, not a string`}`];
}

function findAllowedProblems(
  place: string,
  type: ExtraType,
  { allowed, allowedPerKind }: Members,
  kinds: readonly string[],
): string[] {
  const problems = allowed === undefined ? [] : findValueProblems(`${place}.allowed`, type, allowed);
  if (allowedPerKind === undefined) return problems;
  if (allowed !== undefined) problems.push(`${place} must not have both allowed and allowedPerKind`);
  if (!isObject(allowedPerKind)) {
    return [...problems, `${place}.allowedPerKind must be an object, not ${describe(allowedPerKind)}`];
  }
  for (const [kind, values] of Object.entries(allowedPerKind)) {
    const where = `${place}.allowedPerKind.${short(kind)}`;
    if (!kinds.includes(kind)) problems.push(`${where} names no kind of this policy${guess(kind, kinds)}`);
    problems.push(...findValueProblems(where, type, values));
  }
  return problems;
}

function findValueProblems(where: string, type: ExtraType, values: unknown): string[] {
  if (!Array.isArray(values) && !isObject(values)) {
    return [`${where} must be an array, or an object with a member for each value, not ${describe(values)}`];
  }
  if (!Array.isArray(values) && !Object.values(values).every((meaning) => typeof meaning === 'string')) {
    return [`${where} must say in a string what each of its members means`];
  }
  const isNumeric = type === 'number' || type === 'integer';
  const isValue = (value: unknown) =>
    (typeof value === 'number') === isNumeric && readGivenValue[type](value).ok;
  return listOf(type, values as AllowedValues<string | number>).every(isValue)
    ? []
    : [`${where} must hold values of the type ${type} only`];
}

function findUnknownMembers(place: string, object: Members, names: readonly string[]): string[] {
  return Object.keys(object)
    .filter((name) => !names.includes(name))
    .map((name) => `${place}${short(name)} is unknown${guess(name, names)}`);
}

function guess(name: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `, did you mean "${nearest(name, names)}"?`;
}

function short(name: string): string {
  return name.slice(0, 40);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

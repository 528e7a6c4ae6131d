/** The option `issuer` of acceptors that take tokens of one or several issuers, each with keys of its own. */
import { UsageError } from '../../core/errors.js';
import { aNonEmptyString } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, required } from '../../core/options.js';
import type { KeyOptions, LaneKeys } from './lane-keys.js';
import { findKeyProblems, keyRules, remoteUrl, toLaneKeys } from './lane-keys.js';

/**
 * An issuer with its keys. With neither `keys` nor `jwksUrl` they are those of its metadata (RFC 8414, OpenID Connect
 * Discovery).
 */
export interface IssuerKeys extends KeyOptions {
  /** Compared exactly with `iss`. */
  readonly issuer: string;
}

export interface IssuerOptions extends KeyOptions {
  /** One issuer, or several: then keys stand beside each, for those of one never verify tokens of another. */
  readonly issuer: string | readonly (string | IssuerKeys)[];
}

export interface IssuerLane {
  readonly issuer: string;
  readonly keys: LaneKeys;
}

const entryRules: OptionRules<IssuerKeys> = { ...keyRules, issuer: required(aNonEmptyString) };

export const issuerRules: OptionRules<IssuerOptions> = {
  ...keyRules,
  issuer: required((value) =>
    aNonEmptyString(value) === undefined || (Array.isArray(value) && value.length > 0)
      ? undefined
      : `must be a non-empty string or a non-empty array, not ${describe(value)}`,
  ),
};

/** For `checkOptions`, when each option is right by itself. */
export function findIssuerProblems(options: IssuerOptions): readonly string[] {
  const { issuer, keys, jwksUrl } = options;
  if (typeof issuer === 'string') return findEntryProblems({ ...options, issuer });
  const problems = issuer.flatMap((given, index) =>
    findGivenProblems(given, options).map((problem) => `issuer[${index}]: ${problem}`),
  );
  const names = issuer.map((given) => (typeof given === 'object' && given !== null ? given.issuer : given));
  if (new Set(names).size < names.length) problems.push('issuer names one issuer twice');
  if (keys !== undefined || jwksUrl !== undefined) {
    problems.push('keys and jwksUrl must stand beside each issuer of the list: { issuer, keys }');
  }
  return problems;
}

/** From options that passed. What is done to their lists later makes no difference. */
export function toIssuerLanes(options: IssuerOptions): readonly IssuerLane[] {
  const { issuer } = options;
  const entries =
    typeof issuer === 'string' ? [{ ...options, issuer }] : issuer.map((one) => toEntry(one, options));
  return entries.map((entry) => ({
    issuer: entry.issuer,
    keys: toLaneKeys(entry, (resolver, algorithms) => resolver.discover(entry.issuer, algorithms)),
  }));
}

function toEntry(given: string | IssuerKeys, { algorithms }: IssuerOptions): IssuerKeys {
  const entry = typeof given === 'string' ? { issuer: given } : given;
  // Keys that are given say what they are for.
  return entry.keys === undefined ? { ...entry, algorithms: entry.algorithms ?? algorithms } : entry;
}

function findGivenProblems(given: string | IssuerKeys, options: IssuerOptions): readonly string[] {
  const entry = typeof given === 'string' ? { issuer: given } : given;
  try {
    return findEntryProblems(toEntry(checkOptions('issuer', entry, entryRules), options));
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

function findEntryProblems(entry: IssuerKeys): readonly string[] {
  const problems = findKeyProblems(entry);
  if (entry.keys !== undefined || entry.jwksUrl !== undefined) return problems;
  const problem = remoteUrl(entry.issuer);
  if (problem !== undefined) {
    problems.push(`issuer ${problem} for its keys to be found: or give keys, or jwksUrl`);
  }
  return problems;
}

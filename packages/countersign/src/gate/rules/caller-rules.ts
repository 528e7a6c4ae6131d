/** The rules of a route for callers of one kind: those of the route and those of the kind, joined. */
import { integerFrom, stringOrStrings } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { describe, optional } from '../../core/options.js';
import type { LevelLadder } from '../../jwt/level-ladder.js';
import { parseScope, parseScopeList, scopeOrScopes } from '../../jwt/scope.js';
import type { Caller } from '../caller.js';
import type { GateRequest } from '../gate-request.js';
import type { CallerRules } from './route-rules.js';
import type { RuleProblem } from './rule-problem.js';

export interface JoinedRules {
  /** Undefined where any will do. */
  readonly issuers: ReadonlySet<string> | undefined;
  readonly targets: readonly NonNullable<CallerRules['target']>[];
  readonly scopes: readonly string[];
  readonly level: number | undefined;
  readonly maxAgeSeconds: number | undefined;
}

const MAX_AGE_SECONDS = 315_360_000;

const KIND_REFUSED = notAllowed('kind');
const ISSUER_REFUSED = notAllowed('issuer');
const TARGET_REFUSED = notAllowed('target');

export function callerOptionRules(ladder: LevelLadder): OptionRules<CallerRules> {
  const levels = ladder.levels.map(({ level }) => level);
  return {
    issuers: optional(stringOrStrings),
    scopes: optional(scopeOrScopes),
    level: optional((value) =>
      levels.some((level) => level === value)
        ? undefined
        : `must be a level of the ladder (${levels.join(', ')}), not ${describe(value)}`,
    ),
    maxAuthenticationAgeSeconds: optional(integerFrom(0, MAX_AGE_SECONDS, 'seconds')),
    target: optional(aTarget),
  };
}

const aTarget: ValueRule = (value) =>
  typeof value === 'function' || (typeof value === 'string' && value !== '')
    ? undefined
    : `must be a non-empty string or a function that gives one, not ${describe(value)}`;

/** All that either asks for. Both must have been checked. */
export function joinRules(route: CallerRules, kind: CallerRules): JoinedRules {
  const both = [route, kind];
  const scopes = both.flatMap(({ scopes = [] }) => parseScope(scopes) ?? parseScopeList(scopes) ?? []);
  const levels = both.flatMap(({ level }) => level ?? []);
  const ages = both.flatMap(({ maxAuthenticationAgeSeconds }) => maxAuthenticationAgeSeconds ?? []);
  const issuers = both.flatMap(({ issuers }) => (issuers === undefined ? [] : [[issuers].flat()]));
  return Object.freeze({
    issuers: issuers.length === 0 ? undefined : new Set(issuers.reduce(intersect)),
    targets: Object.freeze(both.flatMap(({ target }) => target ?? [])),
    scopes: Object.freeze([...new Set(scopes)]),
    level: levels.length === 0 ? undefined : Math.max(...levels),
    maxAgeSeconds: ages.length === 0 ? undefined : Math.min(...ages),
  });
}

function intersect(one: string[], two: string[]): string[] {
  return one.filter((item) => two.includes(item));
}

/** What a caller is told by, in the order kind, issuer, target, scopes, level and age. Throws what `target` throws. */
export function createCallerJudge(
  rulesByKind: ReadonlyMap<string, JoinedRules>,
  ladder: LevelLadder,
  toleranceSeconds: number,
): (caller: Caller, request: GateRequest, nowSeconds: number) => RuleProblem | undefined {
  const scopeProblems = new Map<JoinedRules, RuleProblem>();
  for (const rules of rulesByKind.values()) {
    scopeProblems.set(rules, Object.freeze({ reason: 'insufficient_scope', scopes: rules.scopes }));
  }
  return (caller, request, nowSeconds) => {
    const rules = rulesByKind.get(caller.kind);
    if (rules === undefined) return KIND_REFUSED;
    const { issuers, targets, scopes } = rules;
    if (issuers !== undefined && !issuers.has(caller.issuer)) return ISSUER_REFUSED;
    if (targets.length > 0 && !targets.every((target) => isTarget(caller, target, request)))
      return TARGET_REFUSED;
    if (!hasScopes(caller.scopes, scopes)) return scopeProblems.get(rules);
    return findStepUp(caller, rules, ladder, nowSeconds, toleranceSeconds);
  };
}

/** Few are needed and few were granted: a set of them takes longer to make than all comparisons. */
function hasScopes(granted: readonly string[], needed: readonly string[]): boolean {
  for (const scope of needed) if (!granted.includes(scope)) return false;
  return true;
}

function isTarget(caller: Caller, target: JoinedRules['targets'][number], request: GateRequest): boolean {
  const wanted: unknown = typeof target === 'function' ? target(request) : target;
  return (
    caller.kind === 'api-token' && typeof wanted === 'string' && wanted !== '' && caller.target === wanted
  );
}

/** An authentication that is yet to come (its clock is wrong, or it lies) is not a fresh one. */
function findStepUp(
  { level, authenticatedAt }: Caller,
  requirement: JoinedRules,
  ladder: LevelLadder,
  nowSeconds: number,
  toleranceSeconds: number,
): RuleProblem | undefined {
  if (requirement.level === undefined && requirement.maxAgeSeconds === undefined) return undefined;
  const isToCome = authenticatedAt !== undefined && authenticatedAt > nowSeconds + toleranceSeconds;
  const known = { level, authenticatedAt: isToCome ? undefined : authenticatedAt };
  const stepUp = ladder.findStepUp(known, requirement, nowSeconds);
  return stepUp && Object.freeze({ reason: 'insufficient_user_authentication', stepUp });
}

function notAllowed(rule: 'kind' | 'issuer' | 'target'): RuleProblem {
  return Object.freeze({ reason: 'caller_not_allowed', rule });
}

/** The rules of a route, checked once and made ready to judge callers. */
import { UsageError } from '../../core/errors.js';
import { aFunction, oneOf, wordInstead } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, optional } from '../../core/options.js';
import type { LevelLadder } from '../../jwt/level-ladder.js';
import type { Caller, CallerKind } from '../caller.js';
import { CALLER_KINDS } from '../caller.js';
import type { Awaitable } from '../gate-outcome.js';
import type { GateRequest } from '../gate-request.js';
import { isThenable } from '../is-thenable.js';
import type { JoinedRules } from './caller-rules.js';
import { callerOptionRules, createCallerJudge, joinRules } from './caller-rules.js';
import type { ExpectedCallers } from './expected-callers.js';
import { canBeMet, findUnmeetable } from './find-unmeetable.js';
import { NO_ROUTE } from './no-route.js';
import type { CallerRules, GateMode, RouteRules } from './route-rules.js';
import type { RuleProblem } from './rule-problem.js';

export interface CompiledRules {
  readonly mode: GateMode;
  /** Why nobody may come in, whatever the credential: to be answered before one is looked at. */
  readonly denied: RuleProblem | undefined;
  /**
   * What of the rules the caller does not meet; undefined when all hold. Never throws, never rejects; a promise only
   * where the `check` of the route gives one.
   */
  judge(caller: Caller, request: GateRequest, nowSeconds: number): Awaitable<RuleProblem | undefined>;
}

type KindRules = ReadonlyMap<CallerKind, CallerRules>;

const SUBJECT = 'guard';
const REFUSED_BY_CHECK: RuleProblem = Object.freeze({ reason: 'refused_by_check' });
const DENIED: RuleProblem = Object.freeze({ reason: 'no_route' });
const NO_RULES: CallerRules = Object.freeze({});

const aMode = oneOf('required', 'optional', 'unsafePermissive');

/**
 * @param callers those that the gate has acceptors for
 * @param toleranceSeconds by which the clock of an issuer may be ahead
 * @throws {UsageError} `invalid_options` with every problem found, each with its place.
 */
export function compileRules(
  rules: RouteRules,
  callers: readonly ExpectedCallers[],
  ladder: LevelLadder,
  toleranceSeconds = 0,
): CompiledRules {
  if (rules === NO_ROUTE) return Object.freeze({ mode: 'required', denied: DENIED, judge: () => DENIED });
  const problems: string[] = [];
  const given = typeof rules === 'object' && rules !== null ? { ...rules } : rules;
  const { mode = 'required', check, ...route } = checkRoute(given, ladder, problems);
  const kinds = [...new Set(callers.map(({ kind }) => kind))];
  const named = given?.kinds === undefined ? kinds : given.kinds;
  const kindRules = checkKinds(named, kinds, ladder, problems);
  if (problems.length > 0) throw new UsageError('invalid_options', SUBJECT, problems);

  const joined = new Map([...kindRules].map(([kind, each]) => [kind, joinRules(route, each)]));
  const together = findJoinedProblems(joined);
  if (together.length === 0) together.push(...findUnmeetableRules(route, kindRules, joined, callers));
  if (together.length > 0) throw new UsageError('invalid_options', SUBJECT, together);

  const judgeFacts = createCallerJudge(joined, ladder, toleranceSeconds);
  return Object.freeze({
    mode,
    denied: undefined,
    judge(caller: Caller, request: GateRequest, nowSeconds: number) {
      try {
        const problem = judgeFacts(caller, request, nowSeconds);
        return problem === undefined && check !== undefined ? judgeByCheck(check(caller, request)) : problem;
      } catch (error) {
        return unexpected(error);
      }
    },
  });
}

/** Nothing but true lets anybody in. */
function judgeByCheck(verdict: Awaitable<unknown>): Awaitable<RuleProblem | undefined> {
  if (verdict === true) return undefined;
  if (!isThenable(verdict)) return REFUSED_BY_CHECK;
  return Promise.resolve(verdict).then(
    (settled) => (settled === true ? undefined : REFUSED_BY_CHECK),
    unexpected,
  );
}

function unexpected(error: unknown): RuleProblem {
  return Object.freeze({ reason: 'unexpected_error', error });
}

function checkRoute(rules: RouteRules, ladder: LevelLadder, problems: string[]): Readonly<RouteRules> {
  const optionRules: OptionRules<RouteRules> = {
    ...callerOptionRules(ladder),
    mode: optional(aMode),
    kinds: optional(() => undefined),
    check: optional(aFunction),
  };
  return collect('', rules, optionRules, problems);
}

/** By kind the rules that hold for it, from any of the forms in which kinds are given. */
function checkKinds(
  given: NonNullable<RouteRules['kinds']>,
  kinds: readonly CallerKind[],
  ladder: LevelLadder,
  problems: string[],
): KindRules {
  const list: readonly unknown[] = isRulesByKind(given) ? Object.keys(given) : [given].flat();
  if (list.length === 0) problems.push(`kinds must name one at least, not be ${describe(given)}`);
  problems.push(...list.flatMap((kind) => findKindProblem(kind, kinds) ?? []));
  const known = CALLER_KINDS.filter((kind) => list.includes(kind));
  if (!isRulesByKind(given)) return new Map(known.map((kind) => [kind, NO_RULES]));
  const optionRules = callerOptionRules(ladder);
  return new Map(
    known.map((kind) => {
      const place = `kinds.${kind}`;
      const rules = collect(`${place}.`, given[kind] as CallerRules, optionRules, problems);
      if (kind !== 'api-token' && rules.target !== undefined)
        problems.push(`${place}.target must be left out: only API tokens have a target`);
      return [kind, rules];
    }),
  );
}

function isRulesByKind(
  given: NonNullable<RouteRules['kinds']>,
): given is { readonly [Kind in CallerKind]?: CallerRules } {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function findKindProblem(kind: unknown, kinds: readonly CallerKind[]): string | undefined {
  if (kinds.some((each) => each === kind)) return undefined;
  if (CALLER_KINDS.some((each) => each === kind))
    return `kinds: the gate accepts no callers of kind "${kind}"`;
  return `kinds must be among ${CALLER_KINDS.join(', ')}, ${wordInstead(kind, CALLER_KINDS)}`;
}

function collect<Options extends object>(
  place: string,
  given: Options,
  rules: OptionRules<Options>,
  problems: string[],
): Readonly<Options> {
  try {
    return checkOptions(SUBJECT, given, rules);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems.map((problem) => `${place}${problem}`));
    return Object.freeze({}) as Options;
  }
}

/** A rule that nobody could ever meet is a mistake. */
function findJoinedProblems(joined: ReadonlyMap<CallerKind, JoinedRules>): string[] {
  const kinds = [...joined].filter(([, { issuers }]) => issuers?.size === 0).map(([kind]) => kind);
  const problems = kinds.map((kind) => `kinds.${kind}.issuers must name an issuer that issuers names too`);
  const needTarget = [...joined.values()].some(({ targets }) => targets.length > 0);
  if (needTarget && !joined.has('api-token')) {
    problems.push('target must be left out where no API tokens come in: only they have one');
  }
  return problems;
}

/** Of those that let in several kinds, a rule of the route is one only if none of these can meet it. */
function findUnmeetableRules(
  route: CallerRules,
  kindRules: KindRules,
  joined: ReadonlyMap<CallerKind, JoinedRules>,
  callers: readonly ExpectedCallers[],
): readonly string[] {
  const letIn = callers.filter(({ kind }) => kindRules.has(kind));
  const problems = [...findUnmeetable(route, letIn, ', or other callers let in')];
  for (const [kind, rules] of kindRules) {
    const ofKind = letIn.filter((each) => each.kind === kind);
    problems.push(...findUnmeetable(rules, ofKind).map((problem) => `kinds.${kind}.${problem}`));
  }
  if (problems.length === 0 && !canBeMet(joined, letIn))
    problems.push(
      'each rule can be met, but by no caller of this gate all of them: give kinds rules of their own',
    );
  return problems;
}

import { describe, expect, it } from 'vitest';
import type { CallerKind } from '../../src/gate/caller.js';
import { CALLER_KINDS } from '../../src/gate/caller.js';
import { compileRules } from '../../src/gate/rules/compile-rules.js';
import type { ExpectedCallers } from '../../src/gate/rules/expected-callers.js';
import { NO_ROUTE } from '../../src/gate/rules/no-route.js';
import type { RouteRules } from '../../src/gate/rules/route-rules.js';
import type { RuleProblem } from '../../src/gate/rules/rule-problem.js';
import { createLevelLadder } from '../../src/jwt/level-ladder.js';
import { usageProblem } from '../support/usage.js';
import { apiToken, application, person, service } from './support/callers.js';
import { requestWith } from './support/gate-requests.js';

const NOW = 10_000;
const LADDER = createLevelLadder();
const REQUEST = requestWith({ url: '/orders/7' });
const ANYBODY = [person(), application(), service(), apiToken()];

/** Callers of whom nothing is known but their kind: they may be anybody, and have anything. */
const anybodyOf = (kinds: readonly CallerKind[]): readonly ExpectedCallers[] =>
  kinds.map((kind) => ({ kind, unsaid: [], issuers: [], mayBeOf: () => true }));

const compile = (rules: RouteRules, kinds: readonly CallerKind[] = CALLER_KINDS, toleranceSeconds = 0) =>
  compileRules(rules, anybodyOf(kinds), LADDER, toleranceSeconds);

type Judged = Parameters<ReturnType<typeof compile>['judge']>[0];

/** What is told at once: a promise fails the test. */
function judge(rules: RouteRules, caller: Judged): RuleProblem | undefined {
  const problem = compile(rules).judge(caller, REQUEST, NOW);
  expect(problem).not.toBeInstanceOf(Promise);
  return problem as RuleProblem | undefined;
}

/** The reason in one word, or `passes`. */
function verdict(rules: RouteRules, caller: Judged): string {
  const problem = judge(rules, caller);
  return problem?.reason === 'caller_not_allowed' ? problem.rule : (problem?.reason ?? 'passes');
}

describe('rules of a route', () => {
  it('without any let in every caller of the gate', () => {
    for (const caller of ANYBODY) expect(verdict({}, caller)).toBe('passes');
    expect(compile({}).mode).toBe('required');
    expect(compile({ mode: 'optional' }).mode).toBe('optional');
  });

  it('let in no kind that the gate does not accept', () => {
    const { judge: judgeIt } = compile({}, ['service']);
    expect(judgeIt(person(), REQUEST, NOW)).toEqual({ reason: 'caller_not_allowed', rule: 'kind' });
    expect(judgeIt(service(), REQUEST, NOW)).toBeUndefined();
  });

  it.each(['person', ['person'], ['person', 'person'], { person: {} }] satisfies RouteRules['kinds'][])(
    'name kinds: %j',
    (kinds) => {
      expect(ANYBODY.map((caller) => verdict({ kinds }, caller))).toEqual(['passes', 'kind', 'kind', 'kind']);
    },
  );

  it('name issuers, exactly', () => {
    const caller = service({ issuer: 'billing' });
    expect(verdict({ issuers: 'billing' }, caller)).toBe('passes');
    expect(verdict({ issuers: ['orders', 'billing'] }, caller)).toBe('passes');
    for (const issuers of ['Billing', 'billing/', 'bill', 'billing2', 'toString']) {
      expect(verdict({ issuers }, caller)).toBe('issuer');
    }
  });

  it('C15: name scopes, all of which are needed, exactly', () => {
    const caller = application({ scopes: ['read', 'readwrite'] });
    for (const scopes of ['read', 'read readwrite', ['readwrite', 'read']]) {
      expect(verdict({ scopes }, caller)).toBe('passes');
    }
    expect(judge({ scopes: 'read write' }, caller)).toEqual({
      reason: 'insufficient_scope',
      scopes: ['read', 'write'],
    });
    expect(verdict({ scopes: 'Read' }, caller)).toBe('insufficient_scope');
    expect(verdict({ scopes: '*' }, caller)).toBe('insufficient_scope');
    expect(verdict({ scopes: 'write' }, application({ scopes: ['*'] }))).toBe('insufficient_scope');
  });

  it('name a target, which only API tokens have', () => {
    expect(verdict({ target: 'a' }, apiToken({ target: 'a' }))).toBe('passes');
    expect(verdict({ target: 'a' }, apiToken({ target: 'b' }))).toBe('target');
    expect(verdict({ target: 'a' }, apiToken())).toBe('target');
    expect(verdict({ target: 'a' }, { ...person(), target: 'a' } as never)).toBe('target');
  });

  it('take a target from the request', () => {
    const target = ({ url }: { url: string }) => url.split('/')[2] ?? '';
    expect(verdict({ target }, apiToken({ target: '7' }))).toBe('passes');
    expect(verdict({ target }, apiToken({ target: '8' }))).toBe('target');
  });

  it.each(['', undefined, null, 1, []])('let nobody in for a target that comes out as %j', (wanted) => {
    const caller = apiToken({ target: wanted as never });
    expect(verdict({ target: () => wanted as never }, caller)).toBe('target');
  });

  it('by kind hold on top of those of the route', () => {
    const rules: RouteRules = {
      scopes: 'read',
      issuers: ['a', 'b'],
      level: 2,
      maxAuthenticationAgeSeconds: 100,
      kinds: {
        application: { scopes: 'write read', issuers: 'b', level: 3, maxAuthenticationAgeSeconds: 50 },
        person: {},
      },
    };
    const facts = { issuer: 'b', scopes: ['read', 'write'], level: 3, authenticatedAt: NOW - 50 };
    expect(verdict(rules, application(facts))).toBe('passes');
    expect(verdict(rules, application({ ...facts, issuer: 'a' }))).toBe('issuer');
    expect(judge(rules, application({ ...facts, scopes: ['read'] }))).toEqual({
      reason: 'insufficient_scope',
      scopes: ['read', 'write'],
    });
    expect(verdict(rules, application({ ...facts, level: 2 }))).toBe('insufficient_user_authentication');
    expect(verdict(rules, application({ ...facts, authenticatedAt: NOW - 51 }))).toBe(
      'insufficient_user_authentication',
    );
    expect(verdict(rules, person({ ...facts, issuer: 'a', scopes: ['read'], level: 2 }))).toBe('passes');
    expect(verdict(rules, person({ ...facts, scopes: ['write'] }))).toBe('insufficient_scope');
    expect(verdict(rules, service(facts))).toBe('kind');
  });

  it('are judged in the order kind, issuer, target, scopes, level, check', () => {
    const rules: RouteRules = {
      kinds: 'api-token',
      issuers: 'a',
      target: 't',
      scopes: 's',
      level: 3,
      check: () => false,
    };
    const facts = { issuer: 'a', target: 't', scopes: ['s'], level: 3 };
    expect(verdict(rules, service())).toBe('kind');
    expect(verdict(rules, apiToken())).toBe('issuer');
    expect(verdict(rules, apiToken({ issuer: 'a' }))).toBe('target');
    expect(verdict(rules, apiToken({ issuer: 'a', target: 't' }))).toBe('insufficient_scope');
    expect(verdict(rules, apiToken({ ...facts, level: 2 }))).toBe('insufficient_user_authentication');
    expect(verdict(rules, apiToken(facts))).toBe('refused_by_check');
  });

  it('are those of the moment they were given', () => {
    const issuers = ['billing'];
    const rules: { issuers: string[]; scopes?: string } = { issuers };
    const compiled = compile(rules);
    issuers.push('orders');
    rules.scopes = 'read';
    expect(compiled.judge(service(), REQUEST, NOW)).toBeUndefined();
    expect(compiled.judge(service({ issuer: 'orders' }), REQUEST, NOW)).toBeDefined();
  });
});

describe('level and age of an authentication', () => {
  const STEP_UP = 'insufficient_user_authentication';

  it.each([
    [3, 'passes'],
    [3.1, 'passes'],
    [4, 'passes'],
    [2, STEP_UP],
    [2.999, STEP_UP],
    [undefined, STEP_UP],
    [Number.NaN, STEP_UP],
    [Number.POSITIVE_INFINITY, STEP_UP],
    ['4' as never, STEP_UP],
  ])('level %s, where 3 is needed: %s', (level, expected) => {
    expect(verdict({ level: 3 }, person({ level }))).toBe(expected);
  });

  it('a level that is not known is below the lowest', () => {
    expect(verdict({ level: 0 }, person({ level: 0 }))).toBe('passes');
    expect(verdict({ level: 0 }, person())).toBe(STEP_UP);
  });

  it.each([
    [NOW, 'passes'],
    [NOW - 300, 'passes'],
    [NOW - 300.001, STEP_UP],
    [NOW + 30, 'passes'],
    [NOW + 30.001, STEP_UP],
    [undefined, STEP_UP],
    [Number.NaN, STEP_UP],
    [Number.NEGATIVE_INFINITY, STEP_UP],
    [Number.POSITIVE_INFINITY, STEP_UP],
  ])('authenticated at %s, at most 300 seconds ago with 30 of tolerance: %s', (authenticatedAt, expected) => {
    const { judge: judgeIt } = compile({ maxAuthenticationAgeSeconds: 300 }, CALLER_KINDS, 30);
    const problem = judgeIt(person({ authenticatedAt }), REQUEST, NOW) as RuleProblem | undefined;
    expect(problem?.reason ?? 'passes').toBe(expected);
  });

  it('K11: nothing is fresh when the clock is no number', () => {
    const { judge: judgeIt } = compile({ maxAuthenticationAgeSeconds: 300 });
    expect(judgeIt(person({ authenticatedAt: NOW }), REQUEST, Number.NaN)).toMatchObject({ reason: STEP_UP });
  });

  it('what is needed is told', () => {
    expect(judge({ level: 3.5, maxAuthenticationAgeSeconds: 0 }, person())).toMatchObject({
      reason: STEP_UP,
      stepUp: { acrValues: ['3.5', '4'], maxAgeSeconds: 0 },
    });
  });
});

describe('the check of a route', () => {
  it('is given caller and request, last', () => {
    const caller = person();
    const seen: unknown[] = [];
    const check = (...given: unknown[]) => seen.push(...given) === 2;
    expect(verdict({ check }, caller)).toBe('passes');
    expect(seen).toEqual([caller, REQUEST]);
  });

  it.each([false, undefined, null, 0, 1, 'true', {}, []])('refuses with anything but true: %j', (result) => {
    expect(verdict({ check: () => result as never }, person())).toBe('refused_by_check');
  });

  it.each([
    [true, undefined],
    [false, 'refused_by_check'],
    ['true', 'refused_by_check'],
  ])('is waited for where it gives a promise: of %j', async (result, reason) => {
    const problem = compile({ check: async () => result as boolean }).judge(person(), REQUEST, NOW);
    expect(problem).toBeInstanceOf(Promise);
    expect((await problem)?.reason).toBe(reason);
  });

  it('C18: is an error of the service where it throws or rejects', async () => {
    const error = new Error('x');
    const thrown = () => {
      throw error;
    };
    expect(judge({ check: thrown }, person())).toEqual({ reason: 'unexpected_error', error });
    expect(judge({ target: thrown }, apiToken())).toEqual({ reason: 'unexpected_error', error });
    const rejected = compile({ check: () => Promise.reject(error) }).judge(person(), REQUEST, NOW);
    await expect(rejected).resolves.toEqual({ reason: 'unexpected_error', error });
  });
});

describe('the rules of no route', () => {
  it('C16: let nobody in, and say so before anything is looked at', () => {
    const compiled = compile(NO_ROUTE);
    expect(compiled).toMatchObject({ mode: 'required', denied: { reason: 'no_route' } });
    for (const caller of ANYBODY)
      expect(compiled.judge(caller, REQUEST, NOW)).toEqual({ reason: 'no_route' });
    expect(compile({}).denied).toBeUndefined();
  });
});

describe('rules that are refused', () => {
  it.each([
    [{ scope: 'a' }, 'unknown option "scope", did you mean "scopes"?'],
    [{ mode: 'permissive' }, 'mode must be one of required, optional, unsafePermissive, not another text'],
    [{ kinds: [] }, 'kinds must name one at least, not be an empty array'],
    [{ kinds: {} }, 'kinds must name one at least, not be an object'],
    [{ kinds: 'robot' }, 'kinds must be among person, application, service, api-token, not another text'],
    [
      { kinds: 'app' },
      'kinds must be among person, application, service, api-token, did you mean "application"?',
    ],
    [{ kinds: { toString: {} } }, 'kinds must be among'],
    [{ kinds: null }, 'kinds must be among person, application, service, api-token, not null'],
    [{ kinds: { person: null } }, 'kinds.person.options must be an object, not null'],
    [{ kinds: { person: undefined } }, 'kinds.person.options must be an object, not undefined'],
    [{ kinds: { person: { scop: 'a' } } }, 'kinds.person.unknown option "scop"'],
    [{ kinds: { person: { check: () => true } } }, 'kinds.person.unknown option "check"'],
    [{ kinds: { person: { level: 9 } } }, 'kinds.person.level must be a level of the ladder'],
    [{ kinds: { person: { target: 'a' } } }, 'kinds.person.target must be left out'],
    [{ kinds: 'person', target: 'a' }, 'target must be left out where no API tokens come in'],
    [{ issuers: [] }, 'issuers must be a non-empty string'],
    [{ issuers: 'a', kinds: { person: { issuers: 'b' } } }, 'kinds.person.issuers must name an issuer that'],
    [{ scopes: '' }, 'scopes must be scopes with one space between two'],
    [{ scopes: 'a  b' }, 'scopes must be'],
    [{ scopes: [] }, 'scopes must be'],
    [{ level: 2.5 }, 'level must be a level of the ladder (0, 1, 2, 3, 3.1, 3.5, 4), not 2.5'],
    [{ level: Number.NaN }, 'not NaN'],
    [{ level: '3' }, 'level must be'],
    [{ maxAuthenticationAgeSeconds: Number.NaN }, 'maxAuthenticationAgeSeconds must be a whole number'],
    [{ maxAuthenticationAgeSeconds: -1 }, 'not -1'],
    [{ maxAuthenticationAgeSeconds: 0.5 }, 'not 0.5'],
    [{ maxAuthenticationAgeSeconds: Number.POSITIVE_INFINITY }, 'not Infinity'],
    [{ target: '' }, 'target must be a non-empty string or a function'],
    [{ check: true }, 'check must be a function'],
    [null, 'options must be an object, not null'],
  ])('C8, C10: %j', (rules, problem) => {
    expect(usageProblem(() => compile(rules as never))).toContain(problem);
  });

  it('name a kind that the gate has no acceptor for', () => {
    expect(usageProblem(() => compile({ kinds: ['service', 'person'] }, ['service']))).toBe(
      'invalid_options: kinds: the gate accepts no callers of kind "person"',
    );
    expect(usageProblem(() => compile({ kinds: { person: {} } }, ['service']))).toContain('"person"');
  });

  it('are told with every problem', () => {
    const rules = { level: 9, scopes: '', kinds: { person: { level: 9 }, robot: {} }, mode: 1 };
    const problems = usageProblem(() => compile(rules as never)).split('; ');
    expect(problems).toHaveLength(5);
  });

  it('C8: are not those at the ends of the ranges', () => {
    expect(usageProblem(() => compile({ maxAuthenticationAgeSeconds: 0, level: 0 }))).toBe('accepted');
  });
});

/** Rules that no caller of the gate could ever meet: each is a mistake of whoever wrote the route. */
import { isNear, nearest } from '../../core/options.js';
import type { CallerFact, CallerKind } from '../caller.js';
import type { JoinedRules } from './caller-rules.js';
import type { ExpectedCallers } from './expected-callers.js';
import type { CallerRules } from './route-rules.js';

const IN_WORDS: Readonly<Record<CallerKind, string>> = {
  person: 'people',
  application: 'applications',
  service: 'services',
  'api-token': 'API tokens',
};

/** By the rule that asks for it, what a caller must have for it, and what to say of callers without. */
const NEEDED: Readonly<Record<Exclude<keyof CallerRules, 'issuers'>, readonly [CallerFact, string]>> = {
  target: ['target', 'have no target'],
  scopes: ['scopes', 'have no scopes'],
  level: ['level', 'have no level'],
  maxAuthenticationAgeSeconds: ['authenticatedAt', 'do not say when they authenticated'],
};

/**
 * @param rules those that hold for all these callers; they must have passed their own checks
 * @param otherwise what else could be done than to leave a rule out
 * @returns the rules that none of the callers can meet, each by itself, with the reason
 */
export function findUnmeetable(
  rules: CallerRules,
  callers: readonly ExpectedCallers[],
  otherwise = '',
): readonly string[] {
  const who = [...new Set(callers.map(({ kind }) => IN_WORDS[kind]))].join(' and ');
  const problems = issuersToName(rules, callers, who);
  for (const [name, [fact, lack]] of Object.entries(NEEDED)) {
    if (rules[name as keyof CallerRules] === undefined) continue;
    if (callers.every(({ unsaid }) => unsaid.includes(fact)))
      problems.push(`${name} must be left out${otherwise}: ${who} of this gate ${lack}`);
  }
  return problems;
}

function issuersToName({ issuers }: CallerRules, callers: readonly ExpectedCallers[], who: string): string[] {
  const names = [issuers ?? []].flat();
  if (names.length === 0 || names.some((name) => callers.some((each) => each.mayBeOf(name)))) return [];
  const known = callers.flatMap((each) => each.issuers);
  const meant = names.map((name) => nearest(name, known)).find((each, at) => isNear(names[at] ?? '', each));
  const told = names.map((name) => JSON.stringify(name.slice(0, 200))).join(' or ');
  const problem = `issuers must name one whose tokens the gate takes: no acceptor of ${who} takes those of ${told}`;
  return [meant === undefined ? problem : `${problem}, did you mean ${JSON.stringify(meant)}?`];
}

/** Whether there are callers of whom nothing known says that they break any of the rules for their kind. */
export function canBeMet(
  rulesByKind: ReadonlyMap<CallerKind, JoinedRules>,
  callers: readonly ExpectedCallers[],
): boolean {
  return callers.some((each) => {
    const rules = rulesByKind.get(each.kind);
    return rules !== undefined && hasAll(each, rules);
  });
}

function hasAll({ unsaid, mayBeOf }: ExpectedCallers, rules: JoinedRules): boolean {
  const needed: Readonly<Record<CallerFact, boolean>> = {
    target: rules.targets.length > 0,
    scopes: rules.scopes.length > 0,
    level: rules.level !== undefined,
    authenticatedAt: rules.maxAgeSeconds !== undefined,
  };
  return (
    (rules.issuers === undefined || [...rules.issuers].some(mayBeOf)) && !unsaid.some((fact) => needed[fact])
  );
}

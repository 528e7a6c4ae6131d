/** Which rules hold for which request, for doors without a router: node:http, Lambda, WebSocket (row C16). */
import { UsageError } from '../../core/errors.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, describe, required } from '../../core/options.js';
import { readPathSegments } from './request-path.js';
import type { RoutePattern } from './route-pattern.js';
import {
  comparePatterns,
  findPatternProblem,
  isNarrower,
  matchesPattern,
  overlap,
  parsePattern,
} from './route-pattern.js';
import type { RouteRules } from './route-rules.js';

/** What holds for requests to one path: the rules of a guard, and for which requests. */
export interface TableRoute extends RouteRules {
  /** In capitals, compared exactly. `GET` stands for `HEAD` too, which is not named. */
  readonly methods: string | readonly string[];
  /**
   * Decoded, compared exactly: case counts, and so does a slash at the end. A segment `:name` stands for any one
   * segment, a last segment `*rest` for one or more.
   */
  readonly path: string;
}

export interface RouteTable {
  /** Frozen copies, in the order given. */
  readonly routes: readonly TableRoute[];
  /**
   * The entry for a request, the narrowest where several match; undefined where none does, and such a request must be
   * denied. Of the request nothing counts but its method and its target: no `X-HTTP-Method-Override`, no query.
   *
   * @param url the request target as it came: path and query, or an absolute URL
   */
  find(method: string, url: string): TableRoute | undefined;
}

interface Entry {
  readonly route: TableRoute;
  readonly methods: readonly string[];
  readonly pattern: RoutePattern;
}

type Place = Pick<TableRoute, 'methods' | 'path'>;

const SUBJECT = 'createRouteTable';

const placeRules: OptionRules<Place> = {
  methods: required((value) => {
    const methods: readonly unknown[] = [value].flat();
    if (methods.length === 0 || !methods.every(isMethod))
      return `must be methods in capitals, not ${describe(value)}`;
    return methods.includes('HEAD') ? 'must not name HEAD: GET stands for it' : undefined;
  }),
  path: required((value) => findPatternProblem(value)),
};

/**
 * A table of routes. A path is read in one way only, and what could be read in two is no route: see
 * {@link readPathSegments}. What follows the gate must read the path as the table does; where it is laxer (case, a slash
 * at the end), it only never sees the requests that the table denies.
 *
 * @throws {UsageError} `invalid_options` with every problem found: a method or a path in a form that could never match,
 * and two entries that match one request of which neither is narrower than the other. The rules themselves are checked
 * by the gate.
 */
export function createRouteTable(routes: readonly TableRoute[]): RouteTable {
  if (!Array.isArray(routes) || routes.length === 0) {
    throw new UsageError('invalid_options', SUBJECT, [
      `routes must be a non-empty array, not ${describe(routes)}`,
    ]);
  }
  const problems: string[] = [];
  const entries = routes.flatMap((route: TableRoute, index) => readEntry(route, index, problems));
  if (problems.length === 0) problems.push(...findClashes(entries));
  if (problems.length > 0) throw new UsageError('invalid_options', SUBJECT, problems);

  const byMethod = groupByMethod(entries);
  return Object.freeze({
    routes: Object.freeze(entries.map(({ route }) => route)),
    find(method: string, url: string) {
      const candidates = byMethod.get(method === 'HEAD' ? 'GET' : method);
      const segments = candidates && readPathSegments(url);
      return segments && candidates.find(({ pattern }) => matchesPattern(pattern, segments))?.route;
    },
  });
}

function isMethod(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z][A-Z-]{0,31}$/.test(value);
}

function readEntry(given: TableRoute, index: number, problems: string[]): readonly Entry[] {
  const place = `routes[${index}]`;
  if (typeof given !== 'object' || given === null) {
    problems.push(`${place} must be an object, not ${describe(given)}`);
    return [];
  }
  const { methods, path, ...rules } = given;
  try {
    const checked = checkOptions<Place>(SUBJECT, { methods, path }, placeRules);
    const names = Object.freeze([...new Set([checked.methods].flat())]);
    const route = Object.freeze({ ...rules, methods: names, path });
    return [{ route, methods: names, pattern: parsePattern(path) }];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems.map((problem) => `${place}.${problem}`));
    return [];
  }
}

/** Sorted so that the first match is the narrowest: those that match one path are nested. */
function groupByMethod(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const sorted = [...entries].sort((one, two) => comparePatterns(one.pattern, two.pattern));
  const methods = new Set(entries.flatMap((entry) => entry.methods));
  return new Map(
    [...methods].map((method) => [method, sorted.filter((entry) => entry.methods.includes(method))]),
  );
}

function findClashes(entries: readonly Entry[]): string[] {
  return entries.flatMap((one, index) =>
    entries.slice(index + 1).flatMap((two) => {
      const method = one.methods.find((each) => two.methods.includes(each));
      if (method === undefined || !overlap(one.pattern, two.pattern)) return [];
      if (isNarrower(one.pattern, two.pattern) || isNarrower(two.pattern, one.pattern)) return [];
      return [`${method} ${one.route.path} and ${method} ${two.route.path} match the same requests`];
    }),
  );
}

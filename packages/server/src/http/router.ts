import { UsageError } from 'countersign';
import type { PathParameters, Route } from './exchange.js';

export type RouteMatch =
  | { readonly outcome: 'found'; readonly route: Route; readonly parameters: PathParameters }
  /** The path is known, the method is not one of `methods`. */
  | { readonly outcome: 'other_method'; readonly kind: Route['kind']; readonly methods: readonly string[] }
  | { readonly outcome: 'not_found' };

export interface Router {
  /** @param path still encoded, without the query. Takes time in proportion to its length, whatever it holds (S21). */
  match(method: string, path: string): RouteMatch;
}

/** A place in the tree of segments. */
interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  /** Takes all segments from here to the end of the path. */
  rest: Node | undefined;
  readonly routes: Map<string, { route: Route; names: readonly string[] }>;
}

const NOT_FOUND: RouteMatch = Object.freeze({ outcome: 'not_found' });

/**
 * A tree of path segments, built once. A literal segment goes before a parameter and is not reconsidered; it is
 * compared as it was sent, so that only parameters are ever decoded, each once. Paths match exactly: a trailing
 * slash or an empty segment is another path, which does not exist. `*name`, at the end of a pattern and where no `:name`
 * stands, takes all segments that follow, with their slashes; one that hides an encoded slash is refused.
 * @throws UsageError listing every pattern that is malformed or given twice
 */
export function createRouter(routes: readonly Route[]): Router {
  const root = createNode();
  const problems = routes.flatMap((route) => addRoute(root, route));
  if (problems.length > 0) throw new UsageError('invalid_options', 'createRouter', problems);
  return Object.freeze({ match: (method: string, path: string) => matchRoute(root, method, path) });
}

/** The value that `:name` or `*name` of the route's pattern took. */
export function pathParameter(parameters: PathParameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) throw new TypeError(`the pattern of this route has no parameter ${name}`);
  return value;
}

function createNode(): Node {
  return { literals: new Map(), parameter: undefined, rest: undefined, routes: new Map() };
}

function addRoute(root: Node, route: Route): string[] {
  const { method, pattern } = route;
  if (!pattern.startsWith('/')) return [`pattern ${pattern} must start with /`];
  const names: string[] = [];
  const segments = pattern === '/' ? [] : pattern.slice(1).split('/');
  let node = root;
  for (const [index, segment] of segments.entries()) {
    if (segment === '') return [`pattern ${pattern} has an empty segment`];
    if (segment.startsWith('*') && index < segments.length - 1)
      return [`pattern ${pattern} goes on after ${segment}`];
    if (/^[:*]/.test(segment)) names.push(segment.slice(1));
    node = childFor(node, segment);
  }
  if (node.routes.has(method)) return [`${method} ${pattern} is given twice`];
  node.routes.set(method, { route, names });
  return [];
}

function childFor(node: Node, segment: string): Node {
  if (segment.startsWith(':')) {
    node.parameter ??= createNode();
    return node.parameter;
  }
  if (segment.startsWith('*')) {
    node.rest ??= createNode();
    return node.rest;
  }
  const child = node.literals.get(segment) ?? createNode();
  node.literals.set(segment, child);
  return child;
}

function matchRoute(root: Node, method: string, path: string): RouteMatch {
  if (path === '/') return pickMethod(root, method, []);
  const values: string[] = [];
  let node = root;
  // Leaves at the first segment that fits nothing: never more steps than the longest pattern has segments.
  let start = 1;
  do {
    const slash = path.indexOf('/', start);
    const segment = slash < 0 ? path.slice(start) : path.slice(start, slash);
    if (segment === '') return NOT_FOUND;
    let next = node.literals.get(segment);
    if (next === undefined && node.parameter === undefined && node.rest !== undefined) {
      const rest = decodeRest(path.slice(start));
      return rest === undefined ? NOT_FOUND : pickMethod(node.rest, method, [...values, rest]);
    }
    if (next === undefined) {
      const value = node.parameter === undefined ? undefined : decodeSegment(segment);
      if (value === undefined) return NOT_FOUND;
      values.push(value);
      next = node.parameter;
    }
    if (next === undefined) return NOT_FOUND;
    node = next;
    start = slash + 1;
  } while (start > 0);
  return pickMethod(node, method, values);
}

function pickMethod(node: Node, method: string, values: readonly string[]): RouteMatch {
  const [first] = node.routes.values();
  if (first === undefined) return NOT_FOUND;
  const found = node.routes.get(method === 'HEAD' ? 'GET' : method);
  if (found === undefined)
    return { outcome: 'other_method', kind: first.route.kind, methods: methodsOf(node) };
  const parameters = Object.fromEntries(found.names.map((name, index) => [name, values[index] ?? '']));
  return { outcome: 'found', route: found.route, parameters };
}

function methodsOf(node: Node): string[] {
  const methods = [...node.routes.keys()].flatMap((method) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  return methods.sort();
}

/** Undefined if the encoding is broken, or if what it hides is a control character. */
function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    const decoded = decodeURIComponent(segment);
    return hasControls(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** Undefined if a segment is empty, cannot be decoded, or hides a slash. */
function decodeRest(path: string): string | undefined {
  const segments = path.split('/').map(decodeSegment);
  const isWhole = segments.every(
    (segment) => segment !== undefined && segment !== '' && !segment.includes('/'),
  );
  return isWhole ? segments.join('/') : undefined;
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

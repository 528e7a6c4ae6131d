/** Paths with places in them: `/orders/:id`, `/files/*rest`. */
import { isPathSegment } from './request-path.js';

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  /** `:name`: any one segment that is not empty. */
  | { readonly kind: 'parameter' }
  /** `*rest`, at the end: any segments from here on, of which the first is not empty. */
  | { readonly kind: 'rest' };

export type RoutePattern = readonly Segment[];

const RANKS = { literal: 0, parameter: 1, rest: 2 } as const;
const NAME = /^[A-Za-z_]\w*$/;

/** What is wrong with a path as a pattern, or undefined. */
export function findPatternProblem(path: unknown): string | undefined {
  if (typeof path !== 'string' || !path.startsWith('/')) return 'must be a string that begins with a slash';
  const segments = path.slice(1).split('/');
  const names = segments.filter((segment) => /^[:*]/.test(segment)).map((segment) => segment.slice(1));
  if (segments.slice(0, -1).includes('')) return 'must not have an empty segment before its end';
  if (!segments.every(isPathSegment) || /[%?#]/.test(path))
    return 'must be a decoded path, without query, dot segments and any of % ? # ; \\';
  if (segments.slice(0, -1).some((segment) => segment.startsWith('*')))
    return 'must have * in its last segment only';
  if (!names.every((name) => NAME.test(name))) return 'must have a name after each : and *';
  if (new Set(names).size < names.length) return 'must not have one name twice';
  return undefined;
}

/** The path must have been checked. */
export function parsePattern(path: string): RoutePattern {
  return path
    .slice(1)
    .split('/')
    .map((text): Segment => {
      if (text.startsWith(':')) return { kind: 'parameter' };
      return text.startsWith('*') ? { kind: 'rest' } : { kind: 'literal', text };
    });
}

export function matchesPattern(pattern: RoutePattern, segments: readonly string[]): boolean {
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return false;
    if (part.kind === 'literal' ? part.text !== segment : segment === '') return false;
    if (part.kind === 'rest') return true;
  }
  return segments.length === pattern.length;
}

/** For sorting: the more literal pattern first, from left to right. Of two that are nested, the narrower comes first. */
export function comparePatterns(one: RoutePattern, two: RoutePattern): number {
  for (const [index, part] of one.entries()) {
    const other = two[index];
    if (other === undefined) break;
    if (part.kind !== other.kind) return RANKS[part.kind] - RANKS[other.kind];
  }
  return one.length - two.length;
}

/** Whether some path matches both. */
export function overlap(one: RoutePattern, two: RoutePattern): boolean {
  for (let index = 0; ; index++) {
    const [part, other] = [one[index], two[index]];
    if (part === undefined || other === undefined) return part === other;
    if (isEmptyLiteral(part) || isEmptyLiteral(other)) return isSame(part, other);
    if (part.kind === 'rest' || other.kind === 'rest') return true;
    if (part.kind === 'literal' && other.kind === 'literal' && part.text !== other.text) return false;
  }
}

/** Whether every path that matches `narrow` matches `wide` too, and `wide` has others besides. */
export function isNarrower(narrow: RoutePattern, wide: RoutePattern): boolean {
  let isStrict = false;
  for (const [index, part] of wide.entries()) {
    const inner = narrow[index];
    if (inner === undefined || RANKS[inner.kind] > RANKS[part.kind]) return false;
    if (part.kind === 'literal' ? !isSame(inner, part) : isEmptyLiteral(inner)) return false;
    if (part.kind === 'rest') return isStrict || inner.kind !== 'rest';
    isStrict ||= inner.kind !== part.kind;
  }
  return isStrict && narrow.length === wide.length;
}

function isEmptyLiteral(segment: Segment): boolean {
  return segment.kind === 'literal' && segment.text === '';
}

function isSame(one: Segment, two: Segment): boolean {
  return one.kind === 'literal' && two.kind === 'literal' && one.text === two.text;
}

/** Scopes (RFC 6749 section 3.3; row C15): exact words, compared as they are. There are no patterns and no order. */
import type { ValueRule } from '../core/options.js';
import { describe } from '../core/options.js';
import { rememberLatest } from '../core/remember-latest.js';

/** One character class repeated: linear in the text (row S21). Printable ASCII without space, `"` and `\`. */
const SCOPE_TOKEN = /^[!#-[\]-~]+$/;

/** Whether a text is one scope: one or more of `%x21 / %x23-5B / %x5D-7E`. `*` is a scope like any other. */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && SCOPE_TOKEN.test(value);
}

/**
 * The scopes in a text of scopes with exactly one space between two, each once, in the order given. Frozen.
 * Undefined for anything off the grammar: no string, an empty one, a space too many, a tab, NUL, a quote.
 * Takes time linear in the length of the text; the caller bounds that.
 */
export function parseScope(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? parseScopeText(value) : undefined;
}

const parseScopeText = rememberLatest((text) => parseScopeList(text.split(' ')));

/** The same for a list of scopes, each once. Frozen; undefined where an item is none. The list may be empty. */
export function parseScopeList(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isScopeToken) ? Object.freeze([...new Set(value)]) : undefined;
}

/** Which of the needed scopes were not granted, in the order given. */
export function missingScopes(granted: readonly string[], needed: readonly string[]): readonly string[] {
  if (needed.length === 0) return needed;
  const all = new Set(granted);
  return needed.filter((scope) => !all.has(scope));
}

/** A rule for options: scopes with a space between two, or a list of them. An empty list is a mistake, never "any". */
export const scopeOrScopes: ValueRule = (value) => {
  const scopes = parseScope(value) ?? parseScopeList(value);
  if (scopes !== undefined && scopes.length > 0) return undefined;
  return `must be scopes with one space between two, or a non-empty array of scopes, not ${describe(value)}`;
};

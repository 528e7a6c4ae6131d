/**
 * Reads the claims of the tokens of one verifier, which differ in a few values only: who it is, the id, the dates. What
 * they have in common is looked for as text, and just the rest is read: half the time of parsing all of it.
 */
import type { JsonObject } from '../core/strict-json.js';
import { parseStrictJsonText } from '../core/strict-json.js';

export interface ClaimsReader {
  /**
   * To the letter what parseStrictJsonText gives and throws; values that tokens have in common may be the same objects.
   *
   * @param text as decodeUtf8 gives it: no half of a character is in it
   */
  read(text: string): JsonObject;
  /** Whether what was read last has the members of a token that passed, and strings or numbers where they differ. */
  isFamiliar(): boolean;
  /**
   * To be called with what was read last, if its token passed: nobody else has a say in what tokens look like. Between
   * the two no other code may run.
   */
  learn(claims: JsonObject): void;
}

/** What the claims of tokens look like: members in their order, some of them always of one value. */
interface Pattern {
  readonly names: readonly string[];
  /** Which members differ from token to token, in the order of the groups of `text`. */
  readonly gaps: readonly number[];
  readonly text: RegExp;
  /** The values of one token. Scratch for those that differ: written and read within one step. */
  readonly values: unknown[];
}

/** Nothing is gained with longer ones, and a part of a text keeps the whole of it in memory. */
const MAX_TEXT_LENGTH = 1024;
/** So many more tokens that do not fit than that do have the pattern made anew: it takes as long as reading a hundred. */
const MOST_MISSES = 200;

/** A string as it can be written in one way only, without escapes; and an integer that a number holds exactly. */
const TEXT_GAP = '"([^"\\\\\\x00-\\x1f]*)"';
const INTEGER_GAP = '([1-9][0-9]{0,14})';
const FIRST_TOO_LARGE = 1e15;

const ZERO = 0x30;

export function createClaimsReader(): ClaimsReader {
  let pattern: Pattern | undefined;
  let misses = 0;
  let latestText = '';
  let hasFit = false;

  return {
    read(text) {
      const isShort = text.length <= MAX_TEXT_LENGTH;
      const found = isShort && pattern !== undefined ? readBy(pattern, text) : undefined;
      hasFit = found !== undefined;
      if (found !== undefined) return found;
      latestText = isShort ? text : '';
      return parseStrictJsonText(text);
    },
    isFamiliar: () => hasFit,
    learn(claims) {
      if (hasFit && misses > 0) misses -= 1;
      if (hasFit || latestText === '') return;
      const wider = pattern === undefined ? undefined : widen(pattern, claims);
      if (wider === undefined && pattern !== undefined && ++misses < MOST_MISSES) return;
      misses = 0;
      if (isWrittenAs(latestText, claims)) pattern = createPattern(claims, wider ?? new Set());
    },
  };
}

/** What fits is JSON, and has the names and the depth of claims that were parsed. */
function readBy({ names, gaps, text: expected, values }: Pattern, text: string): JsonObject | undefined {
  const match = expected.exec(text);
  if (match === null) return undefined;
  for (let gap = 0; gap < gaps.length; gap++) {
    const member = gaps[gap] as number;
    const value = match[gap + 1] as string;
    values[member] = typeof values[member] === 'string' ? value : integerOf(value);
  }
  return assemble(names, values);
}

/** A third of the time that Number takes for a text that nobody has seen. */
function integerOf(digits: string): number {
  let value = 0;
  for (let at = 0; at < digits.length; at++) value = value * 10 + digits.charCodeAt(at) - ZERO;
  return value;
}

/** Undefined where the prototype of all objects keeps a member from being set: it was tampered with (row C14). */
function assemble(names: readonly string[], values: readonly unknown[]): JsonObject | undefined {
  try {
    const claims = Object.freeze(setMembers({}, names, values));
    return areSame(Object.keys(claims), names) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Written out for as many members as most tokens have: each line then meets the same name again and again, where there
 * is one issuer, and takes a fifth of the time that it takes in a loop.
 */
function setMembers(claims: JsonObject, names: readonly string[], values: readonly unknown[]): JsonObject {
  const count = names.length;
  if (count > 0) claims[names[0] as string] = values[0];
  if (count > 1) claims[names[1] as string] = values[1];
  if (count > 2) claims[names[2] as string] = values[2];
  if (count > 3) claims[names[3] as string] = values[3];
  if (count > 4) claims[names[4] as string] = values[4];
  if (count > 5) claims[names[5] as string] = values[5];
  if (count > 6) claims[names[6] as string] = values[6];
  if (count > 7) claims[names[7] as string] = values[7];
  if (count > 8) claims[names[8] as string] = values[8];
  if (count > 9) claims[names[9] as string] = values[9];
  for (let member = 10; member < count; member++) claims[names[member] as string] = values[member];
  return claims;
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let member = 0; member < names.length; member++) if (names[member] !== others[member]) return false;
  return true;
}

/** The gaps with which these claims fit too; undefined where they differ in more than single values. */
function widen({ names, gaps, values }: Pattern, claims: JsonObject): ReadonlySet<number> | undefined {
  const found = names.map((name) => claims[name]);
  const isGap = (member: number) =>
    typeof found[member] === typeof values[member] && canFillGap(found[member]);
  if (!areSame(Object.keys(claims), names) || !gaps.every(isGap)) return undefined;
  const differing = [...names.keys()].filter((member) => found[member] !== values[member] && isGap(member));
  const wider = new Set([...gaps, ...differing]);
  return wider.size > gaps.length ? wider : undefined;
}

function canFillGap(value: unknown): boolean {
  if (typeof value !== 'number') return typeof value === 'string';
  return Number.isInteger(value) && value > 0 && value < FIRST_TOO_LARGE;
}

/** Only of such a text is it known where each member stands. */
function isWrittenAs(text: string, claims: JsonObject): boolean {
  return JSON.stringify(claims) === text;
}

function createPattern(claims: JsonObject, gaps: ReadonlySet<number>): Pattern {
  const names = Object.keys(claims);
  const values = names.map((name) => claims[name]);
  const members = names.map((name, member) => {
    const value = values[member];
    const gap = typeof value === 'string' ? TEXT_GAP : INTEGER_GAP;
    return (
      literally(`${JSON.stringify(name)}:`) + (gaps.has(member) ? gap : literally(JSON.stringify(value)))
    );
  });
  return {
    names,
    gaps: [...gaps].sort((a, b) => a - b),
    text: new RegExp(`^\\{${members.join(',')}\\}$`),
    values,
  };
}

/** For a regular expression: every character that could mean something by its number. */
function literally(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

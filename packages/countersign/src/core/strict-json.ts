/**
 * JSON objects as tokens may carry them: one reading only. What two parsers could read differently is refused.
 * Used for headers and claims; any layer may import it.
 */
import { isUtf8 } from 'node:buffer';
import { TokenError } from './errors.js';

export interface JsonLimits {
  /** How many objects and arrays may be nested in one another. Default 32. */
  readonly maxDepth?: number;
}

/** A parsed JSON object. Its members are own properties; `__proto__` is never among them. */
export type JsonObject = { [member: string]: unknown };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const DEFAULT_MAX_DEPTH = 32;

/**
 * Parses the UTF-8 bytes of one JSON object, strictly: {@link decodeUtf8}, then {@link parseStrictJsonText}.
 *
 * @throws {TokenError} `malformed_token`
 */
export function parseStrictJsonObject(bytes: Uint8Array, limits: JsonLimits = {}): JsonObject {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return parseStrictJsonText(decodeUtf8(buffer, buffer.length), limits);
}

/**
 * The text that the first `length` bytes of UTF-8 stand for. A byte order mark stays in it, and is then no JSON.
 *
 * @throws {TokenError} `malformed_token` for what is not UTF-8 (row J20).
 */
export function decodeUtf8(bytes: Buffer, length: number): string {
  const text = bytes.toString('utf8', 0, length);
  // What is not UTF-8 decodes to the replacement character, which may also stand in the text by itself.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(0, length))) throw malformed('is not UTF-8');
  return text;
}

/**
 * Parses one JSON object, strictly, and freezes the result through and through.
 *
 * Members named `__proto__` are dropped at every level, so that no later merge can touch a prototype (row C14).
 * Does not bound the size: the caller does, before the text exists.
 *
 * @throws {TokenError} `malformed_token` for anything but an object, a byte order mark, a member that occurs twice
 * at any level (row J19; RFC 7515 section 4 leaves the choice), an unpaired surrogate, trailing text (row J20), and
 * nesting deeper than `maxDepth`, which is found before the parser runs (row J21).
 */
export function parseStrictJsonText(text: string, limits: JsonLimits = {}): JsonObject {
  const hasEscapes = text.includes('\\');
  const members = countMembers(text, hasEscapes, limits.maxDepth ?? DEFAULT_MAX_DEPTH);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('is not an object');
  // JSON.parse keeps one of two members of a name, so colons outside of strings outnumber the members kept.
  if (settle(value, hasEscapes) !== members) throw malformed('has a duplicate member');
  return value as JsonObject;
}

/**
 * Counts the colons outside of strings, and bounds the depth. It need not judge: what is not JSON at all is left to
 * JSON.parse.
 */
function countMembers(text: string, hasEscapes: boolean, maxDepth: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = findClosingQuote(text, at, hasEscapes);
      if (at < 0) return members;
    } else if (code === COLON) members++;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > maxDepth) throw malformed('is nested too deeply');
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return members;
}

/** Searching beats looking at each character; only a quote behind an odd number of backslashes does not close. */
function findClosingQuote(text: string, openingQuote: number, hasEscapes: boolean): number {
  let quote = text.indexOf('"', openingQuote + 1);
  while (hasEscapes && quote >= 0) {
    let start = quote;
    while (text.charCodeAt(start - 1) === BACKSLASH) start--;
    if ((quote - start) % 2 === 0) return quote;
    quote = text.indexOf('"', quote + 1);
  }
  return quote;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('is not JSON');
  }
}

/** Counts the members at every level, drops `__proto__`, freezes. Depth is already bounded. */
function settle(value: object, hasEscapes: boolean): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += settleItem(item, hasEscapes);
  } else {
    const object = value as JsonObject;
    for (const name of Object.keys(object)) {
      members += 1 + settleItem(object[name], hasEscapes);
      if (hasEscapes && !name.isWellFormed()) throw malformed('has an unpaired surrogate');
      if (name === '__proto__') delete object[name];
    }
  }
  Object.freeze(value);
  return members;
}

function settleItem(item: unknown, hasEscapes: boolean): number {
  if (typeof item === 'object' && item !== null) return settle(item, hasEscapes);
  if (hasEscapes && typeof item === 'string' && !item.isWellFormed()) {
    throw malformed('has an unpaired surrogate');
  }
  return 0;
}

function malformed(what: string): TokenError {
  return new TokenError('malformed_token', `the JSON ${what}`);
}

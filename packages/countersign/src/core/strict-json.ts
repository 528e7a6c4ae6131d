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
const DEFAULT_MAX_DEPTH = 32;

/**
 * Parses the UTF-8 bytes of one JSON object, strictly, and freezes the result through and through.
 *
 * Members named `__proto__` are dropped at every level, so that no later merge can touch a prototype (row C14).
 * Does not bound the size: the caller does, before the bytes exist.
 *
 * @throws {TokenError} `malformed_token` for anything but an object, invalid UTF-8, a byte order mark, a member
 * that occurs twice at any level (row J19; RFC 7515 section 4 leaves the choice), an unpaired surrogate, trailing
 * bytes (row J20), and nesting deeper than `maxDepth`, which is found before the parser runs (row J21).
 */
export function parseStrictJsonObject(bytes: Uint8Array, limits: JsonLimits = {}): JsonObject {
  const shape = scan(bytes, limits.maxDepth ?? DEFAULT_MAX_DEPTH);
  const value = parse(decode(bytes, shape.isAscii));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('is not an object');
  // JSON.parse keeps one of two members of a name, so colons outside of strings outnumber the members kept.
  if (settle(value, shape.hasEscapes) !== shape.members) throw malformed('has a duplicate member');
  return value as JsonObject;
}

/** One pass over the bytes. It need not judge: what is not JSON at all is left to JSON.parse. */
function scan(bytes: Uint8Array, maxDepth: number) {
  const { length } = bytes;
  let members = 0;
  let depth = 0;
  let seen = 0;
  let hasEscapes = false;
  let at = 0;
  while (at < length) {
    let byte = bytes[at++] as number;
    seen |= byte;
    if (byte === QUOTE) {
      while (at < length) {
        byte = bytes[at++] as number;
        seen |= byte;
        if (byte === QUOTE) break;
        if (byte !== BACKSLASH) continue;
        hasEscapes = true;
        at++;
      }
    } else if (byte === COLON) members++;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) throw malformed('is nested too deeply');
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { members, hasEscapes, isAscii: seen < 0x80 };
}

function decode(bytes: Uint8Array, isAscii: boolean): string {
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii) return buffer.toString('latin1');
  if (!isUtf8(buffer)) throw malformed('is not UTF-8');
  return buffer.toString('utf8');
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

/** What is kept of tokens that were verified, found by their whole text and bounded twice (rows K8, K9 and J12). */
import { keyOf } from './token-key.js';

export interface TokenCache<Value> {
  get(token: string): Value | undefined;
  /** Only for tokens that were verified: what is bad can then never push out what is good (row K9). */
  set(token: string, value: Value): void;
  delete(token: string): void;
  /** Tokens that take room now. */
  readonly size: number;
  /** Their text, in bytes. */
  readonly bytes: number;
}

export interface TokenCacheLimits {
  /** At least 2. */
  readonly maxTokens: number;
  readonly maxBytes: number;
}

interface Kept<Value> {
  readonly token: string;
  readonly value: Value;
}

interface Generation<Value> {
  readonly byKey: Map<number, Kept<Value>>;
  bytes: number;
}

/**
 * Two generations in place of one list in order of use: what is used while old becomes young again, and when the young
 * are half of what is allowed, they become the old and what was old is forgotten. A hit among the young moves nothing.
 * A token that alone is more than half of `maxBytes` is not kept.
 */
export function createTokenCache<Value>({ maxTokens, maxBytes }: TokenCacheLimits): TokenCache<Value> {
  const mostTokens = Math.max(1, Math.floor(maxTokens / 2));
  const mostBytes = Math.floor(maxBytes / 2);
  let young = createGeneration<Value>();
  let old = createGeneration<Value>();

  function insert(key: number, kept: Kept<Value>): void {
    remove(young, key);
    if (young.byKey.size >= mostTokens || young.bytes + kept.token.length > mostBytes) {
      old = young;
      young = createGeneration();
    }
    young.byKey.set(key, kept);
    young.bytes += kept.token.length;
  }

  return Object.freeze({
    get size() {
      return young.byKey.size + old.byKey.size;
    },
    get bytes() {
      return young.bytes + old.bytes;
    },
    get(token: string) {
      const key = keyOf(token);
      const kept = young.byKey.get(key);
      if (kept?.token === token) return kept.value;
      const older = old.byKey.get(key);
      if (older?.token !== token) return undefined;
      remove(old, key);
      insert(key, older);
      return older.value;
    },
    set(token: string, value: Value) {
      if (token.length > mostBytes) return;
      const kept = { token: copyOf(token), value };
      const key = keyOf(kept.token);
      remove(old, key);
      insert(key, kept);
    },
    delete(token: string) {
      const key = keyOf(token);
      for (const generation of [young, old]) {
        if (generation.byKey.get(key)?.token === token) remove(generation, key);
      }
    },
  });
}

function createGeneration<Value>(): Generation<Value> {
  return { byKey: new Map(), bytes: 0 };
}

function remove<Value>(generation: Generation<Value>, key: number): void {
  const kept = generation.byKey.get(key);
  if (kept === undefined) return;
  generation.byKey.delete(key);
  generation.bytes -= kept.token.length;
}

/** A part of a header keeps the whole header in memory: a cookie of many kilobytes, it may be. A token is ASCII. */
function copyOf(token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1');
}

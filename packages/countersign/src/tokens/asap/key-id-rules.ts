import { TokenError } from '../../core/errors.js';
import type { VerificationKey } from '../../keys/key.js';
import { parseKeyId } from '../../keys/key-id.js';
import type { KeyLookup, KeySource } from '../../keys/key-source.js';

/** Ids of keys that were found; a flood of others displaces none of them. */
const MAX_REMEMBERED = 100;

/**
 * The same keys, asked for by nothing but well-formed key ids: others are refused before the source hears of them, so
 * that no fetch and no file is ever named by them (rows ASAP-20, A3 and J25).
 */
export function withKeyIdRules(source: KeySource): KeySource {
  const wellFormed = new Set<string | undefined>();
  return Object.freeze({
    algorithms: source.algorithms,
    peek(lookup: KeyLookup): VerificationKey | undefined {
      const { kid } = lookup;
      if (wellFormed.has(kid)) return source.peek(lookup);
      checkKeyId(kid);
      const key = source.peek(lookup);
      if (key !== undefined && wellFormed.size < MAX_REMEMBERED) wellFormed.add(kid);
      return key;
    },
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      checkKeyId(lookup.kid);
      return source.resolve(lookup);
    },
  });
}

/** @throws {TokenError} `key_id_invalid`, for a missing one too. */
function checkKeyId(kid: string | undefined): void {
  const parsed = parseKeyId(kid);
  if (!parsed.ok) throw new TokenError('key_id_invalid', `the kid of the header ${parsed.problem}`);
}

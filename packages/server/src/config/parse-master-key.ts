/** The master key as people hand it over. */
import { MASTER_KEY_BYTES, masterKeyProblem } from '../domain/master-key-problem.js';

export const HOW_TO_MAKE_A_KEY = 'Make one with: openssl rand -base64 32';

/** Marks keys that development mode made: they lie beside the database they protect, so production refuses them. */
export const DEVELOPMENT_KEY_PREFIX = 'countersign-development-key:';

export type ParsedMasterKey =
  | { readonly key: Uint8Array; readonly problem?: undefined }
  | { readonly problem: string };

/**
 * Parses a master key of 32 bytes: base64url or base64 (43 characters, or 44 with padding), hexadecimal (64), or raw
 * bytes where it comes from a file. Refuses what nobody drew at random (S9): typed text, repetitions, sequences, the
 * all-zero key. Problems never repeat any of it.
 */
export function parseMasterKey(input: string | Uint8Array): ParsedMasterKey {
  const text = (typeof input === 'string' ? input : Buffer.from(input).toString('latin1')).trim();
  if (text.startsWith(DEVELOPMENT_KEY_PREFIX))
    return { problem: `was made by development mode and is not for production. ${HOW_TO_MAKE_A_KEY}` };
  const isRaw = typeof input !== 'string' && input.length === MASTER_KEY_BYTES;
  const key = isRaw ? new Uint8Array(input) : decodeKey(text);
  if (key === undefined)
    return {
      problem: `must be 32 bytes as base64 (44 characters), base64url (43) or hexadecimal (64). ${HOW_TO_MAKE_A_KEY}`,
    };
  const problem = masterKeyProblem(key);
  // Whoever shows it names the option in front of it.
  if (problem !== undefined)
    return { problem: `${problem.replace(/^The master key /, '')} ${HOW_TO_MAKE_A_KEY}` };
  return { key };
}

function decodeKey(text: string): Uint8Array | undefined {
  if (/^[0-9A-Fa-f]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  if (!/^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === MASTER_KEY_BYTES ? new Uint8Array(key) : undefined;
}

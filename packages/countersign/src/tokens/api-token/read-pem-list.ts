/** The PEM texts in one text: one PEM, or a JSON array of several (row POL-26). */
import { UsageError } from '../../core/errors.js';

/** @throws {UsageError} `invalid_key` for what begins as an array and is none of texts. */
export function readPemList(text: string): readonly string[] {
  if (!text.trim().startsWith('[')) return [text];
  const list = parseJson(text);
  if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string')) return list;
  throw new UsageError('invalid_key', 'public keys', ['the keys must be a PEM, or a JSON array of PEMs']);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

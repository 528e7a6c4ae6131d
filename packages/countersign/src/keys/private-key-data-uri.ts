/** A private key and its id in one line of text, as environment variables carry them (row ASAP-9). */
import { UsageError } from '../core/errors.js';
import type { Key } from './key.js';
import { isKey, materialOf } from './key.js';
import { parseKeyId } from './key-id.js';

/** What importPrivateKey and createStaticPrivateKey take. */
export interface ParsedPrivateKeyDataUri {
  readonly kid: string;
  /** PKCS#8, not looked into yet. */
  readonly der: Uint8Array;
  readonly derFormat: 'pkcs8';
}

const PREFIX = 'data:application/pkcs8;kid=';
const FORM = /^([^;,]{1,2048});base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * Reads `data:application/pkcs8;kid=<id, form-encoded>;base64,<PKCS#8 DER>`. White space around it is ignored.
 * The algorithm is not in it, and the key is not checked: that happens when it is imported.
 *
 * @throws {UsageError} `invalid_key` for any other form, and for an id that {@link parseKeyId} refuses. The message
 * holds nothing of the text.
 */
export function parsePrivateKeyDataUri(uri: string): ParsedPrivateKeyDataUri {
  const text = typeof uri === 'string' ? uri.trim() : '';
  if (!text.startsWith(PREFIX)) throw invalid(`it must begin with "${PREFIX}"`);
  const [, encodedKid, base64] = FORM.exec(text.slice(PREFIX.length)) ?? [];
  if (encodedKid === undefined || base64 === undefined) {
    throw invalid('after the key id it must go on with ";base64," and nothing but base64');
  }
  const kid = parseKeyId(decodeForm(encodedKid));
  if (!kid.ok) throw invalid(`the key id ${kid.problem}`);
  const der = Buffer.from(base64, 'base64');
  if (der.toString('base64') !== base64) throw invalid('the key is not canonical base64');
  return Object.freeze({ kid: kid.keyId, der: new Uint8Array(der), derFormat: 'pkcs8' });
}

/**
 * The private key as such a data URI: not encrypted, to be kept like the key itself.
 *
 * @throws {UsageError} `invalid_key` for anything but a private key with an id that {@link parseKeyId} takes.
 */
export function exportPrivateKeyDataUri(key: Key<'private'>): string {
  const subject = 'exportPrivateKeyDataUri';
  if (!isKey(key) || key.kind !== 'private')
    throw new UsageError('invalid_key', subject, ['a private key is needed']);
  const kid = parseKeyId(key.kid);
  if (!kid.ok) throw new UsageError('invalid_key', subject, [`the key id ${kid.problem}`]);
  const der = materialOf(key).keyObject.export({ format: 'der', type: 'pkcs8' });
  return `${PREFIX}${encodeURIComponent(kid.keyId)};base64,${der.toString('base64')}`;
}

/** application/x-www-form-urlencoded, of one value. */
function decodeForm(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function invalid(problem: string): UsageError {
  return new UsageError('invalid_key', 'parsePrivateKeyDataUri', [problem]);
}

import { Refusal } from '../domain/refusal.js';
import type { HttpRequest } from './exchange.js';
import { isMediaType } from './media-type.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The fields of a form, sent as `application/x-www-form-urlencoded`. A repeated field is refused (O5).
 * @throws Refusal unsupported_media_type, invalid_parameter, and those of `readBody`
 */
export async function readForm(request: HttpRequest): Promise<ReadonlyMap<string, string>> {
  if (!isMediaType(request.header('content-type'), 'application/x-www-form-urlencoded'))
    throw new Refusal('unsupported_media_type', {
      message: 'The form must be sent as application/x-www-form-urlencoded, uncompressed.',
    });
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decode(await request.readBody()))) {
    if (fields.has(name))
      throw new Refusal('invalid_parameter', { message: 'A field of the form is given twice.' });
    fields.set(name, value);
  }
  return fields;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal('invalid_parameter', { message: 'The form is not in UTF-8.' });
  }
}

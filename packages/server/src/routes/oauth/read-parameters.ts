import { OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import type { HttpRequest } from '../../http/exchange.js';
import { isMediaType } from '../../http/media-type.js';
import type { Parameters } from '../../services/oauth/oauth-services.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const REPEATABLE: ReadonlySet<string> = new Set(['resource', 'audience']);
const MAX_PARAMETERS = 100;

/**
 * The parameters of a form (RFC 6749 section 3.2). Whatever stands in the query of such a request is refused: it would
 * be in logs, and a reader of both could see two values (row O5).
 *
 * @throws {OauthError} `invalid_request`
 * @throws {Refusal} `unsupported_media_type` and those of `readBody`
 */
export async function readFormParameters(request: HttpRequest): Promise<Parameters> {
  if (request.query.size > 0)
    throw new OauthError('invalid_request', 'Parameters belong into the body, not into the query.');
  if (!isMediaType(request.header('content-type'), 'application/x-www-form-urlencoded')) {
    throw new Refusal('unsupported_media_type', {
      message: 'The form must be sent as application/x-www-form-urlencoded, uncompressed.',
    });
  }
  return toParameters(new URLSearchParams(decode(await request.readBody())));
}

/** @throws {OauthError} `invalid_request` for a parameter that is repeated. */
export function toParameters(given: Iterable<readonly [string, string]>): Parameters {
  const values = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of given) {
    count += 1;
    if (count > MAX_PARAMETERS) throw new OauthError('invalid_request', 'There are too many parameters.');
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else if (REPEATABLE.has(name)) known.push(value);
    else throw new OauthError('invalid_request', 'A parameter is given twice.');
  }
  return Object.freeze({
    get: (name: string) => values.get(name)?.[0] || undefined,
    all: (name: string) => (values.get(name) ?? []).filter((value) => value !== ''),
    names: Object.freeze([...values.keys()]),
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new OauthError('invalid_request', 'The form is not in UTF-8.');
  }
}

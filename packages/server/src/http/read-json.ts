import { Refusal } from '../domain/refusal.js';
import type { HttpRequest } from './exchange.js';
import { isMediaType } from './media-type.js';

/** Members as they were sent, unverified. Read them with `requireString`: a name may be `__proto__`. */
export type JsonObject = Readonly<Record<string, unknown>>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The body as a JSON object, sent as `application/json`. Unknown members are kept, for others to ignore; the last of
 * a repeated one wins.
 * @throws Refusal unsupported_media_type, invalid_json, and those of `readBody`
 */
export async function readJson(request: HttpRequest): Promise<JsonObject> {
  if (!isMediaType(request.header('content-type'), 'application/json'))
    throw new Refusal('unsupported_media_type');
  const bytes = await request.readBody();
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    // The parser's own error quotes the body, which may hold a secret: it is not kept as the cause.
    throw new Refusal('invalid_json');
  }
  if (!isJsonObject(value)) throw new Refusal('invalid_json');
  return value;
}

/**
 * The member `name`, if it is the object's own and a string.
 * @throws Refusal invalid_parameter, naming the member
 */
export function requireString(object: JsonObject, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value !== 'string')
    throw new Refusal('invalid_parameter', { message: `"${name}" must be a string.` });
  return value;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

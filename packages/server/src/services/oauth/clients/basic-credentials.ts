/** The id and secret of a client in the header field `Authorization` (RFC 6749 section 2.3.1, RFC 7617). */

export interface BasicCredentials {
  readonly clientId: string;
  readonly secret: string;
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether the field is of this scheme at all. */
export function isBasic(authorization: string): boolean {
  return /^basic(?: |$)/i.test(authorization);
}

/**
 * Undefined unless there is exactly one way to read it: one canonical base64 text, UTF-8, a colon, and on both sides of
 * it what `application/x-www-form-urlencoded` makes of a text (RFC 6749 appendix B; row O17). Two fields, joined by a
 * comma, are none. Either side may be empty.
 */
export function parseBasic(authorization: string): BasicCredentials | undefined {
  const encoded = BASIC.exec(authorization)?.[1] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  if (encoded === '' || bytes.toString('base64') !== encoded) return undefined;
  const text = decode(() => utf8.decode(bytes));
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  const clientId = formDecoded(text.slice(0, colon));
  const secret = formDecoded(text.slice(colon + 1));
  return clientId === undefined || secret === undefined ? undefined : { clientId, secret };
}

function formDecoded(text: string): string | undefined {
  return decode(() => decodeURIComponent(text.replaceAll('+', ' ')));
}

/** What was sent must not be in an error, so its cause is dropped. */
function decode(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

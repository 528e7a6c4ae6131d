/**
 * The token of an `Authorization` header: exactly two parts with one space between them, the first being `Bearer` in
 * any case (row ASAP-30; RFC 6750 section 2.1). Undefined for anything else, which counts as no token at all.
 */
export function extractBearerToken(header: string | Uint8Array | null | undefined): string | undefined {
  const text = header instanceof Uint8Array ? Buffer.from(header).toString('latin1') : header;
  if (typeof text !== 'string') return undefined;
  const space = text.indexOf(' ');
  if (space < 0 || text.slice(0, space).toLowerCase() !== 'bearer') return undefined;
  const token = text.slice(space + 1);
  return token.includes(' ') ? undefined : token;
}

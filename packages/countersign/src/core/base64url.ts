/** Strict base64url without padding (RFC 4648 section 5; RFC 7515 section 2). */

/** Base64url of bytes, or of the UTF-8 bytes of a text. No padding. */
export function encodeBase64url(input: Uint8Array | string): string {
  if (typeof input === 'string') return Buffer.from(input, 'utf8').toString('base64url');
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('base64url');
}

/**
 * The bytes that a base64url text stands for, or undefined unless the text is the one canonical encoding of
 * them: no padding, no whitespace, no `+` or `/`, no stray bits in the last character (rows J15 and J16).
 *
 * The bytes may be a view on a pool shared with others: copy them before handing out `.buffer`.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Node's decoder skips what it does not know and ignores stray bits: only encoding again tells.
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Tokens that nobody signed like this. */

/** With other members in its header, under the signature it had. */
export function withHeader(token: string, members: Readonly<Record<string, unknown>>): string {
  const [header = '', ...rest] = token.split('.');
  const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
  const changed = JSON.stringify({ ...(parsed as object), ...members });
  return [Buffer.from(changed).toString('base64url'), ...rest].join('.');
}

/** `alg: none`, and no signature (RFC 7519 section 6.1). */
export function unsecured(token: string): string {
  return withHeader(token, { alg: 'none' }).replace(/[^.]*$/, '');
}

/** The last character of the subject was another when it was signed. */
export function withOtherClaims(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const text = Buffer.from(payload, 'base64url').toString().replace('@example.com', '@examplf.com');
  return [header, Buffer.from(text).toString('base64url'), signature].join('.');
}

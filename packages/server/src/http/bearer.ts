/**
 * The token of `Authorization: Bearer <token>`, or undefined if there is none. The scheme's case does not matter, one
 * space or more follow it (RFC 9110 section 11.1); two headers, joined by a comma, hold no token.
 */
export function readBearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = authorization.slice(7).trim();
  return token === '' || token.includes(' ') || token.includes(',') ? undefined : token;
}

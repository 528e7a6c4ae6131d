import { decodeUnverifiedJwt, TokenError, type UnverifiedJwt } from 'countersign';

const ACCESS_TOKEN =
  'By its typ, which nobody has verified, this is an access token, and here tokens between services are judged.' +
  ' Services take access tokens by the gate (docs/guides/gate.md); POST /introspect of the authority says whether one is good.';
const ID_TOKEN =
  'By its claims, which nobody has verified, this is an ID token, and here tokens between services are judged.' +
  ' An ID token is for the application that asked for it; services take it, if at all, by the gate (docs/guides/gate.md).';

/** Says of a token that belongs elsewhere where that is; null for every other, and for what cannot be read. */
export function noticeOf(token: string): string | null {
  const read = decode(token);
  if (read === undefined) return null;
  const { unverifiedHeader: header, unverifiedClaims: claims } = read;
  // RFC 9068 section 2.1; media types are compared without regard to case.
  if (typeof header['typ'] === 'string' && /^(?:application\/)?at\+jwt$/i.test(header['typ']))
    return ACCESS_TOKEN;
  return isIdToken(claims) ? ID_TOKEN : null;
}

/** Of e-mail sign-in, or of OpenID Connect: services say neither when somebody logged in nor which client asked. */
function isIdToken(claims: Readonly<Record<string, unknown>>): boolean {
  if (claims['token_use'] === 'id') return true;
  return ['at_hash', 'auth_time', 'azp', 'nonce'].filter((name) => Object.hasOwn(claims, name)).length > 1;
}

function decode(token: string): UnverifiedJwt | undefined {
  try {
    return decodeUnverifiedJwt(token);
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

import type { JsonWebKey } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';

/** jsonwebtoken, by which the original Node client verifies. It ships no types. */
interface OriginalLibrary {
  verify(
    token: string,
    pem: string,
    options: { algorithms: ['ES512']; audience: string; issuer: string; clockTimestamp: number },
  ): Record<string, unknown>;
  decode(token: string, options: { complete: true }): { readonly header: { readonly kid: string } } | null;
}

const library: OriginalLibrary = createRequire(import.meta.url)('jsonwebtoken');

export interface PublishedKeys {
  readonly keys: readonly (JsonWebKey & { readonly kid: string })[];
}

interface Expected {
  readonly appId: string;
  readonly issuer: string;
  readonly nowSeconds: number;
}

/** As the original Node client does (JAM-6): the key by its id, ES512 alone, audience, issuer, expiry, token_use. */
export function verifyLikeNodeClient(token: string, jwks: PublishedKeys, expected: Expected): string {
  const kid = library.decode(token, { complete: true })?.header.kid;
  const jwk = jwks.keys.find((key) => key.kid === kid);
  if (jwk === undefined) throw new Error(`no key ${kid}`);
  const claims = library.verify(token, pemOf(jwk), {
    algorithms: ['ES512'],
    audience: expected.appId,
    issuer: expected.issuer,
    clockTimestamp: expected.nowSeconds,
  });
  if (claims['token_use'] !== 'id') throw new Error('not an ID token');
  return String(claims['email']);
}

/**
 * As the original Python client does (JAM-20): the first key whatever its id, `typ` exactly JWT, no header member
 * besides alg, typ and kid, iat, nbf and exp all there, not a second of tolerance.
 */
export function verifyLikePythonClient(token: string, jwks: PublishedKeys, nowSeconds: number): string {
  const [first] = jwks.keys;
  const [header = '', payload = ''] = token.split('.');
  if (first === undefined) throw new Error('no keys');
  const { typ, ...members } = parse(header);
  if (typ !== 'JWT') throw new Error('typ is not JWT');
  if (Object.keys(members).some((name) => name !== 'alg' && name !== 'kid')) throw new Error('header member');
  const { iat, nbf, exp, aud, iss, email } = parse(payload);
  if (![iat, nbf, exp].every(Number.isInteger)) throw new Error('dates are missing');
  if (Number(iat) > nowSeconds || Number(nbf) > nowSeconds) throw new Error('from the future');
  if (Number(exp) <= nowSeconds) throw new Error('expired');
  library.verify(token, pemOf(first), {
    algorithms: ['ES512'],
    audience: String(aud),
    issuer: String(iss),
    clockTimestamp: nowSeconds,
  });
  return String(email);
}

function pemOf(jwk: JsonWebKey): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString();
}

function parse(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

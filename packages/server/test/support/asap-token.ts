import { randomUUID } from 'node:crypto';
import { createJwtSigner, type SigningKey } from 'countersign';
import { ISSUER } from './request-handler.js';

/**
 * An ASAP token of the issuer that its key belongs to, for the authority of the tests, with some claims replaced, or left
 * out where they are undefined.
 */
export function asapToken(key: SigningKey, nowSeconds: number, claims: Record<string, unknown> = {}): string {
  const issuer = (key.kid ?? '').split('/')[0] ?? '';
  const all = {
    iss: issuer,
    sub: issuer,
    aud: ISSUER,
    jti: randomUUID(),
    iat: nowSeconds,
    nbf: nowSeconds,
    exp: nowSeconds + 60,
    ...claims,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return createJwtSigner({ key }).sign(Object.fromEntries(given));
}

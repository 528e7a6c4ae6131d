import { randomUUID } from 'node:crypto';
import { createJwtSigner, type SigningKey } from 'countersign';
import { ISSUER } from './request-handler.js';

/** An ASAP token of the issuer that its key belongs to, for the authority of the tests, with some claims replaced. */
export function asapToken(key: SigningKey, nowSeconds: number, claims: Record<string, unknown> = {}): string {
  const issuer = (key.kid ?? '').split('/')[0] ?? '';
  return createJwtSigner({ key }).sign({
    iss: issuer,
    sub: issuer,
    aud: ISSUER,
    jti: randomUUID(),
    iat: nowSeconds,
    nbf: nowSeconds,
    exp: nowSeconds + 60,
    ...claims,
  });
}

/** An authorization server and a resource server for tests, which share an ES256 key and a clock that stands still. */
import { createJwsSigner } from 'countersign';
import type { AccessTokenVerifierOptions, SignedAccessTokenRequest } from 'countersign/access-token';
import { createAccessTokenSigner, createAccessTokenVerifier } from 'countersign/access-token';
import { keyPairFor } from '../../../support/keys.js';
import { NOW } from './providers.js';

export const ISSUER = 'https://authority.example';
export const AUDIENCE = 'https://api.example';
export const { privateKey, publicKey } = keyPairFor('ES256');

export const REQUEST = {
  subject: 'user-1',
  clientId: 'client-1',
  audience: AUDIENCE,
  scope: 'read write',
} as const satisfies SignedAccessTokenRequest;

export const signer = createAccessTokenSigner({ key: privateKey, issuer: ISSUER, clock: () => NOW });

export function verifierWith(options: Partial<AccessTokenVerifierOptions> = {}) {
  return createAccessTokenVerifier({
    keys: publicKey,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    clock: () => NOW,
    ...options,
  });
}

/** The claims of a token that passes. */
export const CLAIMS = {
  iss: ISSUER,
  exp: NOW + 60,
  aud: AUDIENCE,
  sub: 'user-1',
  client_id: 'client-1',
  iat: NOW,
  jti: 'token-1',
  scope: 'read write',
};

/** A signed token with these claims in place of those of {@link CLAIMS}; undefined takes one out. */
export function tokenWith(
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = { typ: 'at+jwt' },
): string {
  const payload = JSON.stringify({ ...CLAIMS, ...claims });
  return createJwsSigner({ key: privateKey, header }).sign(Buffer.from(payload));
}

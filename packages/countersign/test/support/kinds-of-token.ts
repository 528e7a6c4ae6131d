/** One real token of each kind, for row J28: as if operators shared keys and audience among all of them by mistake. */
import type { SigningKey } from 'countersign';
import {
  createJwsSigner,
  createJwtSigner,
  decodeUnverifiedJwt,
  importPrivateKey,
  importPublicKey,
  importSecret,
} from 'countersign';
import { createAccessTokenGenerator, createAccessTokenSigner } from 'countersign/access-token';
import { createApiTokenEncoder, definePolicy, STANDARD_EXTRAS } from 'countersign/api-token';
import { createAsapSigner } from 'countersign/asap';
import { createDpopSigner } from 'countersign/dpop';
import { SECRET } from './keys.js';
import { privatePem, publicPem } from './raw-keys.js';
import { NOW } from './tokens.js';

export const AUDIENCE = 'aud-of-all';
/** Under the issuer of the ASAP tokens: these ask for that. */
export const KEY_ID = 'caller/key1';
export const AUTHORITY = 'https://authority.example';
/** An authorization server that leaves out the `typ` of its access tokens. */
export const LEGACY_ISSUER = 'https://legacy.example';
export const clock = () => NOW;

function pairFor(algorithm: 'ES256' | 'RS256', kid: string | undefined = KEY_ID) {
  const kind = algorithm === 'ES256' ? 'p256' : 'rsa';
  return {
    privateKey: importPrivateKey({ algorithm, kid, pem: privatePem(kind) }),
    publicKey: importPublicKey({ algorithm, kid, pem: publicPem(kind) }),
  };
}

export const es256 = pairFor('ES256');
export const rs256 = pairFor('RS256');
export const es256WithoutId = importPrivateKey({ algorithm: 'ES256', pem: privatePem('p256') });
export const secret = importSecret({ algorithm: 'HS256', secret: SECRET, kid: KEY_ID });
export const secretWithoutId = importSecret({ algorithm: 'HS256', secret: SECRET });
export const policy = definePolicy({ kinds: { user: 'auth_user' }, extras: STANDARD_EXTRAS });
/** A second one: in one gate no two acceptors may be for one issuer. */
export const oldPolicy = definePolicy({ kinds: { user: 'old_user' }, extras: STANDARD_EXTRAS });

/** The kinds that a service takes as a credential, one way or another. */
export const CREDENTIALS = {
  'ID token': createJwtSigner({ key: es256.privateKey, clock, lifetimeSeconds: 60 }).sign({
    iss: `${AUTHORITY}/${AUDIENCE}`,
    aud: AUDIENCE,
    sub: 'ana@example.com',
    email: 'ana@example.com',
    nbf: NOW,
    jti: 'id-1',
    token_use: 'id',
  }),
  ASAP: createAsapSigner({ issuer: 'caller', keys: es256.privateKey, clock }).sign({ audience: AUDIENCE }),
  'HMAC access token': createAccessTokenGenerator({
    provider: 'provider',
    clientId: AUDIENCE,
    userId: 'ana',
    scope: ['read'],
    secret: () => SECRET,
    clock,
  }).issue({ jti: 'at-1' }),
  'RFC 9068': createAccessTokenSigner({ key: es256.privateKey, issuer: AUTHORITY, clock }).sign({
    subject: 'ana',
    clientId: 'web',
    audience: AUDIENCE,
    scope: 'read',
  }),
  native: createApiTokenEncoder({ policy, key: es256.privateKey, audience: AUDIENCE, clock }).encode('ana', {
    kind: 'user',
  }),
  api_jwt: createApiTokenEncoder({ policy, key: rs256.privateKey, profile: 'api_jwt', clock }).encode('ana', {
    kind: 'user',
  }),
  'plain JWT': createJwtSigner({ key: es256.privateKey, clock, lifetimeSeconds: 60 }).sign({
    iss: 'plain',
    sub: 'ana',
    aud: AUDIENCE,
  }),
} as const;

const token = (typ: string | undefined, claims: Readonly<Record<string, unknown>>): string =>
  createJwsSigner({ key: es256.privateKey, header: typ === undefined ? {} : { typ } }).sign(
    Buffer.from(JSON.stringify({ iat: NOW, exp: NOW + 60, jti: 'token-1', ...claims })),
  );

/** Those of others, and those that are never a credential of their own. */
export const FURTHER_KINDS = {
  'api_jwt of another policy': createApiTokenEncoder({
    policy: oldPolicy,
    key: rs256.privateKey,
    profile: 'api_jwt',
    clock,
  }).encode('ana', { kind: 'user' }),
  'OIDC ID token': token('JWT', { iss: AUTHORITY, sub: 'ana', aud: AUDIENCE, nonce: 'n', at_hash: 'h' }),
  'OIDC access token': token(undefined, { iss: LEGACY_ISSUER, sub: 'ana', aud: AUDIENCE, azp: 'web' }),
  'DPoP proof': createDpopSigner({ key: es256.privateKey, clock }).sign({
    method: 'GET',
    url: 'https://api.example/',
  }),
  // RFC 7523 section 3.
  'client assertion': token('JWT', { iss: 'web', sub: 'web', aud: AUDIENCE }),
  // OpenID Connect Back-Channel Logout section 2.4.
  'logout token': token('logout+jwt', { iss: AUTHORITY, sub: 'ana', aud: AUDIENCE, sid: 's', ...logout() }),
  'logout token without a type': token(undefined, { iss: AUTHORITY, sub: 'ana', aud: AUDIENCE, ...logout() }),
  // RFC 9101 section 4.
  'request object': token('oauth-authz-req+jwt', {
    iss: 'web',
    aud: AUDIENCE,
    client_id: 'web',
    scope: 'read',
  }),
} as const;

function logout() {
  return { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } };
}

/** A random text: a refresh token, a code, a session. */
export const OPAQUE_TOKEN = 'Q2hhbmdlIG1lLCBJIGFtIG9wYXF1ZSBhbmQgbG9uZyBlbm91Z2g';

/** Header and claims as they are, but for algorithm and key. */
export function signedAnew(original: string, key: SigningKey): string {
  const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(original);
  const { typ, jwk } = unverifiedHeader;
  const header = { ...(typ === undefined ? {} : { typ }), ...(jwk === undefined ? {} : { jwk }) };
  return createJwsSigner({ key, header }).sign(Buffer.from(JSON.stringify(unverifiedClaims)));
}

/**
 * Row J28: each kind of token is offered to the verifier of each other kind, as if operators shared one key and one
 * audience among all of them by mistake: each token is signed anew under the very key that the verifier takes.
 */
import type { AlgorithmName, SigningKey, VerificationKey } from 'countersign';
import {
  createJwsSigner,
  createJwtSigner,
  createJwtVerifier,
  decodeUnverifiedJwt,
  exportPublicJwk,
  importPrivateKey,
  importPublicKey,
  importSecret,
  TokenError,
} from 'countersign';
import {
  createAccessTokenGenerator,
  createAccessTokenParser,
  createAccessTokenSigner,
  createAccessTokenVerifier,
} from 'countersign/access-token';
import type { ApiTokenDecoder } from 'countersign/api-token';
import {
  createApiTokenDecoder,
  createApiTokenEncoder,
  definePolicy,
  STANDARD_EXTRAS,
} from 'countersign/api-token';
import { createAsapSigner, createAsapVerifier } from 'countersign/asap';
import { createSignInClient } from 'countersign/sign-in';
import { describe, expect, it } from 'vitest';
import { SECRET } from './support/keys.js';
import { privatePem, publicPem } from './support/raw-keys.js';
import { NOW } from './support/tokens.js';

const AUDIENCE = 'aud-of-all';
/** Under the issuer of the ASAP tokens: these ask for that. */
const KEY_ID = 'caller/key1';
const AUTHORITY = 'https://authority.example';
const clock = () => NOW;

function pairFor(algorithm: 'ES256' | 'RS256') {
  const kind = algorithm === 'ES256' ? 'p256' : 'rsa';
  return {
    privateKey: importPrivateKey({ algorithm, kid: KEY_ID, pem: privatePem(kind) }),
    publicKey: importPublicKey({ algorithm, kid: KEY_ID, pem: publicPem(kind) }),
  };
}

const es256 = pairFor('ES256');
const rs256 = pairFor('RS256');
const secret = importSecret({ algorithm: 'HS256', secret: SECRET, kid: KEY_ID });
const policy = definePolicy({ kinds: { user: 'auth_user' }, extras: STANDARD_EXTRAS });

type Kind = 'ID token' | 'ASAP' | 'HMAC access token' | 'RFC 9068' | 'native' | 'api_jwt' | 'plain JWT';

/** One real token of each kind. */
const TOKENS: Readonly<Record<Kind, string>> = {
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
};
const KINDS = Object.keys(TOKENS) as readonly Kind[];

/** Header and claims as they are, but for algorithm and key. */
function signedAnew(kind: Kind, key: SigningKey): string {
  const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(TOKENS[kind]);
  const header = { typ: unverifiedHeader['typ'] };
  return createJwsSigner({ key, header }).sign(Buffer.from(JSON.stringify(unverifiedClaims)));
}

interface Verifier {
  readonly key: SigningKey;
  /** The kind of its caller, or the code of the refusal. */
  judge(token: string): Promise<string> | string;
}

const judging = (key: SigningKey, use: (token: string) => unknown): Verifier => ({
  key,
  async judge(token) {
    try {
      await use(token);
      return 'accepted';
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof TokenError ? error.cause : error;
      if (cause instanceof TokenError) return cause.code;
      throw error;
    }
  },
});

const decoding = (key: SigningKey, { decode }: ApiTokenDecoder): Verifier => ({
  key,
  judge(token) {
    const outcome = decode(token);
    if (outcome.outcome === 'valid') return 'accepted';
    return outcome.outcome === 'bad' ? outcome.reason : outcome.outcome;
  },
});

function apiTokenDecoder(
  keys: typeof es256.publicKey,
  options: { readonly audience: string | null; readonly recheckPolicy: boolean },
) {
  const algorithms = [keys.algorithm as Exclude<AlgorithmName, `HS${string}`>];
  return createApiTokenDecoder({ policy, keys, algorithms, clock, ...options }) as unknown as ApiTokenDecoder;
}

const plainVerifier = (keys: VerificationKey) =>
  createJwtVerifier({
    keys,
    algorithms: null,
    type: 'JWT',
    issuer: 'plain',
    audience: AUDIENCE,
    maxAgeSeconds: null,
    clock,
  });

const signInClient = createSignInClient({
  appId: AUDIENCE,
  baseUrl: AUTHORITY,
  algorithms: ['ES256'],
  fetch: async () =>
    new Response(JSON.stringify({ keys: [{ ...exportPublicJwk(es256.publicKey), use: 'sig' }] }), {
      headers: { 'content-type': 'application/json' },
    }),
  clock,
});

const asapVerifier = (keys: VerificationKey) =>
  createAsapVerifier({ keys, audience: AUDIENCE, issuers: null, clock });
const accessTokenVerifier = (keys: typeof es256.publicKey) =>
  createAccessTokenVerifier({ keys, issuer: AUTHORITY, audience: AUDIENCE, algorithms: null, clock });

/** Each as open as its kind allows: where a kind can do without a list of issuers it has none. */
const VERIFIERS: readonly (readonly [Kind, string, Verifier])[] = [
  ['ID token', 'ES256', judging(es256.privateKey, (token) => signInClient.verifyIdToken(token))],
  ['ASAP', 'ES256', judging(es256.privateKey, (token) => asapVerifier(es256.publicKey).verify(token))],
  ['ASAP', 'RS256', judging(rs256.privateKey, (token) => asapVerifier(rs256.publicKey).verify(token))],
  [
    'HMAC access token',
    'HS256',
    judging(secret, (token) => {
      const parsed = createAccessTokenParser({ secret: () => SECRET, clock }).parse(token);
      if (parsed.outcome === 'refused') throw parsed.error;
    }),
  ],
  [
    'RFC 9068',
    'ES256',
    judging(es256.privateKey, (token) => accessTokenVerifier(es256.publicKey).verify(token)),
  ],
  [
    'RFC 9068',
    'RS256',
    judging(rs256.privateKey, (token) => accessTokenVerifier(rs256.publicKey).verify(token)),
  ],
  [
    'native',
    'ES256',
    decoding(es256.privateKey, apiTokenDecoder(es256.publicKey, { audience: AUDIENCE, recheckPolicy: true })),
  ],
  [
    'api_jwt',
    'RS256',
    decoding(rs256.privateKey, apiTokenDecoder(rs256.publicKey, { audience: null, recheckPolicy: false })),
  ],
  ['plain JWT', 'ES256', judging(es256.privateKey, (token) => plainVerifier(es256.publicKey).verify(token))],
  ['plain JWT', 'RS256', judging(rs256.privateKey, (token) => plainVerifier(rs256.publicKey).verify(token))],
  ['plain JWT', 'HS256', judging(secret, (token) => plainVerifier(secret).verify(token))],
];

describe.each(VERIFIERS)('J28: a verifier of the kind %s under %s', (own, _, { key, judge }) => {
  it.each(KINDS)('J28: is offered a token of the kind %s', async (kind) => {
    const judgement = await judge(signedAnew(kind, key));
    if (kind === own) expect(judgement).toBe('accepted');
    else {
      expect(judgement).not.toBe('accepted');
      // It was refused for what it is, not because the test signed it wrongly.
      expect(['bad_signature', 'key_not_found', 'malformed_token']).not.toContain(judgement);
    }
  });
});

describe('an API token decoder that does not check the policy again', () => {
  it('J28: refuses tokens of other issuers for its audience and under its key', () => {
    const decoder = apiTokenDecoder(es256.publicKey, { audience: AUDIENCE, recheckPolicy: false });
    for (const kind of KINDS.filter((each) => each !== 'native')) {
      expect(decoder.decode(signedAnew(kind, es256.privateKey)).outcome, kind).toBe('bad');
    }
  });
});

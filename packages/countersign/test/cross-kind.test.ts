/**
 * Row J28: each kind of token is offered to the verifier of each other kind, as if operators shared one key and one
 * audience among all of them by mistake: each token is signed anew under the very key that the verifier takes.
 */
import type { AlgorithmName, SigningKey, VerificationKey } from 'countersign';
import { createJwtVerifier, exportPublicJwk, TokenError } from 'countersign';
import { createAccessTokenParser, createAccessTokenVerifier } from 'countersign/access-token';
import type { ApiTokenDecoder } from 'countersign/api-token';
import { createApiTokenDecoder } from 'countersign/api-token';
import { createAsapVerifier } from 'countersign/asap';
import { createSignInClient } from 'countersign/sign-in';
import { describe, expect, it } from 'vitest';
import { SECRET } from './support/keys.js';
import {
  AUDIENCE,
  AUTHORITY,
  CREDENTIALS,
  clock,
  es256,
  policy,
  rs256,
  secret,
  signedAnew,
} from './support/kinds-of-token.js';

type Kind = keyof typeof CREDENTIALS;

const KINDS = Object.keys(CREDENTIALS) as readonly Kind[];

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
  options: {
    readonly audience: string | null;
    readonly recheckPolicy: boolean;
  },
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
    const judgement = await judge(signedAnew(CREDENTIALS[kind], key));
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
      expect(decoder.decode(signedAnew(CREDENTIALS[kind], es256.privateKey)).outcome, kind).toBe('bad');
    }
  });
});

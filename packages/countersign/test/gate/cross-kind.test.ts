/**
 * Row J28 for the gate: each kind of token is offered to each acceptor alone, and to all of them together, as if
 * operators shared one key and one audience among all of them by mistake.
 */
import { TokenError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { Acceptor, Lane } from '../../src/gate/acceptor.js';
import { accessTokens, apiTokens, asap, oidc, signIn } from '../../src/gate/acceptors/index.js';
import { createLaneChooser } from '../../src/gate/choose-lane.js';
import { findClaimConflicts } from '../../src/gate/find-claim-conflicts.js';
import {
  AUDIENCE,
  AUTHORITY,
  CREDENTIALS,
  es256,
  es256WithoutId,
  FURTHER_KINDS,
  LEGACY_ISSUER,
  OPAQUE_TOKEN,
  oldPolicy,
  policy,
  secretWithoutId,
  signedAnew,
} from '../support/kinds-of-token.js';
import { lanesOf } from './support/acceptor-context.js';

const TOKENS = { ...CREDENTIALS, ...FURTHER_KINDS };
type Kind = keyof typeof TOKENS;
const KINDS = Object.keys(TOKENS) as readonly Kind[];

/** Each token is signed under each of them. Those without an id fit every token that names none. */
const SIGNERS = {
  'the shared key, by its id': es256.privateKey,
  'the shared key, without an id': es256WithoutId,
  'the shared secret, without an id': secretWithoutId,
} as const;
type Signer = keyof typeof SIGNERS;
const PUBLIC: readonly Signer[] = ['the shared key, by its id', 'the shared key, without an id'];

const shared = { keys: es256.publicKey, audience: AUDIENCE };
const ofPolicy = { keys: es256.publicKey, algorithms: ['ES256'] } as const;

/** Each as open as it can be: where an acceptor can do without a list it has none. */
const ACCEPTORS: Readonly<Record<string, { acceptor: Acceptor; own: Kind; signers: readonly Signer[] }>> = {
  signIn: {
    acceptor: signIn({
      issuer: `${AUTHORITY}/${AUDIENCE}`,
      keys: es256.publicKey,
      algorithms: ['ES256'],
    }),
    own: 'ID token',
    signers: ['the shared key, by its id'],
  },
  asap: {
    acceptor: asap({ ...shared, audience: null, issuers: null }),
    own: 'ASAP',
    signers: ['the shared key, by its id'],
  },
  'accessTokens of an issuer': {
    acceptor: accessTokens({ ...shared, issuer: AUTHORITY }),
    own: 'RFC 9068',
    signers: PUBLIC,
  },
  'accessTokens under a secret': {
    acceptor: accessTokens({ provider: 'provider', audience: null, secret: secretWithoutId }),
    own: 'HMAC access token',
    signers: ['the shared secret, without an id'],
  },
  'apiTokens of the native profile': {
    acceptor: apiTokens({ ...ofPolicy, policy, audience: AUDIENCE, profiles: ['native'] }),
    own: 'native',
    signers: PUBLIC,
  },
  'apiTokens of the profile api_jwt': {
    acceptor: apiTokens({ ...ofPolicy, policy, audience: null, profiles: ['api_jwt'] }),
    own: 'api_jwt',
    signers: PUBLIC,
  },
  'apiTokens of another policy': {
    acceptor: apiTokens({ ...ofPolicy, policy: oldPolicy, audience: null }),
    own: 'api_jwt of another policy',
    signers: PUBLIC,
  },
  'oidc for access tokens': {
    acceptor: oidc({
      ...shared,
      issuer: LEGACY_ISSUER,
      accepts: 'access-tokens',
      unsafeAllowUntypedAccessTokens: true,
    }),
    own: 'OIDC access token',
    signers: PUBLIC,
  },
  'oidc for ID tokens': {
    acceptor: oidc({ ...shared, issuer: AUTHORITY, accepts: 'id-tokens' }),
    own: 'OIDC ID token',
    signers: PUBLIC,
  },
};

/** The kind of the caller, or the code of the refusal, on which both ways to verify agree. */
async function judge(lanes: readonly Lane[], token: string): Promise<string> {
  const chooser = createLaneChooser(lanes);
  const later = await codeOf(async () => (await chooser.choose(token).verifyAsync(token)).caller.kind);
  expect(await codeOf(async () => chooser.choose(token).verify(token).caller.kind)).toBe(later);
  return later;
}

/** By the lane itself, though the chooser would never hand it the token. */
async function judgeByLane([lane]: readonly Lane[], token: string): Promise<string> {
  return codeOf(async () => lane?.verify(token).caller.kind ?? 'no lane');
}

async function codeOf(call: () => Promise<string>): Promise<string> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
}

describe.each(Object.entries(ACCEPTORS))('J28: %s alone', (_, { acceptor, own, signers }) => {
  const lanes = lanesOf([acceptor]);

  describe.each(Object.keys(SIGNERS) as Signer[])('under %s', (signer) => {
    it.each(KINDS)('J28: is offered a token of the kind %s', async (kind) => {
      const token = signedAnew(TOKENS[kind], SIGNERS[signer]);
      for (const judgement of [await judge(lanes, token), await judgeByLane(lanes, token)]) {
        if (kind === own && signers.includes(signer)) expect(judgement).toBe(acceptor.kind);
        else expect(judgement).toMatch(/_/);
        // What is signed with the right key is refused for what it is.
        if (signers.includes(signer)) expect(judgement).not.toMatch(/bad_signature|key_not_found|malformed/);
      }
    });
  });

  it('J28: refuses an opaque token', async () => {
    expect(await judge(lanes, OPAQUE_TOKEN)).toBe('malformed_token');
  });
});

describe('J28: all acceptors in one gate', () => {
  const together = Object.entries(ACCEPTORS).filter(([name]) => name !== 'apiTokens of the profile api_jwt');
  const lanes = lanesOf(together.map(([, { acceptor }]) => acceptor));
  const owners = new Map(together.map(([, { own, acceptor, signers }]) => [own, { acceptor, signers }]));

  it('J28: have no conflict', () => {
    expect(findClaimConflicts(lanes)).toEqual([]);
  });

  describe.each(Object.keys(SIGNERS) as Signer[])('under %s', (signer) => {
    it.each(KINDS)('J28: are offered a token of the kind %s', async (kind) => {
      const owner = owners.get(kind);
      const judgement = await judge(lanes, signedAnew(TOKENS[kind], SIGNERS[signer]));
      if (owner?.signers.includes(signer)) expect(judgement).toBe(owner.acceptor.kind);
      else expect(judgement).toMatch(/_/);
    });
  });

  it('J28: refuse an opaque token', async () => {
    expect(await judge(lanes, OPAQUE_TOKEN)).toBe('malformed_token');
  });
});

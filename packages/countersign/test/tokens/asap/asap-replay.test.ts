import type { TokenErrorCode } from 'countersign';
import { TokenError, UnavailableError } from 'countersign';
import type { AsapVerifier, ReplayEntry, ReplayVerdict } from 'countersign/asap';
import { createMemoryReplayStore } from 'countersign/asap';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { toBytes, toInteger } from '../../support/integers.js';
import { judgeNow } from '../../support/judgement.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { AUDIENCE, ISSUER, KEY_ID, keyPairWithId, tokenWith, verifierWith } from './support/services.js';

function setUp({ toleranceSeconds = 0, maxTokens = 10_000 } = {}) {
  const clock = createTestClock(NOW);
  const replay = createMemoryReplayStore({ clock, maxTokens });
  const keys = ['caller/key1', 'other/key1'].map((kid) => keyPairWithId(kid).publicKey);
  const options = { keys, clock, replay, toleranceSeconds };
  return { clock, replay, options, verifier: verifierWith(options) };
}

/** A store that says what it is told to, and what it was asked. */
function scripted(answer: () => ReplayVerdict | Promise<ReplayVerdict>) {
  const asked: ReplayEntry[] = [];
  const insertOnce = (entry: ReplayEntry) => {
    asked.push(entry);
    return answer();
  };
  return { asked, replay: { insertOnce } };
}

/** The (r, n - s) twin of an ES256 token: another text, as good a signature. */
function twinOf(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header, payload, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const twin = Buffer.concat([bytes.subarray(0, 32), toBytes(order - toInteger(bytes.subarray(32)), 32)]);
  return `${header}.${payload}.${twin.toString('base64url')}`;
}

const codeOf = (verifier: AsapVerifier, token: string) =>
  verifier.verifyAsync(token).then(
    () => 'accepted',
    (error: unknown) => (error as { code?: string }).code,
  );

describe('tokens that were used before', () => {
  it('ASAP-26, A9: are refused with an error of their own', () => {
    const { verifier } = setUp();
    const token = tokenWith();
    expect(verifier.verify(token).tokenId).toBe('an-id');
    expect(() => verifier.verify(token)).toThrow(
      expect.objectContaining({
        code: 'token_replayed',
        status: 401,
        message: 'the jti has been used before',
      }),
    );
    expect(judgeNow(verifier, tokenWith({ jti: 'another' }))).toBe('accepted');
  });

  it('ASAP-26: the first of 1,001 is remembered still', () => {
    const { verifier } = setUp();
    const tokens = Array.from({ length: 1_001 }, (_, index) => tokenWith({ jti: `id-${index}` }));
    for (const token of tokens) expect(judgeNow(verifier, token)).toBe('accepted');
    expect(judgeNow(verifier, tokens[0] ?? '')).toBe('token_replayed');
  });

  it('A9: another token of the issuer with the same id is a replay; of another issuer it is not', () => {
    const { verifier } = setUp();
    expect(judgeNow(verifier, tokenWith())).toBe('accepted');
    expect(judgeNow(verifier, tokenWith({ exp: NOW + 600, extra: 1 }))).toBe('token_replayed');
    const fromOther = tokenWith({ iss: 'other', sub: 'other' }, { kid: 'other/key1' });
    expect(judgeNow(verifier, fromOther)).toBe('accepted');
  });

  it('J12: the twin of a signature is the same token', () => {
    const { verifier } = setUp();
    const token = tokenWith();
    const twin = twinOf(token);
    expect(twin).not.toBe(token);
    expect(judgeNow(verifier, twin)).toBe('accepted');
    expect(judgeNow(verifier, token)).toBe('token_replayed');
  });

  it.each<[TokenErrorCode, () => string]>([
    ['bad_signature', () => `${tokenWith().slice(0, -6)}AAAAAA`],
    ['audience_mismatch', () => tokenWith({ aud: 'other' })],
    ['subject_mismatch', () => tokenWith({ sub: 'other' })],
    ['lifetime_too_long', () => tokenWith({ exp: NOW + 3601 })],
    ['token_expired', () => tokenWith({ iat: NOW - 10, exp: NOW })],
  ])('ASAP-26, A11: a token refused with %s is not used up', async (code, make) => {
    const { verifier, replay } = setUp();
    expect(judgeNow(verifier, make())).toBe(code);
    expect(await codeOf(verifier, make())).toBe(code);
    expect(replay.size).toBe(0);
    expect(judgeNow(verifier, tokenWith())).toBe('accepted');
  });

  it('ASAP-26: an issuer that may not come in does not use up its token', () => {
    const { options, verifier, replay } = setUp();
    expect(judgeNow(verifierWith({ ...options, issuers: ['other'] }), tokenWith())).toBe(
      'issuer_not_allowed',
    );
    expect(replay.size).toBe(0);
    expect(judgeNow(verifier, tokenWith())).toBe('accepted');
  });

  it('A9: are remembered until they have expired and the tolerance has passed', () => {
    const { verifier, clock } = setUp({ toleranceSeconds: 10 });
    const token = tokenWith();
    expect(judgeNow(verifier, token)).toBe('accepted');
    clock.advance(69.999);
    expect(judgeNow(verifier, token)).toBe('token_replayed');
    clock.advance(0.001);
    expect(judgeNow(verifier, token)).toBe('token_expired');
  });

  it('A10: of 100 that come at once exactly one is taken', async () => {
    const { verifier } = setUp();
    const token = tokenWith();
    const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(verifier, token)));
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
    expect(codes.filter((code) => code === 'token_replayed')).toHaveLength(99);
  });

  it('ASAP-26: verifiers that share a store share what they know', async () => {
    const { options, verifier } = setUp();
    expect(judgeNow(verifier, tokenWith())).toBe('accepted');
    expect(await codeOf(verifierWith(options), tokenWith())).toBe('token_replayed');
  });
});

describe('a verifier and its replay store', () => {
  it('asks it once for each good token, in terms of issuer, id and last instant', async () => {
    const { asked, replay } = scripted(() => 'inserted');
    const verifier = verifierWith({ replay, toleranceSeconds: 30 });
    verifier.verify(tokenWith());
    await verifier.verifyAsync(tokenWith({ jti: 'second' }));
    expect(asked).toEqual([
      { issuer: ISSUER, tokenId: 'an-id', expiresAt: NOW + 90 },
      { issuer: ISSUER, tokenId: 'second', expiresAt: NOW + 90 },
    ]);
  });

  it('S13: a full store refuses the token with 503, and forgets nothing', async () => {
    const { verifier } = setUp({ maxTokens: 1 });
    expect(judgeNow(verifier, tokenWith())).toBe('accepted');
    const full = { code: 'replay_store_full', status: 503, retryAfterSeconds: expect.any(Number) };
    expect(() => verifier.verify(tokenWith({ jti: 'second' }))).toThrow(expect.objectContaining(full));
    await expect(verifier.verifyAsync(tokenWith({ jti: 'second' }))).rejects.toMatchObject(full);
    expect(judgeNow(verifier, tokenWith())).toBe('token_replayed');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers nothing', () => undefined],
    ['answers true', () => true],
    ['answers something else later', async () => 'OK'],
  ])('S13: a store that %s lets nobody in', async (_what, answer) => {
    const { replay } = scripted(answer as never);
    const rejection = await verifierWith({ replay })
      .verifyAsync(tokenWith())
      .catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(UnavailableError);
    expect(rejection).toMatchObject({ code: 'replay_store_unavailable', status: 503, retry: true });
  });

  it('a store may answer later, to verifyAsync', async () => {
    const answers: ReplayVerdict[] = ['inserted', 'seen'];
    const { replay } = scripted(async () => answers.shift() ?? 'full');
    const verifier = verifierWith({ replay });
    await expect(verifier.verifyAsync(tokenWith())).resolves.toMatchObject({ issuer: ISSUER });
    await expect(verifier.verifyAsync(tokenWith())).rejects.toBeInstanceOf(TokenError);
  });

  it('a store that answers later lets nobody in through verify, however it answers', () => {
    for (const answer of [async () => 'inserted' as const, () => Promise.reject(new Error('down'))]) {
      const verifier = verifierWith({ replay: scripted(answer).replay });
      expect(usageProblem(() => verifier.verify(tokenWith()))).toMatch(/answers later: use verifyAsync/);
    }
  });

  it('a store that throws is unavailable to verify as well', () => {
    const { replay } = scripted(() => {
      throw new Error('down');
    });
    const verifier = verifierWith({ replay, keys: keyPairWithId(KEY_ID).publicKey, audience: AUDIENCE });
    expect(() => verifier.verify(tokenWith())).toThrow(
      expect.objectContaining({ code: 'replay_store_unavailable', cause: new Error('down') }),
    );
  });
});

import type { RevocationSource, RevocationVerdict } from 'countersign/gate';
import { createMemoryRevocations } from 'countersign/gate';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { answerOf, checkToken, gateWith } from './support/gates.js';
import { ISSUER, plainLane, plainToken } from './support/plain-lane.js';

const TOKEN = {
  issuer: ISSUER,
  subject: 'somebody',
  tokenId: 'token-1',
  issuedAt: NOW,
  expiresAt: NOW + 60,
};

const revocationsAt = (clock: () => number, maxEntries = 100) =>
  createMemoryRevocations({ clock, maxEntries });

describe('revocations in memory', () => {
  it('reach one token by its issuer and jti, and no other', () => {
    const revocations = revocationsAt(() => NOW);
    revocations.revokeToken({ issuer: ISSUER, tokenId: 'token-1', expiresAt: NOW + 60 });
    expect(revocations.check(TOKEN)).toBe('revoked');
    expect(revocations.check({ ...TOKEN, tokenId: 'token-2' })).toBe('good');
    expect(revocations.check({ ...TOKEN, tokenId: undefined })).toBe('good');
    expect(revocations.check({ ...TOKEN, issuer: 'https://other.example' })).toBe('good');
  });

  it('A9: keep issuer and jti apart, however they are written, and jti and subject too', () => {
    const revocations = revocationsAt(() => NOW);
    revocations.revokeToken({ issuer: 'a', tokenId: 'bc', expiresAt: NOW + 60 });
    expect(revocations.check({ ...TOKEN, issuer: 'ab', tokenId: 'c' })).toBe('good');
    expect(revocations.check({ ...TOKEN, issuer: 'a', tokenId: 'x', subject: 'bc' })).toBe('good');
    for (const tokenId of ['__proto__', 'constructor', 'toString']) {
      expect(revocations.check({ ...TOKEN, issuer: tokenId, tokenId })).toBe('good');
    }
  });

  it('reach every token of one grant, whatever its jti, and no token of another grant or of none', () => {
    const revocations = revocationsAt(() => NOW);
    revocations.revokeGrant({ issuer: ISSUER, grantId: 'grant-1', expiresAt: NOW + 60 });
    expect(revocations.check({ ...TOKEN, grantId: 'grant-1' })).toBe('revoked');
    expect(revocations.check({ ...TOKEN, grantId: 'grant-1', tokenId: undefined })).toBe('revoked');
    expect(revocations.check({ ...TOKEN, grantId: 'grant-2' })).toBe('good');
    expect(revocations.check({ ...TOKEN, tokenId: 'grant-1' })).toBe('good');
    expect(revocations.check({ ...TOKEN, grantId: 'grant-1', issuer: 'https://other.example' })).toBe('good');
  });

  it('reach what a subject was issued before a moment, to the second, and what tells no iat', () => {
    const revocations = revocationsAt(() => NOW);
    revocations.revokeSubject({ issuer: ISSUER, subject: 'somebody', before: NOW, expiresAt: NOW + 60 });
    const verdictAt = (issuedAt: number | undefined) => revocations.check({ ...TOKEN, issuedAt });
    expect([NOW - 1, NOW - 0.001, NOW, NOW + 1, undefined, Number.NaN].map(verdictAt)).toEqual([
      'revoked',
      'revoked',
      'good',
      'good',
      'revoked',
      'revoked',
    ]);
    expect(revocations.check({ ...TOKEN, subject: 'somebody else', issuedAt: 0 })).toBe('good');
  });

  it('of one subject do not take one another back', () => {
    const revocations = revocationsAt(() => NOW);
    for (const before of [NOW + 10, NOW]) {
      revocations.revokeSubject({ issuer: ISSUER, subject: 'somebody', before, expiresAt: before + 60 });
    }
    expect(revocations.check({ ...TOKEN, issuedAt: NOW + 5 })).toBe('revoked');
    expect(revocations.size).toBe(1);
  });

  it('are forgotten once no gate can take the token any more, its greatest tolerance included', () => {
    const clock = createTestClock(NOW);
    const revocations = revocationsAt(clock);
    revocations.revokeToken({ issuer: ISSUER, tokenId: 'token-1', expiresAt: NOW + 60 });
    const addAnother = () =>
      revocations.revokeToken({ issuer: ISSUER, tokenId: 'another', expiresAt: NOW + 10_000 });
    clock.advance(359);
    addAnother();
    expect([revocations.check(TOKEN), revocations.size]).toEqual(['revoked', 2]);
    clock.advance(61);
    addAnother();
    expect(revocations.size).toBe(1);
  });

  it('S14: after the clock was set back, a token of which something may be forgotten is unknown, no other', () => {
    const clock = createTestClock(NOW);
    const revocations = revocationsAt(clock, 1);
    revocations.revokeToken({ issuer: ISSUER, tokenId: 'token-1', expiresAt: NOW + 60 });
    clock.advance(86_400);
    revocations.revokeToken({ issuer: ISSUER, tokenId: 'another', expiresAt: NOW + 100_000 });
    clock.advance(-86_400);
    expect(revocations.check(TOKEN)).toBe('unknown');
    expect(revocations.check({ ...TOKEN, expiresAt: NOW + 61 })).toBe('good');
  });

  it('say so when there is no room, and forget none that is in force', () => {
    const revocations = revocationsAt(() => NOW, 2);
    const revoke = (tokenId: string) =>
      revocations.revokeToken({ issuer: ISSUER, tokenId, expiresAt: NOW + 60 });
    revoke('token-1');
    revocations.revokeSubject({ issuer: ISSUER, subject: 'other', before: NOW, expiresAt: NOW + 60 });
    expect(() => revoke('token-2')).toThrow(expect.objectContaining({ code: 'revocation_unavailable' }));
    revoke('token-1');
    expect(revocations.check(TOKEN)).toBe('revoked');
    expect(revocations.check({ ...TOKEN, subject: 'other', tokenId: 'x', issuedAt: 0 })).toBe('revoked');
    expect(revocations.size).toBe(2);
  });

  it('are refused as options are where they are none', () => {
    const revocations = revocationsAt(() => NOW);
    const wrong = { issuer: '', tokenId: '', expiresAt: Number.NaN };
    expect(usageProblem(() => revocations.revokeToken(wrong))).toBe(
      'invalid_options: issuer must be a non-empty string, not an empty string; ' +
        'tokenId must be a non-empty string, not an empty string; ' +
        'expiresAt must be a number of epoch seconds from 0 to 9007199254740991, not NaN',
    );
  });
});

describe('a gate with a revocation source', () => {
  it('K9 g: refuses a token that it let in a moment ago, as soon as it is revoked', async () => {
    const revocations = revocationsAt(() => NOW);
    const { guard } = gateWith({
      accept: [plainLane().acceptor],
      revocation: { source: revocations, whenUnavailable: 'refuse' },
    });
    expect(await answerOf(guard, plainToken())).toBe('caller');
    revocations.revokeSubject({ issuer: ISSUER, subject: 'somebody', before: NOW + 1, expiresAt: NOW + 60 });
    expect(await checkToken(guard, plainToken())).toMatchObject({ reason: 'token_revoked', status: 401 });
    expect(await answerOf(guard, plainToken({ iat: NOW, sub: 'another', jti: 'x' }))).toBe('caller');
  });

  it('tells the source issuer, subject, jti and times of a token that holds, and nothing else', async () => {
    const asked: unknown[] = [];
    const source: RevocationSource = {
      check(query) {
        asked.push(query);
        return 'good';
      },
    };
    const { guard } = gateWith({
      accept: [plainLane().acceptor],
      revocation: { source, whenUnavailable: 'refuse' },
    });
    await checkToken(guard, plainToken());
    await checkToken(guard, plainToken({ exp: NOW }));
    expect(asked).toEqual([TOKEN]);
  });

  const silent: readonly [string, RevocationSource][] = [
    ['that says unknown', { check: () => 'unknown' }],
    ['that says unknown later', { check: async () => 'unknown' as const }],
    ['that throws', { check: () => fail() }],
    ['that rejects', { check: async () => fail() }],
    ['that gives no verdict', { check: () => true as unknown as RevocationVerdict }],
    ['that gives nothing', { check: async () => undefined as unknown as RevocationVerdict }],
  ];

  it.each(silent)('S13: with a source %s answers 503, or lets in if it was told to', async (_, source) => {
    const accept = [plainLane().acceptor];
    const closed = gateWith({ accept, revocation: { source, whenUnavailable: 'refuse' } });
    expect(await checkToken(closed.guard, plainToken())).toMatchObject({
      status: 503,
      reason: 'revocation_unavailable',
      headers: { 'retry-after': '5' },
    });
    const open = gateWith({ accept, revocation: { source, whenUnavailable: 'accept' } });
    expect(await answerOf(open.guard, plainToken())).toBe('caller');
  });

  it('an outage lets nobody in as nobody either, whatever the mode', async () => {
    const source: RevocationSource = { check: () => 'unknown' };
    const { guard } = gateWith(
      { accept: [plainLane().acceptor], revocation: { source, whenUnavailable: 'refuse' } },
      { mode: 'unsafePermissive' },
    );
    expect(await answerOf(guard, plainToken())).toBe('revocation_unavailable');
  });

  it('has to be told what to do during an outage', () => {
    const revocation = { source: { check: () => 'good' } } as never;
    expect(usageProblem(() => gateWith({ accept: [plainLane().acceptor], revocation }))).toBe(
      'invalid_options: revocation is not right: whenUnavailable is required',
    );
    const alone = { check: () => 'good' } as never;
    expect(usageProblem(() => gateWith({ accept: [plainLane().acceptor], revocation: alone }))).toBe(
      'invalid_options: revocation must be null or { source, whenUnavailable }, not the source alone',
    );
  });
});

function fail(): never {
  throw new Error('the source is down');
}

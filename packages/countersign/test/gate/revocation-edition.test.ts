import type { MemoryRevocations, RevocationSource } from 'countersign/gate';
import { createMemoryRevocations } from 'countersign/gate';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it, vi } from 'vitest';
import { editionOf, withEdition } from '../../src/gate/revocation/edition.js';
import { NOW } from '../support/tokens.js';
import { followFeed, page, startFeed } from './support/feed-server.js';
import { answerOf, checkToken, gateWith } from './support/gates.js';
import { ISSUER, plainLane, plainToken } from './support/plain-lane.js';

const SOON = NOW + 60;

/** A gate that asks a source with this edition, and how often it did. */
function gateAsking(edition: (() => number | undefined) | undefined, check: RevocationSource['check']) {
  const counting = { asked: 0 };
  const source: RevocationSource = {
    check(query) {
      counting.asked++;
      return check(query);
    },
  };
  const revocation = {
    source: edition === undefined ? source : withEdition(source, edition),
    whenUnavailable: 'refuse' as const,
  };
  const { guard } = gateWith({ accept: [plainLane().acceptor], revocation });
  return { guard, counting };
}

describe('a token that a gate remembers', () => {
  it('is asked for with every request where the source has no edition', async () => {
    const { guard, counting } = gateAsking(undefined, () => 'good');
    for (const _ of [1, 2, 3]) expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(counting.asked).toBe(3);
  });

  it('is asked for once for each edition that found it good', async () => {
    let edition = 1;
    const { guard, counting } = gateAsking(
      () => edition,
      () => 'good',
    );
    for (const _ of [1, 2, 3]) expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(counting.asked).toBe(1);
    edition = 2;
    for (const _ of [1, 2, 3]) expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(counting.asked).toBe(2);
  });

  it('is asked for each time while there is no edition, and where the answer came later', async () => {
    const without = gateAsking(
      () => undefined,
      () => 'good',
    );
    const later = gateAsking(
      () => 1,
      () => Promise.resolve('good'),
    );
    for (const { guard, counting } of [without, later]) {
      for (const _ of [1, 2, 3]) expect(await answerOf(guard, plainToken())).toBe('caller');
      expect(counting.asked).toBe(3);
    }
  });

  it.each(['revoked', 'unknown'] as const)('is asked for each time where it was %s', async (verdict) => {
    const { guard, counting } = gateAsking(
      () => 1,
      () => verdict,
    );
    for (const _ of [1, 2, 3]) expect((await checkToken(guard, plainToken())).outcome).toBe('refused');
    expect(counting.asked).toBe(3);
  });

  it('is asked for again where something was revoked while the source was asked', async () => {
    let edition = 1;
    const { guard, counting } = gateAsking(
      () => edition,
      () => {
        edition = 2;
        return counting.asked === 1 ? 'good' : 'revoked';
      },
    );
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(await answerOf(guard, plainToken())).toBe('token_revoked');
  });

  it('is asked for each time where the edition cannot be told', async () => {
    const { guard, counting } = gateAsking(
      () => {
        throw new Error('the clock is broken');
      },
      () => 'good',
    );
    for (const _ of [1, 2, 3]) expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(counting.asked).toBe(3);
  });

  it('is asked for each time where a source with an edition is wrapped', async () => {
    const revocations = createMemoryRevocations({ clock: () => NOW });
    let isBlocked = false;
    const source = {
      ...revocations,
      check: (query: Parameters<MemoryRevocations['check']>[0]) =>
        isBlocked ? 'revoked' : revocations.check(query),
    } as const;
    const revocation = { source, whenUnavailable: 'refuse' } as const;
    const { guard } = gateWith({ accept: [plainLane().acceptor], revocation });
    expect(await answerOf(guard, plainToken())).toBe('caller');
    isBlocked = true;
    expect(await answerOf(guard, plainToken())).toBe('token_revoked');
  });
});

describe('revocations in memory', () => {
  it.each<[string, (revocations: MemoryRevocations) => void]>([
    ['a token', (all) => all.revokeToken({ issuer: ISSUER, tokenId: 'token-1', expiresAt: SOON })],
    ['a grant', (all) => all.revokeGrant({ issuer: ISSUER, grantId: 'grant-1', expiresAt: SOON })],
    [
      'a subject',
      (all) => all.revokeSubject({ issuer: ISSUER, subject: 'somebody', before: NOW + 1, expiresAt: SOON }),
    ],
  ])('reach %s that was let in just before', async (_, revoke) => {
    const source = createMemoryRevocations({ clock: () => NOW });
    const revocation = { source, whenUnavailable: 'refuse' as const };
    const { guard } = gateWith({ accept: [plainLane().acceptor], revocation });
    const token = plainToken({ grant_id: 'grant-1' });
    for (const __ of [1, 2]) expect(await answerOf(guard, token)).toBe('caller');
    revoke(source);
    for (const __ of [1, 2]) expect(await answerOf(guard, token)).toBe('token_revoked');
  });

  it('S14: what was forgotten makes another edition', () => {
    const clock = createTestClock(NOW);
    const revocations = createMemoryRevocations({ clock });
    const editions = [NOW + 60, NOW + 100_000].map((expiresAt, index) => {
      revocations.revokeToken({ issuer: ISSUER, tokenId: `token-${index}`, expiresAt });
      clock.advance(86_400);
      return editionOf(revocations)();
    });
    expect(new Set(editions).size).toBe(2);
    expect(editions).not.toContain(undefined);
  });
});

describe('a revocation feed', () => {
  it('has an edition only while its copy is recent', async () => {
    const clock = createTestClock(NOW);
    const { url } = await startFeed(() => page());
    const feed = followFeed({ url, clock, pollSeconds: 5, waitSeconds: 0 });
    const edition = editionOf(feed);
    expect(edition()).toBeUndefined();
    await feed.warmUp();
    const recent = edition();
    expect(recent).toBeGreaterThan(0);
    clock.advance(10);
    expect(edition()).toBe(recent);
    clock.advance(0.001);
    expect(edition()).toBeUndefined();
  });

  it('reaches a token that was let in just before, also with a feed that began anew', async () => {
    let answer = page();
    const { url } = await startFeed(() => answer);
    const source = followFeed({ url, clock: () => NOW, waitSeconds: 0 });
    await source.warmUp();
    const revocation = { source, whenUnavailable: 'refuse' as const };
    const { guard } = gateWith({ accept: [plainLane().acceptor], revocation });
    for (const _ of [1, 2]) expect(await answerOf(guard, plainToken())).toBe('caller');
    const revoked = { iss: ISSUER, jti: 'token-1', exp: SOON };
    answer = page({ cursor: 'c2', reset: true, revocations: [revoked] });
    await vi.waitFor(async () => expect(await answerOf(guard, plainToken())).toBe('token_revoked'), {
      timeout: 5000,
      interval: 5,
    });
  });
});

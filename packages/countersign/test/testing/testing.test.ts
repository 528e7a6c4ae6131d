import { UsageError } from 'countersign';
import { createTestAuthority, createTestClock } from 'countersign/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

describe('createTestClock', () => {
  it('stands still until it is moved', () => {
    const clock = createTestClock(100);
    expect([clock(), clock()]).toEqual([100, 100]);
    clock.advance(0.5);
    expect(clock()).toBe(100.5);
    clock.advance(-60);
    expect(clock()).toBe(40.5);
  });
});

describe('createTestAuthority', () => {
  it('answers its key set, and 404 to all else', async () => {
    const { fetch, issuer } = createTestAuthority({ clock: () => 0 });
    const init = {
      method: 'GET',
      headers: {},
      redirect: 'manual',
      signal: AbortSignal.timeout(1000),
    } as const;
    expect((await fetch(`${issuer}/.well-known/jwks.json`, init)).status).toBe(200);
    expect((await fetch(`${issuer}/authenticate`, init)).status).toBe(404);
  });
});

describe('the test kit', () => {
  it('refuses to work in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => createTestClock(0)).toThrow(UsageError);
    expect(() => createTestAuthority({ clock: () => 0 })).toThrow(/does not work with NODE_ENV=production/);
  });
});

import { UsageError } from 'countersign';
import { createTestAuthority, createTestClock } from 'countersign/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { usageProblem } from '../support/usage.js';

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

  it('C8: shows no other time than a number of seconds', () => {
    expect(usageProblem(() => createTestClock('now' as never))).toBe(
      'invalid_options: startAt must be epoch seconds, not a string',
    );
    const clock = createTestClock(100);
    expect(usageProblem(() => clock.advance(Number.NaN))).toBe(
      'invalid_options: seconds must be a finite number, not NaN',
    );
    expect(clock()).toBe(100);
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

describe('the options of createTestAuthority', () => {
  it.each([
    [{ clok: () => 0 }, 'unknown option "clok", did you mean "clock"?; clock is required'],
    [{ clock: 0 }, 'clock must be a function, not 0'],
    [
      { clock: () => 0, algorithm: 'ES521' },
      'algorithm must be one of ES512, ES256, EdDSA, did you mean "ES512"?',
    ],
  ])('C8: are checked: %j', (options, problem) => {
    expect(usageProblem(() => createTestAuthority(options as never))).toBe(`invalid_options: ${problem}`);
  });
});

describe('the test kit', () => {
  it('refuses to work in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => createTestClock(0)).toThrow(UsageError);
    expect(() => createTestAuthority({ clock: () => 0 })).toThrow(/does not work with NODE_ENV=production/);
  });
});

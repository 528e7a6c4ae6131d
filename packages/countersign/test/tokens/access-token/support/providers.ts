/** Generators for tests: one provider, one client, one user, and a clock that stands still. */

import type { AccessTokenGeneratorOptions, SecretFunction } from 'countersign/access-token';
import { createAccessTokenGenerator } from 'countersign/access-token';
import { createTestClock } from 'countersign/testing';

/** The instant at which tests take place, in epoch seconds. */
export const NOW = 1_800_000_000;

/** Long enough for HS256. */
export const SECRET = 'a secret of tests, 32 bytes or more';

export function setUp(options: Partial<AccessTokenGeneratorOptions<SecretFunction>> = {}) {
  const clock = createTestClock(NOW);
  const generator = createAccessTokenGenerator({
    provider: 'My Provider',
    clientId: 'abc123DEF',
    userId: '12345',
    scope: ['email', 'profile'],
    secret: () => SECRET,
    clock,
    ...options,
  });
  return { clock, generator };
}

/** The claims that {@link setUp} makes. */
export const CLAIMS = {
  iss: 'My Provider',
  aud: 'abc123DEF',
  sub: '12345',
  scp: ['email', 'profile'],
  iat: NOW,
  exp: NOW + 3600,
};

/** Verifiers for tests: no policy but the one that a test is about. */
import type { JwtVerifier, JwtVerifierOptions } from 'countersign';
import { createJwtVerifier } from 'countersign';
import { secretKey } from './keys.js';
import { NOW } from './tokens.js';

/** For the tokens of tokens.ts: any issuer, audience, type and age. */
export function verifierWith(options: Partial<JwtVerifierOptions> = {}): JwtVerifier {
  return createJwtVerifier({
    keys: secretKey,
    algorithms: null,
    issuer: null,
    audience: null,
    type: null,
    maxAgeSeconds: null,
    clock: () => NOW,
    ...options,
  });
}

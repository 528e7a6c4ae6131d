import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { aFunction, oneOf } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import type { ClaimsToSign } from '../jwt/jwt-claims.js';
import { createJwtSigner } from '../jwt/sign-jwt.js';
import { exportPublicJwk } from '../keys/export-key.js';
import type { FetchFunction } from '../keys/remote-fetch.js';
import type { IdTokenAlgorithm } from '../tokens/sign-in/id-token-keys.js';
import { refuseProduction } from './refuse-production.js';
import { createTestKeyRing } from './test-key-ring.js';

export interface TestAuthorityOptions {
  readonly clock: Clock;
  /** Default ES512. */
  readonly algorithm?: IdTokenAlgorithm;
}

/** An authority with one app, in memory: it signs ID tokens and publishes keys, and does nothing else. */
export interface TestAuthority {
  readonly appId: string;
  readonly baseUrl: string;
  /** The issuer of its ID tokens. */
  readonly issuer: string;
  /** For the client under test. Answers the key set, and 404 to all else. Rejects while the authority is down. */
  readonly fetch: FetchFunction;
  /** How often the key set was asked for. */
  readonly keyRequests: number;
  /** Whether nobody can reach it. */
  isDown: boolean;
  /** An ID token as the authority makes them (JAM-19), good for 1800 s. `claims` come on top. */
  signIdToken(email: string, claims?: ClaimsToSign): string;
  /** A new key signs from now on and comes first in the key set; the old one stays in it. */
  rotateKey(): void;
  /** Takes every key but the signing one out of the key set. */
  withdrawOldKeys(): void;
}

const rules: OptionRules<TestAuthorityOptions> = {
  clock: required(aFunction),
  algorithm: optional(oneOf('ES512', 'ES256', 'EdDSA')),
};

const APP_ID = 'b19a21b4-ad9d-4fd7-88c1-1b68b825c671';
const BASE_URL = 'https://authority.test';

/**
 * For tests of a service that has people sign in by e-mail, without mail and network.
 * @throws UsageError invalid_options with every problem found, and in production
 */
export function createTestAuthority(options: TestAuthorityOptions): TestAuthority {
  refuseProduction('createTestAuthority');
  const { clock, algorithm = 'ES512' } = checkOptions('createTestAuthority', options, rules);
  const issuer = `${BASE_URL}/${APP_ID}`;
  const keys = createTestKeyRing({ algorithm, newKid: randomUUID });
  let keyRequests = 0;

  const authority: TestAuthority = {
    appId: APP_ID,
    baseUrl: BASE_URL,
    issuer,
    isDown: false,
    get keyRequests() {
      return keyRequests;
    },
    async fetch(url) {
      const isKeyRequest = url === `${issuer}/.well-known/jwks.json`;
      if (isKeyRequest) keyRequests += 1;
      if (authority.isDown) throw new TypeError('fetch failed');
      if (!isKeyRequest) return Response.json({ message: 'not found' }, { status: 404 });
      return Response.json({ keys: keys.published.map(exportPublicJwk) });
    },
    signIdToken(email, claims = {}) {
      const signer = createJwtSigner({
        key: keys.signing,
        issuer,
        audience: APP_ID,
        lifetimeSeconds: 1800,
        clock,
      });
      const nbf = Math.floor(clock());
      return signer.sign({ email, sub: email, jti: randomUUID(), token_use: 'id', nbf, ...claims });
    },
    rotateKey: keys.rotate,
    withdrawOldKeys: keys.withdrawOld,
  };
  return authority;
}

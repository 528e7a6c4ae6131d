/** What everybody who calls in a test signs with, and where it is published. */
import { randomBytes } from 'node:crypto';
import { importSecret } from '../keys/import-secret.js';
import type { PublicKey, SecretKey } from '../keys/key.js';
import type { KeySource } from '../keys/key-source.js';
import type { TestKeyRing } from './test-key-ring.js';
import { createTestKeyRing, createTestKeySource } from './test-key-ring.js';

export interface TestCallerKeys {
  readonly person: TestKeyRing;
  readonly application: TestKeyRing;
  readonly apiToken: TestKeyRing;
  /** Of access tokens under a secret. It never changes. */
  readonly secret: { readonly signing: SecretKey; readonly forging: SecretKey };
  /** The keys of one service, made when first asked for. */
  service(issuer: string): TestKeyRing;
  /** The published keys of all services. */
  readonly services: KeySource;
  rotate(): void;
  withdrawOld(): void;
}

/** The issuers whose keys are published as sets. */
export type TestIssuers = Readonly<Record<'person' | 'application' | 'apiToken', string>>;

/** One for all: keys for it are made quickly, and every kind of token can be signed with it. */
export const TEST_ALGORITHM = 'ES256';

/** @param publish told the keys of an issuer, or of a service, whenever they change */
export function createTestCallerKeys(
  issuers: TestIssuers,
  publish: (issuer: string, keys: readonly PublicKey[]) => void,
): TestCallerKeys {
  const ringOf = (issuer: string, prefix: string) => {
    let count = 0;
    const newKid = () => `${prefix}${++count}`;
    return createTestKeyRing({ algorithm: TEST_ALGORITHM, newKid, publish: (keys) => publish(issuer, keys) });
  };
  const rings = {
    person: ringOf(issuers.person, 'person-'),
    application: ringOf(issuers.application, 'application-'),
    apiToken: ringOf(issuers.apiToken, 'api-token-'),
  };
  const services = new Map<string, TestKeyRing>();
  const all = () => [...Object.values(rings), ...services.values()];
  return {
    ...rings,
    secret: { signing: newSecret(), forging: newSecret() },
    service(issuer) {
      const known = services.get(issuer) ?? ringOf(issuer, `${issuer}/key-`);
      services.set(issuer, known);
      return known;
    },
    services: createTestKeySource(TEST_ALGORITHM, (lookup) => {
      const [issuer = ''] = (lookup.kid ?? '').split('/');
      return services.get(issuer)?.source.peek(lookup);
    }),
    rotate() {
      for (const ring of all()) ring.rotate();
    },
    withdrawOld() {
      for (const ring of all()) ring.withdrawOld();
    },
  };
}

function newSecret(): SecretKey {
  return importSecret({ algorithm: 'HS256', secret: randomBytes(32) });
}

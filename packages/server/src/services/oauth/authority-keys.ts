import type { ClaimsToSign, Clock } from 'countersign';
import type { App, SigningAlgorithm } from '../../domain/app.js';
import { AUTHORITY_APP_ID } from '../../domain/app.js';
import type { Logger } from '../../domain/logger.js';
import { Refusal } from '../../domain/refusal.js';
import type { StoredSigningKey } from '../../domain/sign-in.js';
import type { Store } from '../../domain/stores.js';
import { alignNextKey, inState, rotateKeySet, secondsUntilReady, withdrawKey } from '../key-rotation.js';
import { createSigningKeys, type KeySet } from '../signing-keys.js';
import type { Vault } from '../vault.js';
import type { AuthorityKeys } from './oauth-services.js';

/** A key as operators see it. */
export type ListedKey = Pick<StoredSigningKey, 'kid' | 'algorithm' | 'state' | 'createdAt' | 'retiresAt'>;

/** The keys with what their operator needs besides. */
export interface ManagedAuthorityKeys extends AuthorityKeys {
  /** As the store has them now: current, next, previous from young to old. Empty where the authority never ran. */
  list(): Promise<readonly ListedKey[]>;
}

export interface AuthorityKeysOptions {
  readonly store: Pick<Store, 'apps' | 'signingKeys'>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A signature by these takes less time than the way to the thread pool and back. */
const SIGNED_AT_ONCE: ReadonlySet<SigningAlgorithm> = new Set(['ES256', 'EdDSA']);

/** The authority's own keys. Another process's rotation is seen within five seconds. */
export function createAuthorityKeys({
  store,
  vault,
  clock,
  logger,
}: AuthorityKeysOptions): ManagedAuthorityKeys {
  const signingKeys = createSigningKeys({ store: store.signingKeys, vault, clock });
  const now = () => Math.floor(clock());

  async function keySet(): Promise<KeySet> {
    const keys = await signingKeys.find(AUTHORITY_APP_ID);
    if (keys === undefined) throw notThere();
    return keys;
  }

  async function app(): Promise<App> {
    const found = await store.apps.find(AUTHORITY_APP_ID);
    if (found === undefined) throw notThere();
    return found;
  }

  async function sign(
    type: Parameters<AuthorityKeys['sign']>[0],
    claims: ClaimsToSign | ((algorithm: SigningAlgorithm) => ClaimsToSign),
  ): Promise<string> {
    const keys = await keySet();
    const algorithm = keys.algorithm();
    const all: ClaimsToSign = typeof claims === 'function' ? claims(algorithm) : claims;
    const signer = keys.signer(type);
    return SIGNED_AT_ONCE.has(algorithm) ? signer.sign(all) : signer.signAsync(all);
  }

  async function rotate({ force = false }: { readonly force?: boolean } = {}) {
    const authority = await app();
    if (!force) await alignNextKey(store.signingKeys, vault, authority, now());
    const keys = await store.signingKeys.list(AUTHORITY_APP_ID);
    const waiting = inState(keys, 'next');
    if (!force && waiting !== undefined) refuseTooYoung(waiting, now());
    const rotated = await rotateKeySet(store.signingKeys, vault, authority, now(), keys);
    signingKeys.forget(AUTHORITY_APP_ID);
    logger.info('signing_keys_rotated', { app: AUTHORITY_APP_ID, ...rotated, reason: 'command' });
    return rotated;
  }

  async function withdraw(kid: string) {
    const left = await withdrawKey(store.signingKeys, vault, await app(), kid, now());
    signingKeys.forget(AUTHORITY_APP_ID);
    logger.info('signing_key_withdrawn', { app: AUTHORITY_APP_ID, kid, ...left });
    return left;
  }

  return Object.freeze({
    sign,
    algorithm: async () => (await keySet()).algorithm(),
    verificationKeys: async () => (await keySet()).verificationKeys(),
    publicKeySet: async () => (await keySet()).publicKeySet(),
    rotate,
    withdraw,
    async list() {
      const keys = await store.signingKeys.list(AUTHORITY_APP_ID);
      return keys
        .filter(({ retiresAt }) => retiresAt === null || now() < retiresAt)
        .map(({ kid, algorithm, state, createdAt, retiresAt }) =>
          Object.freeze({ kid, algorithm, state, createdAt, retiresAt }),
        );
    },
  });
}

function refuseTooYoung(waiting: StoredSigningKey, nowSeconds: number): void {
  const wait = secondsUntilReady(waiting, nowSeconds);
  if (wait === 0) return;
  throw new Refusal('next_key_too_young', {
    message: `The next key may sign in ${wait} seconds: until then others may have copies of the key set without it.`,
    retryAfterSeconds: wait,
  });
}

function notThere(): Refusal {
  return new Refusal('unknown_app', {
    message: 'The authority has no keys yet: it makes them when it starts.',
  });
}

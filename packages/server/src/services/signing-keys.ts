import { createHash } from 'node:crypto';
import type { Clock, JwtSigner, VerificationKey } from 'countersign';
import { createJwtSigner } from 'countersign';
import type { SigningAlgorithm } from '../domain/app.js';
import type { StoredSigningKey } from '../domain/sign-in.js';
import type { SigningKeyStore } from '../domain/stores.js';
import { createLoadingCache } from './loading-cache.js';
import { createLruMap } from './lru-map.js';
import { algorithmOf, openPrivateKey, readPublicKey } from './stored-keys.js';
import type { Vault } from './vault.js';

/** The keys of one app, put to use. Two lists with the same keys in the same states give the same object. */
export interface KeySet {
  /** Of the current key. */
  algorithm(): SigningAlgorithm;
  /**
   * Signs with the current key; the header holds exactly alg, typ and kid (JAM-20). One signer a type, for good: types
   * come from our own code.
   */
  signer(type?: string): JwtSigner;
  /** Every key that is published: a token may be signed by the next one where another process rotated before us. */
  verificationKeys(): readonly VerificationKey[];
  /** The JWK set as JSON, the signing key first (JAM-20), and a strong ETag for it. */
  publicKeySet(): PublicKeySet;
}

export interface PublicKeySet {
  readonly json: string;
  readonly etag: string;
}

export interface SigningKeys {
  /** Undefined for an app without keys, which is an app that does not exist. */
  find(appId: string): Promise<KeySet | undefined>;
  /** The next `find` asks the store: for whoever has just changed the keys. */
  forget(appId: string): void;
}

export interface SigningKeysOptions {
  readonly store: SigningKeyStore;
  readonly vault: Vault;
  readonly clock: Clock;
}

/** Other processes rotate as well: how long this one may go on with the list it has. */
const KEY_LIST_AGE_SECONDS = 5;
const MAX_LISTS = 10_000;
/** Keys in use, ready for signing and checking, are the big part. */
const MAX_KEY_SETS = 1_000;

/** Public members only, in this order: whatever a row may hold besides, it is not published (O29). */
const PUBLISHED_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'] as const;

/** Finds the keys of apps: the list from the store, at most five seconds old, and what was prepared from it. */
export function createSigningKeys({ store, vault, clock }: SigningKeysOptions): SigningKeys {
  const prepared = createLruMap<KeySet>(MAX_KEY_SETS);
  const lists = createLoadingCache({
    load: async (appId) => {
      const keys = await store.list(appId);
      return keys.length === 0 ? undefined : keys.filter((key) => isPublished(key, clock()));
    },
    clock,
    maxAgeSeconds: KEY_LIST_AGE_SECONDS,
    maxEntries: MAX_LISTS,
  });
  return Object.freeze({
    async find(appId: string) {
      const keys = await lists.get(appId);
      if (keys === undefined) return undefined;
      const identity = `${appId} ${keys.map(({ kid, state }) => `${kid} ${state}`).join(' ')}`;
      const known = prepared.get(identity);
      if (known !== undefined) return known;
      const keySet = createKeySet(vault, clock, keys);
      prepared.set(identity, keySet);
      return keySet;
    },
    forget: lists.forget,
  });
}

function isPublished({ retiresAt }: StoredSigningKey, nowSeconds: number): boolean {
  return retiresAt === null || nowSeconds < retiresAt;
}

/** Each part is made when it is first asked for: publishing keys opens no private one. */
function createKeySet(vault: Vault, clock: Clock, keys: readonly StoredSigningKey[]): KeySet {
  const current = once(() => {
    const key = keys.find(({ state }) => state === 'current');
    if (key === undefined) throw new Error(`App ${keys[0]?.appId} has no current key`);
    return key;
  });
  const privateKey = once(() => openPrivateKey(vault, current()));
  const signers = new Map<string, JwtSigner>();
  return Object.freeze({
    algorithm: () => algorithmOf(current()),
    signer(type = 'JWT') {
      const signer = signers.get(type) ?? createJwtSigner({ key: privateKey(), type, clock });
      signers.set(type, signer);
      return signer;
    },
    verificationKeys: once(() => Object.freeze(keys.map(readPublicKey))),
    publicKeySet: once(() => {
      const json = JSON.stringify({ keys: inOrder(keys).map(publishedJwk) });
      const etag = `"${createHash('sha256').update(json).digest('base64url')}"`;
      return Object.freeze({ json, etag });
    }),
  });
}

/** Current, next, previous as the store gave them: python-jam takes keys[0] for the one that signs (JAM-20). */
function inOrder(keys: readonly StoredSigningKey[]): StoredSigningKey[] {
  return (['current', 'next', 'previous'] as const).flatMap((state) =>
    keys.filter((key) => key.state === state),
  );
}

function publishedJwk({ publicJwk }: StoredSigningKey): Record<string, unknown> {
  const jwk: Record<string, unknown> = JSON.parse(publicJwk);
  return Object.fromEntries(PUBLISHED_MEMBERS.flatMap((name) => (name in jwk ? [[name, jwk[name]]] : [])));
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | undefined;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}

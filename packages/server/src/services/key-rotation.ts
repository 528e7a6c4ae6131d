/** The ways in which an app's key set changes. Each is one step of the store, also between processes. */
import type { App } from '../domain/app.js';
import { Refusal } from '../domain/refusal.js';
import type { StoredSigningKey } from '../domain/sign-in.js';
import type { SigningKeyStore } from '../domain/stores.js';
import { createStoredKey, createStoredKeySet } from './stored-keys.js';
import type { Vault } from './vault.js';

/** What the key that signs now and the one after it are called. */
export interface RotatedKeys {
  readonly currentKid: string;
  readonly nextKid: string;
}

/** For how long others may keep a key set. */
export const KEY_SET_MAX_AGE_SECONDS = 300;

/**
 * For how long a key is published before it signs: until the last copy of the set that lacks it is out of date. The
 * margin is for processes that do not know of it yet, and for clocks that differ.
 */
export const NEXT_KEY_LEAD_SECONDS = KEY_SET_MAX_AGE_SECONDS + 60;

/**
 * How much longer than the last token it signed a key stays published: other processes sign with it for some more
 * seconds, and clocks differ.
 */
const RETIREMENT_MARGIN_SECONDS = 5 * 60;

/**
 * Next becomes current, current becomes previous until the last token it signed has expired, and there is a new
 * next. Keys of an algorithm that the app has left are replaced whole. Does not ask how long next was published: whoever
 * did gives the keys that were judged, so that no other next takes their place meanwhile.
 *
 * @throws {Refusal} `unknown_app` where there is no current key; `conflict` where somebody else rotated meanwhile
 */
export async function rotateKeySet(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  nowSeconds: number,
  judged?: readonly StoredSigningKey[],
): Promise<RotatedKeys> {
  const keys = judged ?? (await store.list(app.id));
  const [current, waiting] = [inState(keys, 'current'), inState(keys, 'next')];
  if (current === undefined) throw new Refusal('unknown_app');
  if (waiting?.algorithm !== app.algorithm) return replaceKeySet(store, vault, app, current, nowSeconds);
  const next = createNextKey(vault, app, nowSeconds);
  const rotated = await store.rotate(app.id, {
    expectedCurrentKid: current.kid,
    retiresAt: retirementOf(app, nowSeconds),
    next,
  });
  if (!rotated) throw new Refusal('conflict');
  return { currentKid: waiting.kid, nextKid: next.kid };
}

/** Replaces the key set if it is not for the app's algorithm, as after a change of that setting. */
export async function alignKeySet(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  nowSeconds: number,
): Promise<void> {
  const current = inState(await store.list(app.id), 'current');
  if (current === undefined || current.algorithm === app.algorithm) return;
  await replaceKeySet(store, vault, app, current, nowSeconds);
}

/**
 * The same in two steps, so that no token is ever signed by a key that was not published before: a key of the app's
 * algorithm waits from now on, and signs after the next rotation.
 */
export async function alignNextKey(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  nowSeconds: number,
): Promise<void> {
  const waiting = inState(await store.list(app.id), 'next');
  if (waiting === undefined || waiting.algorithm === app.algorithm) return;
  const next = createNextKey(vault, app, nowSeconds);
  // Where it is not so any more, somebody else aligned or rotated.
  await store.replaceNext(app.id, { expectedNextKid: waiting.kid, next });
}

/**
 * For a key that somebody else may have. It is gone at once, and with it every token it signed; the waiting key takes
 * its place, so that what is signed from now on verifies everywhere.
 *
 * @throws {Refusal} `unknown_key`
 */
export async function withdrawKey(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  kid: string,
  nowSeconds: number,
): Promise<RotatedKeys> {
  const replacement = [createNextKey(vault, app, nowSeconds)];
  if (!(await store.withdraw(app.id, { kid, replacement }))) throw new Refusal('unknown_key');
  const keys = await store.list(app.id);
  return { currentKid: inState(keys, 'current')?.kid ?? '', nextKid: inState(keys, 'next')?.kid ?? '' };
}

/** Whole seconds until the waiting key has been published for long enough to sign; 0: it has. */
export function secondsUntilReady({ createdAt }: { createdAt: number }, nowSeconds: number): number {
  return Math.max(0, Math.ceil(createdAt + NEXT_KEY_LEAD_SECONDS - nowSeconds));
}

async function replaceKeySet(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  current: StoredSigningKey,
  nowSeconds: number,
): Promise<RotatedKeys> {
  const keys = createStoredKeySet(vault, { appId: app.id, algorithm: app.algorithm, nowSeconds });
  const replaced = await store.replaceAll(app.id, {
    expectedCurrentKid: current.kid,
    retiresAt: retirementOf(app, nowSeconds),
    keys,
  });
  if (!replaced) throw new Refusal('conflict');
  return { currentKid: keys[0].kid, nextKid: keys[1].kid };
}

function createNextKey(vault: Vault, { id, algorithm }: App, nowSeconds: number): StoredSigningKey {
  return createStoredKey(vault, { appId: id, algorithm, state: 'next', nowSeconds });
}

function retirementOf(app: App, nowSeconds: number): number {
  return nowSeconds + app.idTokenLifetimeSeconds + RETIREMENT_MARGIN_SECONDS;
}

export function inState(
  keys: readonly StoredSigningKey[],
  state: StoredSigningKey['state'],
): StoredSigningKey | undefined {
  return keys.find((key) => key.state === state);
}

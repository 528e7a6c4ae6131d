/** The ways in which an app's key set changes. Each is one step of the store, also between processes. */
import type { App } from '../domain/app.js';
import { Refusal } from '../domain/refusal.js';
import type { StoredSigningKey } from '../domain/sign-in.js';
import type { SigningKeyStore } from '../domain/stores.js';
import { createStoredKey, createStoredKeySet } from './stored-keys.js';
import type { Vault } from './vault.js';

/**
 * How much longer than the last token it signed a key stays published: other processes sign with it for some more
 * seconds, and clocks differ.
 */
const RETIREMENT_MARGIN_SECONDS = 5 * 60;

/**
 * Next becomes current, current becomes previous until the last token it signed has expired, and there is a new
 * next. Keys of an algorithm that the app has left are replaced whole.
 *
 * @throws {Refusal} `unknown_app` where there is no current key; `conflict` where somebody else rotated meanwhile
 */
export async function rotateKeySet(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  nowSeconds: number,
): Promise<{ currentKid: string; nextKid: string }> {
  const keys = await store.list(app.id);
  const [current, waiting] = [inState(keys, 'current'), inState(keys, 'next')];
  if (current === undefined) throw new Refusal('unknown_app');
  if (waiting?.algorithm !== app.algorithm) return replaceKeySet(store, vault, app, current, nowSeconds);
  const next = createStoredKey(vault, { appId: app.id, algorithm: app.algorithm, state: 'next', nowSeconds });
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

async function replaceKeySet(
  store: SigningKeyStore,
  vault: Vault,
  app: App,
  current: StoredSigningKey,
  nowSeconds: number,
): Promise<{ currentKid: string; nextKid: string }> {
  const keys = createStoredKeySet(vault, { appId: app.id, algorithm: app.algorithm, nowSeconds });
  const replaced = await store.replaceAll(app.id, {
    expectedCurrentKid: current.kid,
    retiresAt: retirementOf(app, nowSeconds),
    keys,
  });
  if (!replaced) throw new Refusal('conflict');
  return { currentKid: keys[0].kid, nextKid: keys[1].kid };
}

function retirementOf(app: App, nowSeconds: number): number {
  return nowSeconds + app.idTokenLifetimeSeconds + RETIREMENT_MARGIN_SECONDS;
}

function inState(
  keys: readonly StoredSigningKey[],
  state: StoredSigningKey['state'],
): StoredSigningKey | undefined {
  return keys.find((key) => key.state === state);
}

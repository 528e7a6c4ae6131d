import type { Clock } from 'countersign';
import { AUTHORITY_APP_ID } from '../../domain/app.js';
import type { Logger } from '../../domain/logger.js';
import { Refusal } from '../../domain/refusal.js';
import type { StoredSigningKey } from '../../domain/sign-in.js';
import type { Store } from '../../domain/stores.js';
import { alignNextKey, inState, NEXT_KEY_LEAD_SECONDS, rotateKeySet } from '../key-rotation.js';
import type { Vault } from '../vault.js';

export interface KeyRotationWorker {
  /** Looks once a minute. */
  start(): void;
  /** Waits for the look under way. */
  stop(): Promise<void>;
  /** Rotates every key set whose time has come. Rejects with nothing: what fails is logged, and tried again next time. */
  rotateDue(): Promise<void>;
}

export interface KeyRotationWorkerOptions {
  readonly store: Pick<Store, 'apps' | 'signingKeys'>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For how long a key signs; null: until a command says otherwise. */
  readonly rotateAfterSeconds: number | null;
}

const INTERVAL_MS = 60_000;
const PAGE_SIZE = 500;

/**
 * Rotates the keys of the authority and of every app by time, in every process: of those that try at once the store
 * lets one win. A key set was last rotated when its next key was made, so a next key of that age may sign. Where the
 * authority has a new algorithm it signs as soon as that is safe, also without rotation by time.
 */
export function createKeyRotationWorker(options: KeyRotationWorkerOptions): KeyRotationWorker {
  const { store, logger, rotateAfterSeconds } = options;
  const rotate = createDueRotation(options);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  async function rotateAll(): Promise<void> {
    await rotate(AUTHORITY_APP_ID);
    if (rotateAfterSeconds === null) return;
    const dueBefore = Math.floor(options.clock()) - ageToSign(rotateAfterSeconds);
    for (let afterAppId: string | null = null; !isStopped; ) {
      const page = await store.signingKeys.listNext({ afterAppId, limit: PAGE_SIZE });
      for (const { appId, createdAt } of page) {
        if (createdAt <= dueBefore && !isStopped) await rotate(appId);
      }
      if (page.length < PAGE_SIZE) return;
      afterAppId = page.at(-1)?.appId ?? null;
    }
  }

  async function rotateDue(): Promise<void> {
    try {
      await rotateAll();
    } catch (error) {
      logger.warn('key_rotation_failed', { error });
    }
  }

  return Object.freeze({
    rotateDue,
    start() {
      timer = setInterval(() => {
        running = running.then(rotateDue);
      }, INTERVAL_MS);
      timer.unref();
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  });
}

/** Rotates one key set if its time has come. */
function createDueRotation(options: KeyRotationWorkerOptions): (appId: string) => Promise<void> {
  const { store, vault, clock, logger, rotateAfterSeconds } = options;
  return async (appId) => {
    const nowSeconds = Math.floor(clock());
    const keys = await store.signingKeys.list(appId);
    if (!isDue(keys, nowSeconds, rotateAfterSeconds)) return;
    const app = await store.apps.find(appId);
    if (app === undefined) return;
    if (inState(keys, 'next')?.algorithm !== app.algorithm)
      return alignNextKey(store.signingKeys, vault, app, nowSeconds);
    try {
      const rotated = await rotateKeySet(store.signingKeys, vault, app, nowSeconds, keys);
      logger.info('signing_keys_rotated', { app: appId, ...rotated, reason: 'time' });
    } catch (error) {
      // Another process was faster, or the app was deleted.
      if (!(error instanceof Refusal)) throw error;
    }
  };
}

function isDue(
  keys: readonly StoredSigningKey[],
  nowSeconds: number,
  rotateAfterSeconds: number | null,
): boolean {
  const [current, next] = [inState(keys, 'current'), inState(keys, 'next')];
  if (current === undefined || next === undefined) return false;
  const age = nowSeconds - next.createdAt;
  if (current.algorithm !== next.algorithm) return age >= NEXT_KEY_LEAD_SECONDS;
  return rotateAfterSeconds !== null && age >= ageToSign(rotateAfterSeconds);
}

function ageToSign(rotateAfterSeconds: number): number {
  return Math.max(rotateAfterSeconds, NEXT_KEY_LEAD_SECONDS);
}

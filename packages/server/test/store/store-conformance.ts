/**
 * What every durable store must do, whatever database is behind it. Parallel cases run over two stores on one database.
 * Each part is a file in conformance/; a driver's test file calls `describeStore`.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/domain/stores.js';
import { describeApps } from './conformance/apps.js';
import { describeMail } from './conformance/mail.js';
import { describePublishedKeys } from './conformance/published-keys.js';
import { describePurge } from './conformance/purge.js';
import { describeRefreshTokens } from './conformance/refresh-tokens.js';
import { describeReplayedTokens } from './conformance/replayed-tokens.js';
import { describeSettings } from './conformance/settings.js';
import { describeSignIns } from './conformance/sign-ins.js';
import { describeSigningKeys } from './conformance/signing-keys.js';
import { describeTypedCodes } from './conformance/typed-codes.js';
import { describeOauth } from './oauth/index.js';

/** Two stores on one fresh, migrated database. */
export interface StorePair {
  readonly store: Store;
  /** As another process would have it. */
  readonly other: Store;
  remove(): Promise<void>;
}

/** Gives the stores of the running test. */
export type CurrentStores = () => StorePair;

export function describeStore(name: string, open: () => Promise<StorePair>): void {
  describe(name, () => {
    let pair: StorePair | undefined;
    beforeEach(async () => {
      pair = await open();
    });
    afterEach(async () => {
      await pair?.remove();
      pair = undefined;
    });
    const current: CurrentStores = () => {
      if (pair === undefined) throw new Error('there is a store only while a test runs');
      return pair;
    };
    describeApps(current);
    describeSigningKeys(current);
    describeSignIns(current);
    describeTypedCodes(current);
    describeRefreshTokens(current);
    describeMail(current);
    describeSettings(current);
    describePublishedKeys(current);
    describeReplayedTokens(current);
    describePurge(current);
    describeOauth(current);
  });
}

/** Runs `work` so many times at once, in turn on one store and the other. */
export function inParallel<Result>(
  pair: StorePair,
  times: number,
  work: (store: Store, index: number) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(
    Array.from({ length: times }, (_, index) => work(index % 2 === 0 ? pair.store : pair.other, index)),
  );
}

/**
 * The revocation feed that gates follow; what it says to whom is described in the library, at `createRevocationFeed`.
 * This side adds grants to tokens and subjects: `{ "iss", "grant", "exp" }` refuses every token with that `grant_id`.
 */
import type { Clock } from 'countersign';
import type { Revocation } from '../../domain/oauth/grant.js';
import type { Store } from '../../domain/stores.js';
import type { SetTimer } from '../mail-worker.js';
import { randomSecret } from '../secrets.js';
import { createRevocationNews } from './revocation-news.js';

export interface RevocationPage {
  readonly cursor: string;
  /** This page and those after it are everything: forget what was before. */
  readonly reset: boolean;
  /** There is a next page already. */
  readonly more: boolean;
  readonly revocations: readonly Readonly<Record<string, string | number>>[];
}

export interface RevocationFeed {
  /**
   * What was added after the cursor, at once or as soon as there is something, at most so many seconds later; without a
   * cursor, or with one that is not known here, everything that is in force. Rejects with OauthError
   * `temporarily_unavailable` where too many wait, and as the store does.
   */
  read(request: {
    readonly after: string | undefined;
    readonly waitSeconds: number;
  }): Promise<RevocationPage>;
  /** Answers whoever waits, and lets nobody wait from now on: before the listener stops, which waits for answers. */
  stop(): void;
}

export interface RevocationFeedOptions {
  readonly store: Pick<Store, 'oauth' | 'settings'>;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
  /** For tests: in place of `setTimeout`. */
  readonly setTimer?: SetTimer;
  /** How many may wait at once in this process. Default 1000. */
  readonly maxWaiting?: number;
}

/** A page of these is far below what gates read at most. */
const PAGE_SIZE = 1000;
const EPOCH = 'revocation-feed-epoch';
const CURSOR = /^(0|[1-9][0-9]{0,14})\.([\w-]{43})$/;

/** What the store gives for one position; where there is nothing new, the position is the one that was asked for. */
interface Reading {
  readonly position: number;
  readonly reset: boolean;
  readonly more: boolean;
  readonly revocations: RevocationPage['revocations'];
}

/**
 * A cursor is a position and the epoch of the store, so that one from before the store was set up anew is not taken for
 * a position of this one. What is purged has expired: nobody misses it, and older cursors stay good.
 */
export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const { store, clock, issuer } = options;
  const { revocations } = store.oauth;
  const news = createRevocationNews({ ...options, lastPosition: () => revocations.lastPosition() });
  const findEpoch = createEpoch(store);
  const shared = createSharedReads((position) => readAfter(position));

  /** Last is asked for first: whatever is at or below it is visible to the list. */
  async function readAfter(position: number | null): Promise<Reading> {
    const last = await revocations.lastPosition();
    if (position === last) return { position, reset: false, more: false, revocations: [] };
    const after = position === null || position > last ? null : position;
    const found = await revocations.list({ after, nowSeconds: clock(), limit: PAGE_SIZE });
    const more = found.length === PAGE_SIZE;
    const end = found.at(-1)?.position ?? 0;
    return {
      position: more ? end : Math.max(last, end),
      reset: after === null,
      more,
      revocations: found.map((revocation) => entryOf(revocation, issuer)),
    };
  }

  return Object.freeze({
    async read({ after, waitSeconds }: { after: string | undefined; waitSeconds: number }) {
      const epoch = await findEpoch();
      const reading = await shared.read(positionOf(after, epoch));
      const isQuiet = !reading.reset && reading.revocations.length === 0;
      if (!isQuiet || waitSeconds <= 0) return toPage(reading, epoch);
      const isNews = await news.after(reading.position, waitSeconds);
      return toPage(isNews ? await shared.read(reading.position) : reading, epoch);
    },
    stop: () => news.stop(),
  });
}

/** Whoever waits at one position asks at one moment: one look at the store answers them all. */
function createSharedReads(load: (position: number | null) => Promise<Reading>) {
  const underWay = new Map<number | null, Promise<Reading>>();
  return {
    read(position: number | null): Promise<Reading> {
      const known = underWay.get(position);
      if (known !== undefined) return known;
      const reading = load(position).finally(() => underWay.delete(position));
      underWay.set(position, reading);
      return reading;
    },
  };
}

/** Made once for each store, by whichever process asks first. */
function createEpoch({ settings }: Pick<Store, 'settings'>): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    known ??= await settings.get(EPOCH);
    if (known !== undefined) return known;
    const epoch = randomSecret();
    known = (await settings.insertOnce(EPOCH, epoch)) ? epoch : await settings.get(EPOCH);
    if (known === undefined) throw new Error('the epoch of the revocation feed cannot be found');
    return known;
  };
}

/** Null for a cursor that is none of this store: whoever sends it begins anew. */
function positionOf(cursor: string | undefined, epoch: string): number | null {
  const [, position, ofEpoch] = CURSOR.exec(cursor ?? '') ?? [];
  return position === undefined || ofEpoch !== epoch ? null : Number(position);
}

function toPage({ position, reset, more, revocations }: Reading, epoch: string): RevocationPage {
  return { cursor: `${position}.${epoch}`, reset, more, revocations };
}

function entryOf(revocation: Revocation, iss: string): Readonly<Record<string, string | number>> {
  const exp = Math.ceil(revocation.expiresAt);
  switch (revocation.kind) {
    case 'token':
      return { iss, jti: revocation.tokenId, exp };
    case 'grant':
      return { iss, grant: revocation.grantId, exp };
    case 'subject':
      return { iss, sub: revocation.subject, before: revocation.before, exp };
  }
}

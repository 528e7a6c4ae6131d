/**
 * What the authority asks of a durable store. The verbs say atomicity: `insertOnce`, `replace`, `consume`, `rotate`
 * each are one step that either happens whole or not at all, also between processes. Nothing single-use is ever
 * found first and saved afterwards. A promise resolves only after the change is durable.
 *
 * Every method may reject with `StoreUnavailableError`; nothing else is thrown for reasons outside the caller.
 */
import type { App, AppSettings } from './app.js';
import type { OauthStores } from './oauth/stores.js';
import type { PublishedKey } from './published-key.js';
import type {
  KeptMail,
  NewRefreshToken,
  Person,
  QueuedMail,
  SignInOutcome,
  SignInRequest,
  StoredSigningKey,
  WaitingKey,
} from './sign-in.js';

/** The store cannot answer now (busy for too long, disk full, read-only, connection lost): a 503, never a 500. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

export interface AppStore {
  /** Inserts the app together with its first keys; false if the id is taken. */
  insertOnce(app: App, keys: readonly StoredSigningKey[]): Promise<boolean>;
  find(id: string): Promise<App | undefined>;
  /** Ordered by id, without that of the authority; `afterId` starts a page. */
  list(page: { afterId: string | null; limit: number }): Promise<readonly App[]>;
  /** Replaces the settings if the version is still `expectedVersion`. */
  update(
    id: string,
    expectedVersion: number,
    settings: AppSettings,
    nowSeconds: number,
  ): Promise<{ outcome: 'updated'; app: App } | { outcome: 'not_found' | 'conflict' }>;
  /** Deletes the app and everything that belongs to it; false if there was none. */
  delete(id: string): Promise<boolean>;
}

export interface SigningKeyStore {
  /** All keys of the app: current first, then next, then previous from young to old (JAM-20 reads keys[0]). */
  list(appId: string): Promise<readonly StoredSigningKey[]>;
  /**
   * In one step: current becomes previous (until `retiresAt`), next becomes current, `next` is added as next.
   * False, and nothing changed, if the current key is no longer `expectedCurrentKid`.
   */
  rotate(
    appId: string,
    change: { expectedCurrentKid: string; retiresAt: number; next: StoredSigningKey },
  ): Promise<boolean>;
  /** Replaces the whole key set in one step (the app changed its algorithm); old current keys stay as previous until `retiresAt`. */
  replaceAll(
    appId: string,
    change: { expectedCurrentKid: string; retiresAt: number; keys: readonly StoredSigningKey[] },
  ): Promise<boolean>;
  /** Replaces the key that waits; false, and nothing changed, if that is no longer `expectedNextKid`. */
  replaceNext(appId: string, change: { expectedNextKid: string; next: StoredSigningKey }): Promise<boolean>;
  /** The waiting keys of all apps, ordered by app id; `afterAppId` starts a page. */
  listNext(page: { afterAppId: string | null; limit: number }): Promise<readonly WaitingKey[]>;
  /**
   * For a key that somebody else may have: in one step it is out of the set, so that nothing it signed is good any
   * more, and the set is made whole. Where it was current, next becomes current and the next key of `replacement` waits;
   * with a current key in `replacement`, that one signs, and the waiting key goes too. Where it was next, the next key
   * of `replacement` waits instead. False, and nothing changed, if the app has no such key.
   */
  withdraw(
    appId: string,
    change: { kid: string; replacement: readonly StoredSigningKey[] },
  ): Promise<boolean>;
}

export interface PersonStore {
  findByEmailKey(appId: string, emailKey: string): Promise<Person | undefined>;
}

export interface SignInStore {
  /**
   * Replaces whatever request the address had in this app, and queues the mail, in one step (newest wins). Keeps
   * nothing if the app is gone.
   */
  replace(request: SignInRequest, mail: QueuedMail): Promise<void>;
  /** For showing the confirm page only: consumes nothing, decides nothing. */
  findByLink(appId: string, linkHash: string, nowSeconds: number): Promise<SignInRequest | undefined>;
  /**
   * Consumes the request, makes or finds the person, and keeps the outcome, in one step. Undefined if there is no
   * such request any more (unknown, used, expired, replaced). With `starterHash` not null, it must match too.
   */
  consumeByLink(
    key: { appId: string; linkHash: string; starterHash: string | null; nowSeconds: number },
    outcome: SignInOutcome,
  ): Promise<Person | undefined>;
  /**
   * Counts a try first, then compares: at most `maxTries` codes are ever compared for one request, however many
   * arrive at once (M7). The right code consumes the request like `consumeByLink` does.
   */
  consumeByCode(
    key: { appId: string; starterHash: string; codeHash: string; maxTries: number; nowSeconds: number },
    outcome: SignInOutcome,
  ): Promise<
    { outcome: 'consumed'; person: Person } | { outcome: 'wrong'; triesLeft: number } | { outcome: 'gone' }
  >;
  /** The address a started request is for, so that the page can say where the mail went. Consumes nothing. */
  findByStarter(appId: string, starterHash: string, nowSeconds: number): Promise<SignInRequest | undefined>;
  /** Consumes a delivery code and keeps the refresh token, in one step. */
  consumeDeliveryCode(
    key: { appId: string; hash: string; nowSeconds: number },
    refreshToken: NewRefreshToken | null,
  ): Promise<Person | undefined>;
}

export interface RefreshTokenStore {
  /** Marks the token as used now and gives its person. `spent`: expired or deleted. `unknown`: never existed, or long purged. */
  use(
    appId: string,
    hash: string,
    nowSeconds: number,
  ): Promise<{ outcome: 'valid'; person: Person } | { outcome: 'spent' } | { outcome: 'unknown' }>;
  /** Deletes one token of the person. True also if the person had deleted it before; false if it never was the person's. */
  delete(key: { appId: string; emailKey: string; hash: string; nowSeconds: number }): Promise<boolean>;
  /** Deletes every token of the person, and the delivery codes that would become some, in one step (O15). */
  deleteAll(key: { appId: string; emailKey: string; nowSeconds: number }): Promise<void>;
}

export interface MailStore {
  /**
   * Takes up to `limit` due mails for `leaseSeconds`: no other worker gets them meanwhile, also not in another process.
   * Their `attempts` counts this claim. Expired ones are due too, for the worker to drop.
   */
  claimDue(claim: {
    nowSeconds: number;
    leaseSeconds: number;
    limit: number;
  }): Promise<readonly QueuedMail[]>;
  /** Forgets a mail that left or that cannot leave any more. */
  remove(id: string): Promise<void>;
  /** Gives a claimed mail back for another attempt. */
  retryAt(id: string, nextAttemptAt: number): Promise<void>;
  /** Mails waiting, all apps together. */
  count(): Promise<number>;
  /** Keeps a mail for the development mailbox and drops all but the newest `keepNewest`. */
  keep(mail: KeptMail, keepNewest: number): Promise<void>;
  /** Newest first. */
  listKept(limit: number): Promise<readonly KeptMail[]>;
}

export interface SettingStore {
  get(name: string): Promise<string | undefined>;
  /** False if the name has a value already. */
  insertOnce(name: string, value: string): Promise<boolean>;
}

/** Keys are never deleted: a revoked one keeps its id from being used again. */
export interface PublishedKeyStore {
  /** Inserts the key, unless its kid is taken; gives the key that was there first, undefined where it was inserted. */
  insertOnce(key: PublishedKey): Promise<PublishedKey | undefined>;
  find(kid: string): Promise<PublishedKey | undefined>;
  /** Ordered by kid; `afterKid` starts a page; `issuer` null gives the keys of all. */
  list(page: {
    issuer: string | null;
    afterKid: string | null;
    limit: number;
  }): Promise<readonly PublishedKey[]>;
  /** Marks the key as revoked; the first instant stays. False if there is no such key. */
  revoke(kid: string, nowSeconds: number): Promise<boolean>;
}

/** Which tokens were used already, in any process (A9). */
export interface ReplayedTokenStore {
  /**
   * Looks and writes in one step: of all who come with one issuer and hash, exactly one is told `inserted` (A10).
   * Remembered at least until `expiresAt`, the instant from which on the token is refused for its age.
   */
  insertOnce(use: { issuer: string; tokenHash: string; expiresAt: number }): Promise<'inserted' | 'seen'>;
}

export interface Store {
  readonly apps: AppStore;
  readonly signingKeys: SigningKeyStore;
  readonly people: PersonStore;
  readonly signIns: SignInStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly mail: MailStore;
  readonly settings: SettingStore;
  readonly publishedKeys: PublishedKeyStore;
  readonly replayedTokens: ReplayedTokenStore;
  readonly oauth: OauthStores;
  /** Resolves if the store answers; for the readiness page. */
  ping(): Promise<void>;
  /** Deletes up to `limit` rows of each kind that nobody can use any more; gives how many went. */
  purgeExpired(nowSeconds: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

/** Short-lived counters. Losing them loses a limit, never a secret. */
export interface RateLimitStore {
  /**
   * Takes one from every budget, or from none: if one is spent, nothing is counted and the wait until all have room
   * again is given. `key` names the counted thing; memory is bounded whatever keys arrive (S18).
   */
  takeAll(
    budgets: readonly { key: string; limit: number; windowSeconds: number }[],
    nowSeconds: number,
  ): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;
  /** Whole seconds until every budget has room again; 0: now. Takes nothing: for what is counted only once it went wrong. */
  waitSeconds(
    budgets: readonly { key: string; limit: number; windowSeconds: number }[],
    nowSeconds: number,
  ): Promise<number>;
}

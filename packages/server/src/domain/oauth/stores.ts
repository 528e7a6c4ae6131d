/**
 * What OAuth asks of a durable store. The verbs say atomicity, as in ../stores.ts: what is single-use is taken in one
 * step, and what follows from taking it happens in the same step. Every revocation of a grant also appends to the
 * revocation feed in that step, so that no gate ever misses one.
 */
import type { Client, ClientSecret, ClientSettings, StoredClient } from './client.js';
import type {
  Authentication,
  AuthorizationCode,
  AuthorizationTransaction,
  Consent,
  DeviceAuthorization,
  Grant,
  LoginSession,
  LogoutDelivery,
  PushedRequest,
  Revocation,
} from './grant.js';

export interface ClientStore {
  /** False if the id is taken. */
  insertOnce(client: Client, secret: ClientSecret | null): Promise<boolean>;
  find(id: string, nowSeconds: number): Promise<StoredClient | undefined>;
  /**
   * The one client whose grants are assertions of this issuer: registered with it and with the grant type jwt-bearer, and
   * not disabled. Undefined where there is none, and where there are several.
   */
  findByAssertionIssuer(asapIssuer: string): Promise<Client | undefined>;
  /** Ordered by id; `afterId` starts a page. */
  list(page: { afterId: string | null; limit: number }): Promise<readonly Client[]>;
  /**
   * Replaces the settings if the version is still `expectedVersion`. Disabling revokes every grant of the client (O15), and
   * the tokens that it has for itself.
   */
  update(
    id: string,
    expectedVersion: number,
    settings: ClientSettings,
    nowSeconds: number,
  ): Promise<{ outcome: 'updated'; client: Client } | { outcome: 'not_found' | 'conflict' }>;
  /** Adds a secret; of those before, the newest stays until `overlapEndsAt` and the others go: two are valid at most. */
  addSecret(id: string, secret: ClientSecret, overlapEndsAt: number): Promise<boolean>;
  /** Deletes the client and everything that belongs to it, and revokes as disabling does; false if there was none. */
  delete(id: string, nowSeconds: number): Promise<boolean>;
}

export interface LoginSessionStore {
  /**
   * Keeps the session, and forgets the one that the browser had before, in one step (O27). A session that goes on under a
   * new secret keeps its id, and with it its grants and the clients to tell when it ends.
   */
  replace(session: LoginSession, previousSecretHash: string | null): Promise<void>;
  find(secretHash: string, nowSeconds: number): Promise<LoginSession | undefined>;
  /**
   * Ends sessions: this one, or all of the person. In one step: the sessions are gone, grants that came from them are
   * revoked (also those with offline_access when `everywhere`), and a logout delivery is queued for each client with a
   * back-channel URI that had tokens of them.
   */
  end(
    which: { sessionId: string } | { personId: string },
    nowSeconds: number,
    makeDeliveryId: () => string,
  ): Promise<{ ended: readonly LoginSession[]; deliveries: number }>;
}

export interface AuthorizationStore {
  insertPushed(request: PushedRequest): Promise<void>;
  /** Single use: undefined if unknown, used, expired, or another client's (O30). */
  consumePushed(key: {
    idHash: string;
    clientId: string;
    nowSeconds: number;
  }): Promise<PushedRequest | undefined>;
  insertTransaction(transaction: AuthorizationTransaction): Promise<void>;
  /** For showing pages: consumes nothing. */
  findTransaction(key: {
    idHash: string;
    browserHash: string;
    nowSeconds: number;
  }): Promise<AuthorizationTransaction | undefined>;
  /** Takes the transaction and, if it was there, keeps the consent and the code, in one step. */
  completeTransaction(
    key: { idHash: string; browserHash: string; nowSeconds: number },
    result: { consent: Consent | null; code: AuthorizationCode | null },
  ): Promise<AuthorizationTransaction | undefined>;
  /**
   * For requests that need no page. Here as above a code is not kept, and so is `gone`, where its session has ended or
   * its client is disabled (O15).
   */
  insertCode(code: AuthorizationCode): Promise<void>;
  /** For judging client, redirect URI and verifier before anything is used up. `used` where it was redeemed already. */
  findCode(hash: string, nowSeconds: number): Promise<{ code: AuthorizationCode; used: boolean } | undefined>;
  /** Counts a wrong verifier; after `maxTries` of them the code is dead (O8). */
  countWrongVerifier(hash: string, maxTries: number): Promise<void>;
  /**
   * Redeems the code and keeps the grant, in one step. `used`: it was redeemed before; its grant is revoked in that
   * step (RFC 6749 section 4.1.2). `gone`: unknown, expired or dead. Of any number at once exactly one gets `redeemed`.
   */
  redeemCode(hash: string, grant: Grant, nowSeconds: number): Promise<'redeemed' | 'used' | 'gone'>;
  findConsent(personId: string, clientId: string): Promise<Consent | undefined>;
  /** Takes a consent back, and revokes the client's grants of that person; false if there was neither. */
  deleteConsent(personId: string, clientId: string, nowSeconds: number): Promise<boolean>;
}

export interface GrantStore {
  /**
   * A grant that no code came before (client credentials with refresh, exchange). False, and nothing kept, where the
   * client is gone or disabled (O15): then no token may be issued.
   */
  insert(grant: Grant): Promise<boolean>;
  find(id: string): Promise<Grant | undefined>;
  /**
   * One conditional update decides: whoever presents the live generation moves the family on by one (`rotated`). Who
   * presents the one before it, at most `graceSeconds` after that, is told the same (`repeated`). Any older one, or
   * later: `reused`, and the family is revoked in that step. `gone`: unknown, revoked, expired, idle for too long, or
   * another client's. The grant is as it stands after the step (rows O11 to O14).
   */
  rotate(use: {
    id: string;
    clientId: string;
    generation: number;
    nowSeconds: number;
    graceSeconds: number;
    idleExpiresAt: number;
  }): Promise<{ outcome: 'rotated' | 'repeated' | 'reused'; grant: Grant } | { outcome: 'gone' }>;
  /** False if there is none, or it was revoked before. */
  revoke(id: string, nowSeconds: number): Promise<boolean>;
}

export interface DeviceStore {
  /** False if the user code is taken by a live request, or the client is gone. */
  insertOnce(device: DeviceAuthorization): Promise<boolean>;
  findByUserCode(userCodeHash: string, nowSeconds: number): Promise<DeviceAuthorization | undefined>;
  /** Decides a request that is still pending; false if there is none, or the approving session has ended. */
  decide(
    key: { userCodeHash: string; nowSeconds: number },
    decision: { decision: 'approved'; authentication: Authentication } | { decision: 'denied' },
  ): Promise<boolean>;
  /**
   * Takes an approved request and keeps the grant that `makeGrant` gives for it, in one step. `too_fast`: polled before
   * the interval was over; the interval grows by 5 s (RFC 8628 section 3.5).
   */
  poll(
    key: { deviceCodeHash: string; clientId: string; nowSeconds: number },
    makeGrant: (device: DeviceAuthorization) => Grant,
  ): Promise<
    | { outcome: 'approved'; grant: Grant }
    | { outcome: 'pending' | 'too_fast' | 'denied' | 'expired' | 'unknown' }
  >;
}

export interface RevocationStore {
  append(revocation: Revocation): Promise<void>;
  /** In the order of their positions; `after` null gives everything that is in force. */
  list(page: {
    after: number | null;
    nowSeconds: number;
    limit: number;
  }): Promise<readonly (Revocation & { readonly position: number })[]>;
  /** The position of the newest, also of those that were purged; 0 where there never was one. */
  lastPosition(): Promise<number>;
  isRevoked(token: {
    tokenId: string | null;
    grantId: string | null;
    subject: string;
    issuedAt: number;
  }): Promise<boolean>;
}

export interface LogoutDeliveryStore {
  /** As `MailStore.claimDue`. */
  claimDue(claim: {
    nowSeconds: number;
    leaseSeconds: number;
    limit: number;
  }): Promise<readonly LogoutDelivery[]>;
  remove(id: string): Promise<void>;
  retryAt(id: string, nextAttemptAt: number): Promise<void>;
}

export interface OauthStores {
  readonly clients: ClientStore;
  readonly loginSessions: LoginSessionStore;
  readonly authorizations: AuthorizationStore;
  readonly grants: GrantStore;
  readonly devices: DeviceStore;
  readonly revocations: RevocationStore;
  readonly logoutDeliveries: LogoutDeliveryStore;
}

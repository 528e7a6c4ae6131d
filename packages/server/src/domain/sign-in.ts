/** Rows of the sign-in path as stores keep them. Secrets appear as hashes only (M14). */

/** Somebody who has proved an address to an app. */
export interface Person {
  /** A UUID. */
  readonly id: string;
  readonly appId: string;
  /** The address as it was first proved; mail goes to this one (M13). */
  readonly email: string;
}

/** A sign-in that was asked for and not finished. At most one lives per app and address: the newest. */
export interface SignInRequest {
  readonly id: string;
  readonly appId: string;
  /** Canonical form of the address that was typed; mail goes to the person's stored one if there is one (M13). */
  readonly email: string;
  /** What addresses are compared by. */
  readonly emailKey: string;
  /** SHA-256 of the link's secret, base64url. */
  readonly linkHash: string;
  readonly linkExpiresAt: number;
  /** SHA-256 of the request id that whoever started holds, base64url. */
  readonly starterHash: string;
  /** HMAC of the typed code under a key derived from the master key, bound to the request. */
  readonly codeHash: string;
  readonly codeExpiresAt: number;
  /** Device that asked, in words such as "Firefox on Linux"; shown on the confirm page (M10). */
  readonly requestedFrom: string;
  readonly createdAt: number;
}

/** A store remembers a refresh token for so long after it expired: its late user hears "expired", not "unknown". */
export const REFRESH_TOKEN_MEMORY_SECONDS = 7 * 24 * 60 * 60;

export interface NewRefreshToken {
  /** SHA-256 of the token, base64url. */
  readonly hash: string;
  readonly expiresAt: number;
}

/** A one-time code that the app's back end exchanges for tokens (delivery mode `code`). */
export interface NewDeliveryCode {
  readonly hash: string;
  readonly expiresAt: number;
}

/** What a finished sign-in leaves behind, in the same transaction that consumes it. */
export interface SignInOutcome {
  /** Id for the person if the address is new to the app. */
  readonly newPersonId: string;
  readonly refreshToken: NewRefreshToken | null;
  readonly deliveryCode: NewDeliveryCode | null;
}

export interface QueuedMail {
  readonly id: string;
  readonly appId: string;
  /** A newer mail with the same key replaces an unsent older one (M19). */
  readonly replaceKey: string;
  /** Recipient, subject and parts, sealed under the master key: a queued mail holds a live link (M14). */
  readonly sealed: string;
  readonly createdAt: number;
  readonly nextAttemptAt: number;
  /** Pointless to send after this instant. */
  readonly expiresAt: number;
  readonly attempts: number;
}

/** A mail kept for the development mailbox. */
export interface KeptMail {
  readonly id: string;
  readonly sealed: string;
  readonly createdAt: number;
}

export type SigningKeyState = 'next' | 'current' | 'previous';

export interface StoredSigningKey {
  readonly kid: string;
  readonly appId: string;
  readonly algorithm: string;
  readonly state: SigningKeyState;
  /** Public JWK as JSON. */
  readonly publicJwk: string;
  /** PKCS#8 sealed under the master key, bound to app and kid. */
  readonly sealedPrivateKey: string;
  readonly createdAt: number;
  /** For `previous`: when the last token it signed has expired. */
  readonly retiresAt: number | null;
}

/** A key in the state `next`, as far as its turn depends on it. */
export type WaitingKey = Pick<StoredSigningKey, 'appId' | 'kid' | 'algorithm' | 'createdAt'>;

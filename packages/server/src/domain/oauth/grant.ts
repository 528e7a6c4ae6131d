/** What people and clients granted, and what is kept of it. Instants in epoch seconds; `...Hash` are SHA-256, base64url. */

/** Who signed in, when and how: what ID tokens and step-up speak of. */
export interface Authentication {
  readonly personId: string;
  readonly email: string;
  /** Public id of the session (`sid`). */
  readonly sessionId: string;
  readonly authenticatedAt: number;
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly acr: string;
}

/** What a token may be used for. */
export interface GrantedAccess {
  /** Each once, in the order asked for. */
  readonly scopes: readonly string[];
  /** Resource indicators; empty for tokens that only the userinfo endpoint takes. */
  readonly audiences: readonly string[];
}

/** A signed-in browser. Its secret is in a `__Host-` cookie alone. */
export interface LoginSession extends Authentication {
  readonly secretHash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** An authorization request that passed every check (RFC 6749 section 4.1.1, OIDC Core section 3.1.2.1). */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly responseMode: 'query' | 'fragment' | 'form_post';
  readonly state: string | null;
  readonly nonce: string | null;
  readonly access: GrantedAccess;
  /** S256 (RFC 7636). */
  readonly codeChallenge: string;
  /** Thumbprint that the code is bound to (`dpop_jkt`, RFC 9449 section 10). */
  readonly dpopJkt: string | null;
  readonly prompt: readonly ('login' | 'consent' | 'select_account')[];
  readonly maxAgeSeconds: number | null;
  readonly acrValues: readonly string[];
  readonly loginHint: string | null;
  /** The person who must be signed in, whoever else is (`id_token_hint`); nobody in particular where it is left out. */
  readonly personHint?: string;
}

/** An authorization request on its way through sign-in and consent, tied to one browser. */
export interface AuthorizationTransaction {
  readonly idHash: string;
  /** Of the cookie of the browser that began it (rows M10 and O25). */
  readonly browserHash: string;
  readonly request: AuthorizationRequest;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Parameters pushed ahead (RFC 9126), still to be checked like any others. */
export interface PushedRequest {
  readonly idHash: string;
  readonly clientId: string;
  /** Names and values, in their order. */
  readonly parameters: readonly (readonly [string, string])[];
  readonly dpopJkt: string | null;
  readonly expiresAt: number;
}

export interface AuthorizationCode {
  readonly hash: string;
  readonly clientId: string;
  readonly grantId: string;
  readonly redirectUri: string;
  readonly nonce: string | null;
  readonly codeChallenge: string;
  readonly dpopJkt: string | null;
  readonly access: GrantedAccess;
  readonly authentication: Authentication;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * One grant and the family of tokens that comes from it. Refresh tokens are not kept: each is a MAC over the id of the
 * grant and a generation, and the row knows which generation is the live one.
 */
export interface Grant {
  readonly id: string;
  readonly clientId: string;
  /** Null where the client acts for itself. */
  readonly authentication: Authentication | null;
  readonly access: GrantedAccess;
  readonly nonce: string | null;
  /** The key that every token of the family is bound to; null for bearer tokens. */
  readonly dpopJkt: string | null;
  readonly createdAt: number;
  /** The end of the family, however often it is refreshed. */
  readonly expiresAt: number;
  /** The end of the live refresh token, unless it is used before; null where the family has no refresh tokens. */
  readonly idleExpiresAt: number | null;
  /** Generation of the live refresh token; 0 is the first. */
  readonly generation: number;
  /** When the live generation came to be. */
  readonly rotatedAt: number;
  readonly revokedAt: number | null;
}

export interface DeviceAuthorization {
  readonly deviceCodeHash: string;
  readonly userCodeHash: string;
  readonly clientId: string;
  readonly access: GrantedAccess;
  /** Device in words, for the approval page (row O32). */
  readonly requestedFrom: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly intervalSeconds: number;
  readonly decision: 'pending' | 'approved' | 'denied';
  readonly authentication: Authentication | null;
}

export interface Consent {
  readonly personId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audiences: readonly string[];
  readonly grantedAt: number;
}

/**
 * What gates must refuse before its time: a token, every token of a grant, or every token of a subject from before a
 * moment. `expiresAt`: when the last token concerned has expired, and the entry can be forgotten.
 */
export type Revocation =
  | { readonly kind: 'token'; readonly tokenId: string; readonly expiresAt: number }
  | { readonly kind: 'grant'; readonly grantId: string; readonly expiresAt: number }
  | {
      readonly kind: 'subject';
      readonly subject: string;
      readonly before: number;
      readonly expiresAt: number;
    };

/** A client that cannot be told of a logout for so long is not told any more. */
export const LOGOUT_DELIVERY_SECONDS = 24 * 60 * 60;

/** A back-channel logout that a client is still to be told of. */
export interface LogoutDelivery {
  readonly id: string;
  readonly clientId: string;
  readonly url: string;
  readonly subject: string;
  readonly sessionId: string | null;
  readonly createdAt: number;
  readonly nextAttemptAt: number;
  readonly expiresAt: number;
  readonly attempts: number;
}

/** OAuth 2.0 clients (RFC 6749 section 2; metadata names of RFC 7591 section 2 in the comments). */

/** `token_endpoint_auth_method`. A secret may come by header or by form, whichever of the two is registered. */
export const CLIENT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;
export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number];

/** `grant_types`. Implicit and password are none of them, and never will be. */
export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** RFC 8628, RFC 7523, RFC 8693. */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code' as const satisfies GrantType;
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer' as const satisfies GrantType;
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange' as const satisfies GrantType;

/** Scopes about the person, which every client of the authorization code and device grants may ask for. */
export const IDENTITY_SCOPES = ['openid', 'email', 'offline_access'] as const;

/** A resource server that a client may get tokens for: `audience` is its identifier (RFC 8707), an absolute URI. */
export interface ClientAccess {
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** No access token and no ID token lives longer: a key that signs no more is published for so long. */
export const MAX_TOKEN_LIFETIME_SECONDS = 24 * 60 * 60;

/** What the owner of a client decides. */
export interface ClientSettings {
  readonly name: string;
  readonly authMethod: ClientAuthMethod;
  readonly grantTypes: readonly GrantType[];
  /** Compared as strings; a loopback IP literal matches with any port (RFC 8252 section 7.3). */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** The first is the default where a request names no resource. */
  readonly access: readonly ClientAccess[];
  /** For `private_key_jwt`: one of the three. A JWK Set as JSON text, where to fetch one, or an issuer of the ASAP repository. */
  readonly jwks: string | null;
  readonly jwksUri: string | null;
  readonly asapIssuer: string | null;
  /** Audiences whose tokens this client, being a resource server, may introspect. */
  readonly introspects: readonly string[];
  readonly requirePar: boolean;
  readonly requireDpop: boolean;
  /** For clients of the operator's own: people are not asked for consent. */
  readonly skipConsent: boolean;
  readonly backchannelLogoutUri: string | null;
  readonly accessTokenLifetimeSeconds: number;
  readonly idTokenLifetimeSeconds: number;
  /** A refresh token that is not used for so long is dead. */
  readonly refreshIdleSeconds: number;
  /** After so long the person must sign in again, however often the token was used (row O16). */
  readonly refreshLifetimeSeconds: number;
  /** Gets nothing any more, and neither do its tokens. */
  readonly disabled: boolean;
}

export interface Client extends ClientSettings {
  /** Made by us: URL-safe, public. */
  readonly id: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with every change; an update names the version it was made from. */
  readonly version: number;
}

/** The SHA-256 of a secret of 256 random bits: nothing slower is needed for what cannot be guessed (row O17). */
export interface ClientSecret {
  readonly hash: string;
  readonly createdAt: number;
  /** Null until a newer one replaces it. */
  readonly expiresAt: number | null;
}

export interface StoredClient {
  readonly client: Client;
  /** Those that are not expired, the newest first; at most two. */
  readonly secrets: readonly ClientSecret[];
}

export const CLIENT_DEFAULTS: Omit<ClientSettings, 'name'> = Object.freeze({
  authMethod: 'client_secret_basic',
  grantTypes: Object.freeze(['authorization_code', 'refresh_token'] as const),
  redirectUris: Object.freeze([]),
  postLogoutRedirectUris: Object.freeze([]),
  access: Object.freeze([]),
  jwks: null,
  jwksUri: null,
  asapIssuer: null,
  introspects: Object.freeze([]),
  requirePar: false,
  requireDpop: false,
  skipConsent: false,
  backchannelLogoutUri: null,
  accessTokenLifetimeSeconds: 10 * 60,
  idTokenLifetimeSeconds: 10 * 60,
  refreshIdleSeconds: 14 * 24 * 60 * 60,
  refreshLifetimeSeconds: 90 * 24 * 60 * 60,
  disabled: false,
});

/**
 * The contracts between the parts of OAuth: each is made by the factory that its comment names, and joined in app.ts.
 * Everything rejects with OauthError in the terms of the endpoint, or with StoreUnavailableError.
 */
import type { ClaimsToSign, JwtClaims, VerificationKey } from 'countersign';
import type { SigningAlgorithm } from '../../domain/app.js';
import type { Client, GrantType } from '../../domain/oauth/client.js';
import type { Authentication, Grant, GrantedAccess } from '../../domain/oauth/grant.js';

/** The parameters of a form or query. An empty one counts as missing (RFC 6749 section 3.1). */
export interface Parameters {
  get(name: string): string | undefined;
  /** Of `resource` and `audience`, the only ones that may be repeated (RFC 8707 section 2, RFC 8693 section 2.1). */
  all(name: 'resource' | 'audience'): readonly string[];
  readonly names: readonly string[];
}

/** The authority's own keys: next, current, previous (createAuthorityKeys, authority-keys.ts). */
export interface AuthorityKeys {
  /**
   * Signs with the current key; `type` is the `typ` of the header. In the thread pool where that pays. Claims that
   * depend on the algorithm (`at_hash`) come from a function, which is told that of the very key.
   */
  sign(
    type: 'at+jwt' | 'JWT' | 'logout+jwt',
    claims: ClaimsToSign | ((algorithm: SigningAlgorithm) => ClaimsToSign),
  ): Promise<string>;
  /** Algorithm of the current key. */
  algorithm(): Promise<SigningAlgorithm>;
  /** Every published key; the same list for as long as it is the same. */
  verificationKeys(): Promise<readonly VerificationKey[]>;
  publicKeySet(): Promise<{ json: string; etag: string }>;
  /**
   * Next signs from now on. Refusals: `next_key_too_young` with the seconds to wait, unless forced; `conflict` where
   * another process rotated meanwhile.
   */
  rotate(options?: { readonly force?: boolean }): Promise<{ currentKid: string; nextKid: string }>;
  /**
   * Emergency: the key is out of the set at once, and tokens under it fail (with caches: within their max-age). Refusal
   * `unknown_key`.
   */
  withdraw(kid: string): Promise<{ currentKid: string; nextKid: string }>;
}

/** Refresh tokens: a MAC over grant and generation (createRefreshTokens, tokens/refresh-tokens.ts). */
export interface RefreshTokens {
  format(grant: { id: string; generation: number }): string;
  /** Undefined for whatever this authority did not make. Says nothing about whether it is live. */
  parse(token: string): { id: string; generation: number } | undefined;
}

export interface AccessTokenRequest {
  readonly client: Client;
  /** `sub`: a person, or the client itself. */
  readonly subject: string;
  readonly access: GrantedAccess;
  /** Claim `grant_id`: revoking the grant revokes the token. Null where there is no grant. */
  readonly grantId: string | null;
  readonly authentication: Authentication | null;
  readonly dpopJkt: string | null;
  /** `act` of RFC 8693 section 4.1. */
  readonly actor?: Readonly<Record<string, unknown>>;
  /** The same two give the same token but for its signature: what a repeated refresh is told. Default: random, now. */
  readonly tokenId?: string;
  readonly issuedAt?: number;
  /** No later than this, whatever the lifetime (token exchange). */
  readonly expiresNoLaterThan?: number;
}

export interface IssuedAccessToken {
  readonly token: string;
  readonly tokenId: string;
  readonly expiresAt: number;
  readonly expiresIn: number;
}

/** Makes tokens, decides nothing (createTokenIssuer, tokens/token-issuer.ts). */
export interface TokenIssuer {
  /** RFC 9068. Without audiences it is for the authority itself: the userinfo endpoint. */
  accessToken(request: AccessTokenRequest): Promise<IssuedAccessToken>;
  /** OIDC Core section 2, with `sid`, `auth_time`, `amr`, `acr`, `azp`, `at_hash`; e-mail with the scope `email`. */
  idToken(request: {
    readonly client: Client;
    readonly authentication: Authentication;
    readonly nonce: string | null;
    readonly scopes: readonly string[];
    readonly accessToken: string | null;
    readonly issuedAt?: number;
  }): Promise<string>;
  /** OpenID Connect Back-Channel Logout 1.0 section 2.4. */
  logoutToken(request: {
    clientId: string;
    subject: string;
    sessionId: string | null;
    tokenId: string;
  }): Promise<string>;
}

/** Checks tokens of this authority where they come back to it (createTokenJudge, tokens/token-judge.ts). */
export interface TokenJudge {
  /** Signature, times, revocation; any audience. Undefined where it is not live. Proof of possession is the caller's. */
  accessToken(token: string): Promise<VerifiedAccessToken | undefined>;
  /** An ID token as a hint (RP-initiated logout, `id_token_hint`): expired ones too, if we signed them (row O28). */
  idTokenHint(
    token: string,
  ): Promise<{ clientId: string; subject: string; sessionId: string | null } | undefined>;
}

export interface VerifiedAccessToken {
  readonly claims: JwtClaims;
  readonly clientId: string;
  readonly subject: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
  readonly audiences: readonly string[];
  readonly grantId: string | null;
  readonly dpopJkt: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Clients as the owner manages them (createClientService, clients/client-service.ts): like AppService, with secrets. */
export interface ClientDirectory {
  /** Through a cache of bounded age; undefined for unknown and disabled clients. */
  find(id: string): Promise<Client | undefined>;
}

/** Who calls an endpoint (createClientAuthentication, clients/client-authentication.ts). */
export interface ClientAuthentication {
  /**
   * Authenticates the client of a form request (RFC 6749 section 2.3, RFC 7523 section 2.2): exactly one method, the one
   * registered; public clients by `client_id` alone. Rejects with `invalid_client`, `invalid_request`.
   */
  authenticate(request: {
    readonly authorization: string | undefined;
    readonly form: Parameters;
    /** For rate limits of guesses. */
    readonly clientIp: string;
  }): Promise<Client>;
}

/** Proofs of possession at the authority's endpoints (createDpopCheck, tokens/dpop-check.ts). */
export interface DpopCheck {
  /**
   * The thumbprint of the proof's key; null where there is no proof and none is needed. Rejects with
   * `invalid_dpop_proof`, `use_dpop_nonce` (with the header).
   */
  check(request: {
    readonly proofs: readonly string[];
    readonly method: string;
    /** Configured issuer and path, never from the request's host. */
    readonly url: string;
    readonly accessToken: string | null;
    readonly required: boolean;
    /** The key that the proof must be by. */
    readonly boundTo: string | null;
  }): Promise<string | null>;
}

/** A request at the token endpoint whose client is known. */
export interface TokenRequest {
  readonly client: Client;
  readonly form: Parameters;
  /** Thumbprint of the proven key; null without a proof. */
  readonly dpopJkt: string | null;
  readonly clientIp: string;
}

/** What the token endpoint answers. */
export interface TokenAnswer {
  readonly accessToken: IssuedAccessToken;
  readonly tokenType: 'Bearer' | 'DPoP';
  readonly scopes: readonly string[];
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  /** RFC 8693 section 2.2.1. */
  readonly issuedTokenType?: string;
}

/** One grant type, one file in grants/. */
export interface GrantHandler {
  readonly grantType: GrantType;
  /**
   * Who asks where a request of this type authenticates no client, neither by header nor by secret or assertion: its
   * grant may say so itself (RFC 7521 section 4.1). What it says is still to be verified by `handle`. Without this, client
   * authentication alone decides.
   */
  identifyClient?(form: Parameters, clientIp: string): Promise<Client>;
  handle(request: TokenRequest): Promise<TokenAnswer>;
}

/** Tells what a request asks for from what its client may ask for (resolveAccess, grants/resolve-access.ts; RFC 8707). */
export type ResolveAccess = (
  client: Client,
  requested: { readonly scope: string | undefined; readonly resources: readonly string[] },
  kind: 'person' | 'client',
) => GrantedAccess;

/**
 * What waits for somebody to sign in (AuthorizationService, authorize/authorization-service.ts). `/login?transaction=<id>`
 * leads through the login pages, and these to `/authorize/resume?transaction=<id>`.
 */
export interface SignInTransactions {
  /** Consumes nothing. Undefined: unknown, over, or begun in another browser. */
  describe(transactionId: string, browserSecret: string | undefined): Promise<SignInOccasion | undefined>;
}

/** Why somebody is asked to sign in. */
export interface SignInOccasion {
  readonly clientName: string;
  readonly loginHint: string | null;
  /** Forms on the way there name its scheme in their policy: Chrome holds redirects after a form to `form-action`. */
  readonly redirectUri: string;
}

/** What comes of a grant that has an authentication or not (createGrantAnswer, grants/grant-answer.ts). */
export type GrantAnswer = (
  client: Client,
  grant: Grant,
  narrowed: GrantedAccess | null,
) => Promise<TokenAnswer>;

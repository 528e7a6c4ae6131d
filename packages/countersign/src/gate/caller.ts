/** Who is calling, the same whatever the credential was. Everything here was verified. Frozen; instants in epoch seconds. */
import type { JwtClaims } from '../jwt/jwt-claims.js';

export type CallerKind = 'person' | 'application' | 'service' | 'api-token';

export const CALLER_KINDS: readonly CallerKind[] = Object.freeze([
  'person',
  'application',
  'service',
  'api-token',
]);

/** What some callers have and others do not, of that which rules can ask for. */
export type CallerFact = 'scopes' | 'level' | 'authenticatedAt' | 'target';

interface CallerDetails {
  /** `iss`. */
  readonly issuer: string;
  /** `sub`. Only together with the issuer does it name somebody. */
  readonly subject: string;
  /** `aud`, always as a list; empty where the token names none. */
  readonly audience: readonly string[];
  /** What the token was granted; empty where it says nothing. */
  readonly scopes: readonly string[];
  /** How surely the subject is known, on the ladder of the gate; undefined where the token does not say. */
  readonly level: number | undefined;
  /** `acr`. */
  readonly acr: string | undefined;
  /** `amr`. */
  readonly amr: readonly string[] | undefined;
  /** `auth_time`: when the subject last authenticated. */
  readonly authenticatedAt: number | undefined;
  /** `jti`. */
  readonly tokenId: string | undefined;
  /** `iat`. */
  readonly issuedAt: number | undefined;
  /** `exp`. */
  readonly expiresAt: number;
  /** All claims of the token. */
  readonly claims: JwtClaims;
}

/** Somebody who signed in: by e-mail at an authority of this project, or at another OpenID provider. */
export interface PersonCaller extends CallerDetails {
  readonly kind: 'person';
  /** Undefined where an OpenID provider did not tell it, or did not say that it is verified. */
  readonly email: string | undefined;
  /** The application that the person signed in to. */
  readonly clientId: string;
}

/** An application with an OAuth 2.0 access token: for a user, who is then the subject, or for itself. */
export interface ApplicationCaller extends CallerDetails {
  readonly kind: 'application';
  /** Undefined where an issuer outside of RFC 9068 does not tell it. */
  readonly clientId: string | undefined;
}

/** Another service with its own key (ASAP). */
export interface ServiceCaller extends CallerDetails {
  readonly kind: 'service';
  /** `kid` of the key that signed the token. */
  readonly keyId: string;
}

/** The holder of an API token that a policy bounds. */
export interface ApiTokenCaller extends CallerDetails {
  readonly kind: 'api-token';
  /** The kind that the policy knows the issuer as: `user`, `admin`. */
  readonly tokenKind: string;
  /** The extra `target`; undefined where the token names none. */
  readonly target: string | undefined;
  /** Every extra of the policy, as the decoder reads it. */
  readonly extras: Readonly<Record<string, unknown>>;
}

export type Caller = PersonCaller | ApplicationCaller | ServiceCaller | ApiTokenCaller;

import type { JsonObject } from './json-object.js';

/** Who an ID token speaks of. Instants in epoch seconds. */
export interface PersonDetails {
  readonly email: string;
  /** `sub`: the address itself, or an opaque id where the app is set up for OpenID Connect. */
  readonly subject: string;
  /** `iss`: base URL of the authority and app id. */
  readonly issuer: string;
  /** `aud`: the app id. */
  readonly audience: string;
  /** `jti`. */
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** All claims of the token. */
  readonly claims: JsonObject;
}

/** The signature and every claim were checked here, with the keys of the app. */
export interface SignedInPerson extends PersonDetails {
  readonly verifiedBy: 'signature';
}

/**
 * The authority was asked and said that the token is valid; nothing was checked here (JAM-8). As good as the
 * connection to the authority, and only for the moment of the answer.
 */
export interface RemotelyVerifiedPerson extends PersonDetails {
  readonly verifiedBy: 'authority';
}

/**
 * Claims of an ID token as a person. Judges form only: issuer, dates and the rest are the verifier's.
 * @returns the name of the claim that is missing or of a wrong form, if there is one.
 */
export function personFrom(claims: JsonObject, appId: string): PersonDetails | string {
  const { email, sub, iss, aud, jti, iat, exp } = claims;
  if (!isText(email)) return 'email';
  if (!isText(sub)) return 'sub';
  if (!isText(iss)) return 'iss';
  if (aud !== appId && !(Array.isArray(aud) && aud.includes(appId))) return 'aud';
  if (!isText(jti)) return 'jti';
  if (!isInstant(iat)) return 'iat';
  if (!isInstant(exp)) return 'exp';
  return {
    email,
    subject: sub,
    issuer: iss,
    audience: appId,
    tokenId: jti,
    issuedAt: iat,
    expiresAt: exp,
    claims,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * HS256 tokens put together by hand, so that they can hold what the library refuses to sign. Signed with the secret
 * of keys.ts, on node:crypto alone.
 */
import { createHmac } from 'node:crypto';
import { SECRET } from './keys.js';

/** The instant at which tests take place, in epoch seconds. */
export const NOW = 1_800_000_000;

export interface TokenParts {
  /** The text of the header. */
  readonly header?: string;
  /** The text of the payload, or its bytes. */
  readonly payload?: string | Uint8Array;
}

/** A token over exactly this header and this payload. */
export function tokenOf({ header = '{"alg":"HS256"}', payload = claimsText() }: TokenParts): string {
  return signSegments(toBase64url(header), toBase64url(payload));
}

/** A token with claims as {@link claimsText} writes them. */
export function tokenWith(claims: RawClaims): string {
  return tokenOf({ payload: claimsText(claims) });
}

/** Claims by name, each as JSON text: `{ exp: '1e400' }`. Undefined leaves the claim out. */
export type RawClaims = Readonly<Record<string, string | number | undefined>>;

/** The text of a payload: good for a minute from {@link NOW} on, unless `claims` says otherwise. */
export function claimsText(claims: RawClaims = {}): string {
  const all = new Map<string, unknown>([['exp', NOW + 60], ...Object.entries(claims)]);
  const members = [...all]
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${members.join(',')}}`;
}

/** A token over segments that are encoded already, soundly or not. */
export function signSegments(header: string, payload: string): string {
  const signingInput = `${header}.${payload}`;
  return `${signingInput}.${createHmac('sha256', SECRET).update(signingInput).digest('base64url')}`;
}

export function toBase64url(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url');
}

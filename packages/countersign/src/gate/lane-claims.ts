/** What a lane claims, asked of the header of a token. Both the choice of a lane and the lane itself go by this. */
import { TokenError } from '../core/errors.js';
import type { JwsHeader } from '../jws/jws-header.js';
import { normaliseType } from '../jws/jws-header.js';
import { isKeyIdOwnedBy, parseKeyId } from '../keys/key-id.js';
import type { LaneClaim } from './acceptor.js';

/** Every issuer that the claim names; none for one that takes what others leave. */
export function namedIssuers({ issuer }: LaneClaim): readonly string[] {
  if (issuer === null) return [];
  return typeof issuer === 'string' ? [issuer] : issuer;
}

export function namesIssuer({ issuer }: LaneClaim, iss: unknown): boolean {
  return typeof issuer === 'object' && issuer !== null ? issuer.some((each) => each === iss) : issuer === iss;
}

/** `typ` in the form of {@link LaneClaim.types}. */
export function typeOf({ typ }: JwsHeader): string | null {
  return typ === undefined ? null : normaliseType(typ);
}

/** The one issuer that can own a key of this id under ASAP; undefined for what is no such id (row A3). */
export function ownerOf(kid: string | undefined): string | undefined {
  const parsed = parseKeyId(kid);
  return parsed.ok ? parsed.segments[0] : undefined;
}

export function takesKeyId(claim: LaneClaim, kid: string | undefined): boolean {
  if (claim.keyIds === 'any') return true;
  if (claim.keyIds === 'none') return kid === undefined;
  if (claim.issuer === null) return ownerOf(kid) !== undefined;
  return kid !== undefined && namedIssuers(claim).some((issuer) => isKeyIdOwnedBy(kid, issuer));
}

/** For lanes, which verify in full what they claim. @throws {TokenError} `unexpected_token_type` */
export function checkType({ types }: LaneClaim, header: JwsHeader): void {
  if (!types.includes(typeOf(header))) throw unexpectedType(types);
}

/** For lanes, as {@link checkType}. @throws {TokenError} `key_id_invalid` */
export function checkKeyId(claim: LaneClaim, { kid }: JwsHeader): void {
  if (!takesKeyId(claim, kid)) throw keyIdInvalid();
}

export function unexpectedType(types: readonly (string | null)[]): TokenError {
  const accepted = types.map((type) => type ?? 'none at all').join(', ');
  return new TokenError('unexpected_token_type', `accepted as typ is: ${accepted}`);
}

export function keyIdInvalid(): TokenError {
  return new TokenError('key_id_invalid', 'the kid of the header is missing, or not of the form accepted');
}

import {
  type Clock,
  createJwtVerifier,
  decodeUnverifiedJwt,
  type JwtClaims,
  type JwtVerifier,
  TokenError,
} from 'countersign';
import type { Client } from '../../../domain/oauth/client.js';
import { CLIENT_KEY_ALGORITHMS } from '../../../domain/oauth/client-key-set.js';
import type { Store } from '../../../domain/stores.js';
import { createLruMap } from '../../lru-map.js';
import { hashSecret } from '../../secrets.js';
import { createTokenReplays } from '../../token-replays.js';
import { type ClientKeySourceOptions, createClientKeySource } from './client-key-sources.js';

/** Signed assertions in place of a secret (`private_key_jwt`, RFC 7523 section 3; OpenID Connect Core section 9). */
export interface ClientAssertions {
  /**
   * The client that an assertion speaks of. Anybody can have written it.
   * @throws {TokenError} `malformed_token`, `token_too_large`, `unexpected_token_type`
   */
  unverifiedClientId(assertion: string): string | undefined;
  /**
   * Resolves if the client made it, for this authority and a short time, and it was never here before.
   * Rejects with `TokenError`, `UnavailableError`, and as the store does.
   */
  verify(assertion: string, client: Client): Promise<void>;
}

export interface ClientAssertionsOptions extends ClientKeySourceOptions {
  readonly store: Pick<Store, 'publishedKeys' | 'replayedTokens'>;
  /** The only audience: whoever takes assertions for a token endpoint could be made to hand them on. */
  readonly issuer: string;
  readonly clock: Clock;
}

/** How far the clock of a client may be off (row S14). */
const TOLERANCE_SECONDS = 30;
const MAX_LIFETIME_SECONDS = 5 * 60;
const MAX_VERIFIERS = 1_000;
/** Without `application/`, in lower case. The first is that of draft-ietf-oauth-rfc7523bis; older clients say less. */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'client-authentication+jwt', 'jwt']);

/**
 * In this order: structure and type, key, signature, claims, and last whether it was used before, so that nobody can use
 * up what they could not sign (rows O18, A11 and J28).
 */
export function createClientAssertions(options: ClientAssertionsOptions): ClientAssertions {
  const { store, issuer, clock } = options;
  const verifiers = createLruMap<JwtVerifier>(MAX_VERIFIERS);
  const replays = createTokenReplays(store.replayedTokens);

  /** One for the same keys, so that what was fetched for it is not fetched again. */
  function verifierFor(client: Client): JwtVerifier {
    const { id, jwks, jwksUri, asapIssuer } = client;
    const identity = hashSecret(JSON.stringify([id, jwks, jwksUri, asapIssuer]));
    const known = verifiers.get(identity);
    if (known !== undefined) return known;
    const keys = createClientKeySource(options, client);
    if (keys === undefined) throw new TokenError('key_not_found', 'the client has no keys');
    const verifier = createJwtVerifier({
      keys,
      algorithms: CLIENT_KEY_ALGORITHMS,
      type: null,
      issuer: id,
      audience: issuer,
      maxAgeSeconds: null,
      toleranceSeconds: TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'jti'],
      clock,
    });
    verifiers.set(identity, verifier);
    return verifier;
  }

  return Object.freeze({
    unverifiedClientId(assertion: string) {
      const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(assertion);
      checkType(unverifiedHeader['typ']);
      return typeof unverifiedClaims['sub'] === 'string' ? unverifiedClaims['sub'] : undefined;
    },
    async verify(assertion: string, client: Client) {
      const { claims } = await verifierFor(client).verifyAsync(assertion);
      const { tokenId, expiresAt } = checkClaims(claims, client.id, clock());
      const outcome = await replays.insertOnce({
        issuer: `client assertion ${client.id}`,
        tokenId,
        expiresAt: Math.ceil(expiresAt + TOLERANCE_SECONDS),
      });
      if (outcome !== 'inserted') throw new TokenError('token_replayed', 'the jti was used before');
    },
  });
}

/** Tokens of every other kind name theirs, and are none of these. */
function checkType(typ: unknown): void {
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  if (!TYPES.has(type))
    throw new TokenError('unexpected_token_type', 'typ is not that of a client authentication');
}

/** What the claims must be beyond RFC 7519, which the verifier has checked. */
function checkClaims(
  { sub, aud, jti, iat, exp }: JwtClaims,
  clientId: string,
  nowSeconds: number,
): { tokenId: string; expiresAt: number } {
  if (sub !== clientId) throw new TokenError('subject_mismatch', 'sub is not the client');
  if (Array.isArray(aud) && aud.length !== 1)
    throw new TokenError('audience_mismatch', 'aud names others besides this authority');
  if (typeof jti !== 'string' || jti === '') throw new TokenError('claim_invalid', 'jti must be a string');
  if (exp === undefined) throw new TokenError('claim_missing', 'exp is missing');
  if (
    exp > nowSeconds + MAX_LIFETIME_SECONDS + TOLERANCE_SECONDS ||
    (iat !== undefined && exp - iat > MAX_LIFETIME_SECONDS)
  )
    throw new TokenError('lifetime_too_long', `it is good for more than ${MAX_LIFETIME_SECONDS} seconds`);
  return { tokenId: jti, expiresAt: exp };
}

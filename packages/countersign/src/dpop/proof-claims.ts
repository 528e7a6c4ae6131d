/** What a proof must say about the request that it comes with (RFC 9449 section 4.3, steps 3 and 8 to 12). */
import { TokenError } from '../core/errors.js';
import type { JsonObject } from '../core/strict-json.js';
import { createClaimRules } from '../jwt/claim-rules.js';
import { hashAccessToken } from './access-token-hash.js';
import { normaliseTarget } from './request-target.js';

/** The request that a proof is held against. */
export interface ProvedRequest {
  readonly method: string;
  /** As normaliseTarget gives it; undefined equals nothing. */
  readonly target: string | undefined;
  readonly accessToken: string | null;
  readonly boundTo: string | null;
}

/** What is needed of the claims once they have passed. */
export interface CheckedClaims {
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly target: string;
  readonly nonce: unknown;
}

export interface ProofAge {
  readonly maxAgeSeconds: number;
  readonly toleranceSeconds: number;
}

const MAX_TOKEN_ID_LENGTH = 1024;

/** @throws {TokenError} by whatever code applies. */
export type ProofRules = (
  claims: JsonObject,
  thumbprint: string,
  request: ProvedRequest,
  nowSeconds: number,
) => CheckedClaims;

export function createProofRules({ maxAgeSeconds, toleranceSeconds }: ProofAge): ProofRules {
  const checkRegistered: ReturnType<typeof createClaimRules> = createClaimRules({
    issuer: null,
    audience: null,
    maxAgeSeconds,
    toleranceSeconds,
    requiredClaims: ['jti', 'htm', 'htu'],
    unsafeAllowMissingExpiry: true,
  });
  return (claims, thumbprint, request, nowSeconds) => {
    checkRegistered(claims, nowSeconds);
    const tokenId = claims['jti'];
    if (typeof tokenId !== 'string' || tokenId === '' || tokenId.length > MAX_TOKEN_ID_LENGTH) {
      throw bad(`jti must be a string of 1 to ${MAX_TOKEN_ID_LENGTH} characters`);
    }
    if (claims['htm'] !== request.method) throw bad('htm is not the method of the request');
    const target = checkTarget(claims['htu'], request);
    checkToken(claims, request);
    if (request.boundTo !== null && request.boundTo !== thumbprint) {
      throw bad('the key of the proof is not the one that the token is bound to');
    }
    const nonce = Object.hasOwn(claims, 'nonce') ? claims['nonce'] : undefined;
    return { tokenId, issuedAt: Number(claims['iat']), target, nonce };
  };
}

function checkTarget(htu: unknown, { target }: ProvedRequest): string {
  if (target === undefined) throw bad('the URL of the request is not one that a proof can name');
  if (typeof htu !== 'string' || normaliseTarget(htu) !== target) {
    throw bad('htu is not the URL of the request');
  }
  return target;
}

/** A token that is bound to no key must not come in as one that is (RFC 9449 section 7.1). */
function checkToken(claims: JsonObject, { accessToken, boundTo }: ProvedRequest): void {
  if (accessToken === null) return;
  if (!Object.hasOwn(claims, 'ath') || claims['ath'] !== hashAccessToken(accessToken)) {
    throw bad('ath is not the hash of the access token');
  }
  if (boundTo === null) throw bad('the access token is bound to no key');
}

function bad(problem: string): TokenError {
  return new TokenError('dpop_proof_invalid', problem);
}

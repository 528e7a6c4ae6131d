/** From an API token whose signature held to what it is worth. */
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { TokenError } from '../../core/errors.js';
import { parseStrictJsonObject } from '../../core/strict-json.js';
import { normaliseType } from '../../jws/jws-header.js';
import type { VerifiedJws } from '../../jws/verify-jws.js';
import type { ClaimRules } from '../../jwt/claim-rules.js';
import { createClaimRules } from '../../jwt/claim-rules.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { ApiTokenOutcome } from './api-token-outcome.js';
import type { Policy } from './define-policy.js';
import { compiledPolicyOf } from './define-policy.js';
import type { ReadRules } from './read-record.js';
import { readRecord } from './read-record.js';
import type { WireProfile } from './wire-profiles.js';
import { WIRE_PROFILES } from './wire-profiles.js';

/** As the options of a decoder of the same names. */
export interface ApiTokenJudgeOptions {
  readonly policy: Policy;
  readonly audience: string | readonly string[] | null;
  readonly recheckPolicy?: boolean | undefined;
  readonly unsafeAllowUnknownIssuers?: boolean | undefined;
  readonly profiles?: readonly WireProfile[] | undefined;
  readonly toleranceSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface JudgedApiToken {
  readonly outcome: ApiTokenOutcome;
  /** All claims of the token, frozen. Nothing but their signature holds unless the outcome is `valid`. */
  readonly claims: JwtClaims;
}

/**
 * The options must have passed their rules. What it gives throws TokenError for a wrong type, for what is no JSON, and
 * for registered claims that are wrong in any way other than being expired.
 */
export function createApiTokenJudge(options: ApiTokenJudgeOptions): (token: VerifiedJws) => JudgedApiToken {
  const { policy, audience, toleranceSeconds, clock = systemClock } = options;
  const checkClaims: ClaimRules = createClaimRules({
    issuer: null,
    audience,
    maxAgeSeconds: null,
    requiredClaims: ['sub'],
    toleranceSeconds,
  });
  const readRules: ReadRules = {
    policy: compiledPolicyOf(policy),
    profiles: [...(options.profiles ?? WIRE_PROFILES)],
    recheckPolicy: options.recheckPolicy ?? false,
    mayBeUnknownIssuer: options.unsafeAllowUnknownIssuers ?? false,
  };
  return ({ header, payload }) => {
    // Tokens of other kinds say what they are (row J28).
    if (header.typ !== undefined && normaliseType(header.typ) !== 'jwt') {
      throw new TokenError('unexpected_token_type', 'the typ of an API token must be JWT, or missing');
    }
    const claims = parseStrictJsonObject(payload);
    try {
      checkClaims(claims, clock());
    } catch (error) {
      if (!(error instanceof TokenError) || error.code !== 'token_expired') throw error;
      const outcome = Object.freeze({ outcome: 'expired', expiredAt: Number(claims['exp']) } as const);
      return { outcome, claims };
    }
    if (audience === null && claims.aud !== undefined) {
      throw new TokenError('audience_mismatch', 'aud must be missing: no audience is configured');
    }
    return { outcome: toOutcome(readRecord(claims, readRules)), claims };
  };
}

function toOutcome(read: ReturnType<typeof readRecord>): ApiTokenOutcome {
  return read.ok
    ? Object.freeze({ outcome: 'valid', record: read.record })
    : Object.freeze({ outcome: 'bad', reason: read.reason, detail: read.detail });
}

/** The rules about claims, in the order in which a verifier judges them (contract rows ASAP-20 to ASAP-26). */
import { findIssuerProblem, isKeyIdOwnedBy } from 'countersign/asap';
import { fail, type Judgement, pass, quote, type RuleOutcome, toOutcome, unknown } from './rule.js';

export interface ClaimContext {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly header: Readonly<Record<string, unknown>>;
  readonly now: number;
  /** Null where nobody said what the service expects. */
  readonly audience: readonly string[] | null;
  /** Null lets any in. */
  readonly issuers: readonly string[] | null;
  readonly toleranceSeconds: number;
  readonly subjectMustMatchIssuer: boolean;
}

const MAX_LIFETIME_SECONDS = 3600;
const MAX_TOKEN_ID_LENGTH = 1024;

export function judgeClaims(context: ClaimContext): RuleOutcome[] {
  const { toleranceSeconds: tolerance, audience, issuers } = context;
  const within = tolerance === 0 ? '' : `, give or take ${tolerance} s`;
  const rows: [string, string, (context: ClaimContext) => Judgement][] = [
    ['expiry', `exp is a time after now${within}`, judgeExpiry],
    ['not before', `nbf, where there is one, is not after now${within}`, judgeNotBefore],
    ['issued at', `iat is a time not after now${within}, and not after exp`, judgeIssuedAt],
    [
      'audience',
      audience === null ? 'aud names the service' : `aud names ${audience.map(quote).join(' or ')}`,
      judgeAudience,
    ],
    ['type', 'typ is JWT, or missing', judgeType],
    ['whole seconds', 'iat and exp are whole seconds', judgeWholeSeconds],
    ['issuer', 'iss is the name of a service: one segment of a key id', judgeIssuer],
    ['key ownership', 'kid is iss, or begins with iss and a slash', judgeOwnership],
    ['subject', 'sub, where there is one, is iss', judgeSubject],
    ['lifetime', `exp is at most ${MAX_LIFETIME_SECONDS} s after iat`, judgeLifetime],
    ['token id', `jti is a text of at most ${MAX_TOKEN_ID_LENGTH} characters`, judgeTokenId],
    [
      'accepted issuer',
      issuers === null
        ? 'iss is any service, since none was named'
        : `iss is ${issuers.map(quote).join(' or ')}`,
      judgeAcceptedIssuer,
    ],
  ];
  return rows.map(([rule, expected, judge]) => toOutcome(rule, expected, judge(context)));
}

function judgeExpiry({ claims: { exp }, now, toleranceSeconds }: ClaimContext): Judgement {
  if (exp === undefined) return fail('claim_missing', 'there is no exp');
  if (!isTime(exp)) return fail('claim_invalid', `exp is ${quote(exp)}`);
  return now < exp + toleranceSeconds ? pass : fail('token_expired', `exp was ${timeAt(exp, now)}`);
}

function judgeNotBefore({ claims: { nbf }, now, toleranceSeconds }: ClaimContext): Judgement {
  if (nbf === undefined) return pass;
  if (!isTime(nbf)) return fail('claim_invalid', `nbf is ${quote(nbf)}`);
  return nbf <= now + toleranceSeconds ? pass : fail('token_not_yet_valid', `nbf is ${timeAt(nbf, now)}`);
}

function judgeIssuedAt({ claims: { iat, exp }, now, toleranceSeconds }: ClaimContext): Judgement {
  if (iat === undefined) return fail('claim_missing', 'there is no iat');
  if (!isTime(iat)) return fail('claim_invalid', `iat is ${quote(iat)}`);
  if (!(iat <= now + toleranceSeconds)) return fail('token_not_yet_valid', `iat is ${timeAt(iat, now)}`);
  return isTime(exp) && exp < iat ? fail('claim_invalid', 'exp is before iat') : pass;
}

function judgeAudience({ claims: { aud }, audience }: ClaimContext): Judgement {
  if (aud === undefined) return fail('claim_missing', 'there is no aud');
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const found = `aud is ${quote(aud)}`;
  if (!list.every((item) => typeof item === 'string')) return fail('claim_invalid', found);
  if (audience !== null && !list.some((item) => audience.includes(item)))
    return fail('audience_mismatch', found);
  if (list.length === 0 || list.includes('')) return fail('claim_invalid', found);
  return audience === null ? unknown(`${found}, and which services that is was not said`) : pass;
}

function judgeType({ header: { typ } }: ClaimContext): Judgement {
  if (typ === undefined) return pass;
  if (typeof typ !== 'string' || typ === '') return fail('malformed_token', `typ is ${quote(typ)}`);
  return /^(?:application\/)?jwt$/i.test(typ) ? pass : fail('unexpected_token_type', `typ is ${quote(typ)}`);
}

function judgeWholeSeconds({ claims: { iat, exp } }: ClaimContext): Judgement {
  const odd = [iat, exp].find((value) => isTime(value) && !Number.isSafeInteger(value));
  return odd === undefined ? pass : fail('claim_invalid', `there is ${quote(odd)}`);
}

function judgeIssuer({ claims: { iss } }: ClaimContext): Judgement {
  if (iss === undefined) return fail('claim_missing', 'there is no iss');
  const problem = findIssuerProblem(iss);
  return problem === undefined ? pass : fail('claim_invalid', `iss ${problem}; it is ${quote(iss)}`);
}

function judgeOwnership({ claims: { iss }, header: { kid } }: ClaimContext): Judgement {
  if (typeof iss !== 'string' || typeof kid !== 'string') return unknown('iss or kid is missing');
  return isKeyIdOwnedBy(kid, iss)
    ? pass
    : fail('issuer_does_not_own_key', `iss is ${quote(iss)}, kid is ${quote(kid)}`);
}

function judgeSubject({ claims: { sub, iss }, subjectMustMatchIssuer }: ClaimContext): Judgement {
  if (sub === undefined || sub === '') return pass;
  if (typeof sub !== 'string') return fail('claim_invalid', `sub is ${quote(sub)}`);
  if (!subjectMustMatchIssuer || sub === iss) return pass;
  return fail('subject_mismatch', `sub is ${quote(sub)}, iss is ${quote(iss)}`);
}

function judgeLifetime({ claims: { iat, exp } }: ClaimContext): Judgement {
  if (!isTime(iat) || !isTime(exp)) return unknown('iat or exp is missing');
  const seconds = exp - iat;
  return seconds <= MAX_LIFETIME_SECONDS ? pass : fail('lifetime_too_long', `it is ${seconds} s`);
}

function judgeTokenId({ claims: { jti } }: ClaimContext): Judgement {
  if (jti === undefined) return fail('claim_missing', 'there is no jti');
  const isSound = typeof jti === 'string' && jti !== '' && jti.length <= MAX_TOKEN_ID_LENGTH;
  return isSound ? pass : fail('claim_invalid', `jti is ${quote(jti)}`);
}

function judgeAcceptedIssuer({ claims: { iss }, issuers }: ClaimContext): Judgement {
  if (issuers === null) return pass;
  if (typeof iss !== 'string') return unknown('iss is missing');
  return issuers.includes(iss) ? pass : fail('issuer_not_allowed', `iss is ${quote(iss)}`);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** `2026-11-22T00:36:31.000Z, 12 s ago`. */
function timeAt(seconds: number, now: number): string {
  const date = new Date(seconds * 1000);
  const distance = Math.round(Math.abs(now - seconds));
  const relative = `${distance} s ${seconds <= now ? 'ago' : 'from now'}`;
  return Number.isNaN(date.getTime()) ? relative : `${date.toISOString()}, ${relative}`;
}

/** From claims whose signature held and whose times are right to the record of an API token. */
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { ApiTokenRecord } from './api-token-record.js';
import type { CompiledExtra, CompiledPolicy } from './compiled-policy.js';
import { findPolicyViolation } from './compiled-policy.js';
import type { ExtraValue } from './extra-values.js';
import type { WireProfile } from './wire-profiles.js';
import { absentValue, readValue } from './wire-profiles.js';

export type ReadRecord =
  | { readonly ok: true; readonly record: ApiTokenRecord }
  | {
      readonly ok: false;
      readonly reason: BadRecordReason;
      readonly detail: string;
    };

type BadRecordReason = 'claim_invalid' | 'issuer_mismatch' | 'policy_violated' | 'profile_not_accepted';

export interface ReadRules {
  readonly policy: CompiledPolicy;
  readonly profiles: readonly WireProfile[];
  readonly recheckPolicy: boolean;
  readonly mayBeUnknownIssuer: boolean;
}

/** Whatever is found is said without the values of the token. */
export function readRecord(claims: JwtClaims, rules: ReadRules): ReadRecord {
  const { policy, profiles, recheckPolicy } = rules;
  const { iss = null, sub = '', exp = 0, iat = null } = claims;
  const jti = claims['jti'];
  if (sub === '') return refused('claim_invalid', 'sub must not be empty');
  if (jti !== undefined && typeof jti !== 'string') return refused('claim_invalid', 'jti must be a string');
  // Of the two only this library gives tokens an id (row POL-2).
  const profile: WireProfile = jti === undefined ? 'api_jwt' : 'native';
  if (!profiles.includes(profile)) {
    return refused('profile_not_accepted', `accepted are tokens of the profile ${profiles.join(', ')}`);
  }
  const kind = iss === null ? null : (policy.kindByIssuer.get(iss) ?? null);
  if (recheckPolicy && kind === null) return refused('policy_violated', 'iss is no issuer of the policy');
  if (kind === null && !rules.mayBeUnknownIssuer)
    return refused('issuer_mismatch', 'iss must be an issuer of the policy');
  const extras = new Map<string, ExtraValue | null>();
  for (const extra of policy.extras.values()) {
    const read = readExtra(claims, extra, recheckPolicy ? kind : null);
    if ('reason' in read) return refused(read.reason, read.detail);
    extras.set(extra.name, read.value);
  }
  const record = {
    kind,
    issuer: iss,
    subject: sub,
    expiresAt: exp,
    issuedAt: iat,
    tokenId: jti ?? null,
    profile,
    extras: Object.freeze(Object.fromEntries(extras)),
  };
  return { ok: true, record: Object.freeze(record) as unknown as ApiTokenRecord };
}

type ReadExtra =
  | { readonly value: ExtraValue | null }
  | { readonly reason: 'claim_invalid' | 'policy_violated'; readonly detail: string };

/** @param kind whose rules the value must keep; null to take any value of the type */
function readExtra(claims: JwtClaims, extra: CompiledExtra, kind: string | null): ReadExtra {
  const claim = Object.hasOwn(claims, extra.name) ? claims[extra.name] : undefined;
  if (claim === undefined || claim === null) return { value: absentValue(extra) };
  const read = readValue(extra, claim);
  if (!read.ok) return { reason: 'claim_invalid', detail: `the claim ${extra.name} ${read.problem}` };
  const violation = kind === null ? undefined : findPolicyViolation(extra, kind, read.value);
  if (violation === undefined) return { value: read.value };
  return { reason: 'policy_violated', detail: `the claim ${extra.name} is not allowed: ${violation.rule}` };
}

function refused(reason: BadRecordReason, detail: string): ReadRecord {
  return { ok: false, reason, detail };
}

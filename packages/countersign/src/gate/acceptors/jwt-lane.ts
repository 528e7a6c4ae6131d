/** A lane over the JWT verifier: what most acceptors are made of. */

import type { ReplayStore } from '../../jwt/replay-store.js';
import type { JwtVerifierOptions, VerifiedJwt } from '../../jwt/verify-jwt.js';
import { createJwtCheck } from '../../jwt/verify-jwt.js';
import type { AcceptorContext, Lane, LaneClaim, VerifiedToken } from '../acceptor.js';
import type { Caller, CallerFact, CallerKind } from '../caller.js';
import { checkKeyId, checkType } from '../lane-claims.js';
import type { LaneKeys } from './lane-keys.js';
import { isKeyAtHand, warmUpKeys } from './lane-keys.js';
import { createVerifiedTokens } from './verified-token.js';

export interface JwtLaneSettings
  extends Pick<JwtVerifierOptions, 'audience' | 'maxLifetimeSeconds' | 'requiredClaims'> {
  readonly acceptor: string;
  readonly kind: CallerKind;
  readonly claim: LaneClaim;
  /** What `toCaller` never gives. */
  readonly unsaid: readonly CallerFact[];
  readonly keys: LaneKeys;
  /** Default: no bound. */
  readonly maxAgeSeconds?: number | null | undefined;
  /** Default: tokens may be used as often as they come. */
  readonly replay?: ReplayStore | null | undefined;
  /** Judges what is particular to the kind, after signature, dates, issuer and audience. @throws {TokenError} */
  toCaller(verified: VerifiedJwt): Caller;
}

export function createJwtLane(context: AcceptorContext, settings: JwtLaneSettings): Lane {
  const { claim, maxAgeSeconds = null, toCaller } = settings;
  const keys = settings.keys.sourceFor(context.keys);
  const type = soleTypeOf(claim);
  const check = createJwtCheck({
    keys,
    algorithms: settings.keys.algorithms,
    type,
    issuer: claim.issuer,
    audience: settings.audience,
    maxAgeSeconds,
    maxLifetimeSeconds: settings.maxLifetimeSeconds,
    requiredClaims: settings.requiredClaims,
    toleranceSeconds: context.toleranceSeconds,
    maxTokenBytes: context.maxTokenBytes,
    clock: context.clock,
  });
  const toVerified = createVerifiedTokens(context, maxAgeSeconds);
  const finish = (verified: VerifiedJwt): VerifiedToken => {
    if (type === null) checkType(claim, verified.header);
    checkKeyId(claim, verified.header);
    return toVerified(toCaller(verified), verified);
  };
  return Object.freeze({
    acceptor: settings.acceptor,
    kind: settings.kind,
    claim,
    unsaid: settings.unsaid,
    verify: (token: string, nowSeconds?: number) => finish(check.now(token, nowSeconds)),
    verifyAsync: async (token: string) => finish(await check.later(token)),
    isKeyCurrent: (verified: VerifiedToken) => isKeyAtHand(keys, verified),
    isCacheable: true,
    replay: settings.replay ?? null,
    warmUp: () => warmUpKeys(keys),
  });
}

/** Where one type alone is claimed, the verifier refuses all others ahead of the signature. */
function soleTypeOf({ types }: LaneClaim): string | null {
  return types.length === 1 ? (types[0] ?? null) : null;
}

/** The acceptor for ASAP tokens: other services, each with its own key. */
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, describe, optional } from '../../core/options.js';
import type { ReplayStore } from '../../jwt/replay-store.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import type { KeySource } from '../../keys/key-source.js';
import type { AsapAlgorithm } from '../../tokens/asap/asap-algorithms.js';
import { ASAP_ALGORITHMS } from '../../tokens/asap/asap-algorithms.js';
import type { AsapClaimPolicy } from '../../tokens/asap/asap-claims.js';
import { toAsapCaller } from '../../tokens/asap/asap-claims.js';
import { ASAP_CLAIMS, asapVerifierRules, MAX_LIFETIME_SECONDS } from '../../tokens/asap/asap-verifier.js';
import { withKeyIdRules } from '../../tokens/asap/key-id-rules.js';
import type { Acceptor, AcceptorContext, LaneClaim } from '../acceptor.js';
import type { ServiceCaller } from '../caller.js';
import { createJwtLane } from './jwt-lane.js';
import type { LaneKeys, PublicKeys } from './lane-keys.js';
import { findKeyProblems, publicKeys, remoteUrl, toLaneKeys, warmUpKeys } from './lane-keys.js';

export interface AsapAcceptorOptions {
  /** The names of this service: one of the token's audiences must be one of them, exactly; null accepts any. */
  readonly audience: string | readonly string[] | null;
  /** The services that may come in; null lets in every issuer whose keys can be found. Others are answered 403. */
  readonly issuers: string | readonly string[] | null;
  /** Base URL of the key repository; of several each next one is asked while the ones before cannot be reached. */
  readonly repository?: string | readonly string[] | undefined;
  /** Keys with ids, or where to find them, in place of `repository`. */
  readonly keys?: PublicKeys | undefined;
  /** Default: the nine of the protocol. */
  readonly algorithms?: readonly AsapAlgorithm[] | undefined;
  /**
   * Where tokens are remembered so that none is taken twice; null, the default, takes them as often as they come. Gates
   * that share a store must have the same tolerance.
   */
  readonly replay?: ReplayStore | null | undefined;
  /** The longest time from `iat` to `exp`, from 1 to 3600. Default 3600. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** Whether `sub`, where there is one, must be the issuer. Default true. */
  readonly subjectMustMatchIssuer?: boolean | undefined;
}

const repositoryUrls: ValueRule = (value) => {
  const urls: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (urls.length === 0) return `must be a URL or a non-empty array of URLs, not ${describe(value)}`;
  return urls.map(remoteUrl).find((problem) => problem !== undefined);
};

const rules: OptionRules<AsapAcceptorOptions> = {
  audience: asapVerifierRules.audience,
  issuers: asapVerifierRules.issuers,
  repository: optional(repositoryUrls),
  keys: optional(publicKeys),
  algorithms: asapVerifierRules.algorithms,
  replay: asapVerifierRules.replay,
  maxLifetimeSeconds: asapVerifierRules.maxLifetimeSeconds,
  subjectMustMatchIssuer: asapVerifierRules.subjectMustMatchIssuer,
};

const ACCEPTOR = 'asap';

/**
 * Accepts ASAP tokens of any service that no other acceptor of the gate names, as createAsapVerifier verifies them (rows
 * ASAP-20 to ASAP-26); whether one was used before is recorded by the gate, last of all (row ASAP-26).
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function asap(options: AsapAcceptorOptions): Acceptor {
  const checked = checkOptions(ACCEPTOR, options, rules, findProblems);
  const issuers = checked.issuers === null ? null : [checked.issuers].flat();
  const audience = checked.audience === null ? null : [checked.audience].flat();
  const keys = toAsapKeys(checked);
  const { replay } = checked;
  const policy: AsapClaimPolicy = {
    subjectMustMatchIssuer: checked.subjectMustMatchIssuer ?? true,
    maxLifetimeSeconds: checked.maxLifetimeSeconds ?? MAX_LIFETIME_SECONDS,
    issuers: issuers === null ? null : new Set(issuers),
  };
  const claim: LaneClaim = Object.freeze({
    issuer: null,
    expectedIssuers: issuers ?? undefined,
    types: [null, 'jwt'],
    keyIds: 'under-issuer',
  });
  return Object.freeze({
    name: ACCEPTOR,
    kind: 'service',
    build: (context: AcceptorContext) => [
      createJwtLane(context, {
        acceptor: ACCEPTOR,
        kind: 'service',
        claim,
        unsaid: ['scopes', 'level', 'authenticatedAt', 'target'],
        keys,
        audience,
        requiredClaims: ASAP_CLAIMS,
        replay,
        toCaller: (verified) => toService(verified, policy),
      }),
    ],
  });
}

function findProblems(options: AsapAcceptorOptions): readonly string[] {
  const { keys, repository, algorithms = ASAP_ALGORITHMS } = options;
  if ((keys === undefined) === (repository === undefined)) {
    return ['repository or keys must be given, and not both'];
  }
  return findKeyProblems({ keys, algorithms });
}

/** No key is asked for by an id that is none: not by fetch, not anywhere (rows ASAP-20, A3 and J25). */
function toAsapKeys(options: AsapAcceptorOptions): LaneKeys {
  const { keys, repository = [], algorithms = ASAP_ALGORITHMS } = options;
  const urls = [repository].flat();
  const expected = [options.issuers ?? []].flat();
  const found = toLaneKeys({ keys, algorithms }, (resolver, accepted) =>
    resolver.pemRepository(urls, accepted, expected),
  );
  return { algorithms: found.algorithms, sourceFor: (resolver) => guard(found.sourceFor(resolver)) };
}

function guard(source: KeySource): KeySource {
  const guarded = withKeyIdRules(source);
  return Object.freeze({ ...guarded, warmUp: () => warmUpKeys(source) });
}

function toService(verified: VerifiedJwt, policy: AsapClaimPolicy): ServiceCaller {
  const caller = toAsapCaller(verified, policy);
  return Object.freeze({
    kind: 'service',
    issuer: caller.issuer,
    subject: caller.subject,
    audience: caller.audience,
    scopes: NONE,
    level: undefined,
    acr: undefined,
    amr: undefined,
    authenticatedAt: undefined,
    tokenId: caller.tokenId,
    issuedAt: caller.issuedAt,
    expiresAt: caller.expiresAt,
    claims: caller.claims,
    keyId: caller.keyId,
  });
}

const NONE: readonly string[] = Object.freeze([]);

/** The acceptor for API tokens, whose contents a policy bounds. */
import type { TokenErrorCode } from '../../core/errors.js';
import { TokenError } from '../../core/errors.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import type { VerifiedJws } from '../../jws/verify-jws.js';
import { audienceClaim } from '../../jwt/claim-values.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { KeySource } from '../../keys/key-source.js';
import { isKeySource } from '../../keys/key-source.js';
import { DEFAULT_ALGORITHMS } from '../../tokens/api-token/api-token-algorithms.js';
import type { ApiTokenDecoderOptions } from '../../tokens/api-token/api-token-decoder.js';
import { apiTokenDecoderRules, findApiTokenKeyProblems } from '../../tokens/api-token/api-token-decoder.js';
import type { ApiTokenKeyRing } from '../../tokens/api-token/api-token-key-ring.js';
import { createApiTokenKeyRing, isKeyRing } from '../../tokens/api-token/api-token-key-ring.js';
import type { ApiTokenBadReason, ApiTokenOutcome } from '../../tokens/api-token/api-token-outcome.js';
import type { ApiTokenRecord } from '../../tokens/api-token/api-token-record.js';
import { compiledPolicyOf } from '../../tokens/api-token/define-policy.js';
import { createApiTokenJudge } from '../../tokens/api-token/judge-api-token.js';
import type { PolicyDefinition } from '../../tokens/api-token/policy-definition.js';
import { createSignatureCheck } from '../../tokens/api-token/signature-check.js';
import type { Acceptor, AcceptorContext, Lane, LaneClaim, VerifiedToken } from '../acceptor.js';
import type { ApiTokenCaller, CallerFact } from '../caller.js';
import type { KeyResolver } from '../key-resolver.js';
import { isKeyAtHand, remoteUrl, warmUpKeys } from './lane-keys.js';
import { createVerifiedTokens } from './verified-token.js';

/** As the options of createApiTokenDecoder; tokens of issuers outside of the policy are never taken. */
export interface ApiTokensOptions<Definition extends PolicyDefinition = PolicyDefinition>
  extends Pick<
    ApiTokenDecoderOptions<Definition>,
    'policy' | 'audience' | 'algorithms' | 'recheckPolicy' | 'profiles'
  > {
  /** Public keys, a ring of them that may change, or where to find them by their ids. */
  readonly keys?: ApiTokenDecoderOptions<Definition>['keys'] | undefined;
  /** Where the JWK Set is, in place of `keys`: https, or http on a loopback host. */
  readonly jwksUrl?: string | undefined;
}

const rules: OptionRules<ApiTokensOptions> = {
  policy: apiTokenDecoderRules.policy,
  keys: optional(apiTokenDecoderRules.keys.rule),
  jwksUrl: optional(remoteUrl),
  audience: apiTokenDecoderRules.audience,
  algorithms: apiTokenDecoderRules.algorithms,
  recheckPolicy: apiTokenDecoderRules.recheckPolicy,
  profiles: apiTokenDecoderRules.profiles,
};

const ACCEPTOR = 'apiTokens';
/** Those that callers have by names of their own. */
const EXTRAS = ['level', 'target', 'scopes'] as const;

/**
 * Accepts API tokens of the issuers of a policy, as createApiTokenDecoder judges them. The extras `level` (a number),
 * `target` (text) and `scopes` (a list), where the policy has them, are the level, target and scopes of the caller.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function apiTokens<Definition extends PolicyDefinition>(
  options: ApiTokensOptions<Definition>,
): Acceptor {
  const checked = checkOptions<ApiTokensOptions>(ACCEPTOR, options, rules, findProblems);
  const { policy, audience, recheckPolicy, profiles, algorithms = DEFAULT_ALGORITHMS } = checked;
  const { kindByIssuer, extras } = compiledPolicyOf(policy);
  const settings: Settings = {
    claim: Object.freeze({
      issuer: Object.freeze([...kindByIssuer.keys()]),
      types: [null, 'jwt'],
      keyIds: 'any',
    }),
    unsaid: ['authenticatedAt', ...EXTRAS.filter((name) => !extras.has(name))],
    keysFor: toKeys({ ...checked, algorithms: [...algorithms] }),
    algorithms: [...algorithms],
    judgeOptions: {
      policy,
      audience: audience === null ? null : [audience].flat(),
      recheckPolicy,
      profiles: profiles === undefined ? undefined : [...profiles],
    },
  };
  return Object.freeze({
    name: ACCEPTOR,
    kind: 'api-token',
    build: (context: AcceptorContext) => [createLane(context, settings)],
  });
}

function findProblems({ keys, jwksUrl, algorithms }: ApiTokensOptions): readonly string[] {
  if ((keys === undefined) === (jwksUrl === undefined))
    return ['keys or jwksUrl must be given, and not both'];
  return keys === undefined ? [] : findApiTokenKeyProblems({ keys, algorithms });
}

type Keys = ApiTokenKeyRing | KeySource;

/** A ring that is made here is checked here. */
function toKeys({ keys, jwksUrl = '', algorithms = [] }: ApiTokensOptions): (resolver: KeyResolver) => Keys {
  if (keys === undefined) return (resolver) => resolver.jwks(jwksUrl, algorithms);
  const given = isKeyRing(keys) || isKeySource(keys) ? keys : createApiTokenKeyRing(keys);
  return () => given;
}

interface Settings {
  readonly claim: LaneClaim;
  readonly unsaid: readonly CallerFact[];
  readonly keysFor: (resolver: KeyResolver) => Keys;
  readonly algorithms: Parameters<typeof createSignatureCheck>[0]['algorithms'];
  readonly judgeOptions: Parameters<typeof createApiTokenJudge>[0];
}

/** One lane for all kinds of the policy: they share its keys by design, and the decoder tells them apart. */
function createLane(context: AcceptorContext, settings: Settings): Lane {
  const { claim, unsaid, keysFor, algorithms, judgeOptions } = settings;
  const keys = keysFor(context.keys);
  const { toleranceSeconds, maxTokenBytes, clock } = context;
  const judge = createApiTokenJudge({ ...judgeOptions, toleranceSeconds, clock });
  const signature = createSignatureCheck({ keys, algorithms, maxTokenBytes });
  const toVerified = createVerifiedTokens(context);
  const finish = (token: VerifiedJws): VerifiedToken => {
    const { outcome, claims } = judge(token);
    const caller = toCaller(recordOf(outcome), claims);
    return toVerified(caller, { header: token.header, claims, key: token.key });
  };
  return Object.freeze({
    acceptor: ACCEPTOR,
    kind: 'api-token',
    claim,
    unsaid,
    verify: (token: string) => finish(signature.now(token)),
    verifyAsync: async (token: string) => finish(await signature.later(token)),
    isKeyCurrent: (verified: VerifiedToken) =>
      isKeySource(keys) ? isKeyAtHand(keys, verified) : keys.keys.some((key) => key === verified.key),
    isCacheable: true,
    replay: null,
    warmUp: async () => (isKeySource(keys) ? warmUpKeys(keys) : undefined),
  });
}

/** @throws {TokenError} */
function recordOf(outcome: ApiTokenOutcome): ApiTokenRecord {
  if (outcome.outcome === 'valid') return outcome.record;
  if (outcome.outcome === 'expired') throw new TokenError('token_expired', 'exp is not after now');
  throw new TokenError(toCode(outcome.reason), outcome.detail);
}

function toCode(reason: ApiTokenBadReason): TokenErrorCode {
  return reason === 'policy_violated' || reason === 'profile_not_accepted' ? 'claim_invalid' : reason;
}

function toCaller(record: ApiTokenRecord, claims: JwtClaims): ApiTokenCaller {
  const { level, target, scopes } = record.extras as Readonly<Record<string, unknown>>;
  return Object.freeze({
    kind: 'api-token',
    issuer: record.issuer ?? '',
    subject: record.subject,
    audience: audienceClaim(claims),
    scopes: isListOfText(scopes) ? scopes : NONE,
    level: typeof level === 'number' ? level : undefined,
    acr: undefined,
    amr: undefined,
    authenticatedAt: undefined,
    tokenId: record.tokenId ?? undefined,
    issuedAt: record.issuedAt ?? undefined,
    expiresAt: record.expiresAt,
    claims,
    tokenKind: record.kind ?? '',
    target: typeof target === 'string' && target !== '' ? target : undefined,
    extras: record.extras,
  });
}

const NONE: readonly string[] = Object.freeze([]);

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

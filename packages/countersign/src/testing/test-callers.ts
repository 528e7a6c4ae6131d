/** Everybody who may call a service, for its tests: tokens of each kind, and acceptors that know their keys. */
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { UsageError } from '../core/errors.js';
import { aFunction, nullOr, oneOf, stringOrStrings } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import type { Acceptor } from '../gate/acceptor.js';
import type { CallerKind } from '../gate/caller.js';
import { CALLER_KINDS } from '../gate/caller.js';
import type { MemoryRevocations } from '../gate/revocation/memory-revocations.js';
import { createMemoryRevocations } from '../gate/revocation/memory-revocations.js';
import { decodeUnverifiedJwt } from '../jwt/decode-unverified-jwt.js';
import type { ReplayStore } from '../jwt/replay-store.js';
import { isReplayStore } from '../jwt/replay-store.js';
import type { Policy } from '../tokens/api-token/define-policy.js';
import { definePolicy, policyRule } from '../tokens/api-token/define-policy.js';
import type { PolicyDefinition } from '../tokens/api-token/policy-definition.js';
import { STANDARD_EXTRAS } from '../tokens/api-token/standard-extras.js';
import { checkArgument } from './check-argument.js';
import { refuseProduction } from './refuse-production.js';
import { createTestAcceptors } from './test-acceptors.js';
import type { TestIssuers } from './test-caller-keys.js';
import { createTestCallerKeys } from './test-caller-keys.js';
import type { TestKeyServer } from './test-key-server.js';
import type { TestTokens } from './test-tokens.js';
import { createTestTokens } from './test-tokens.js';

/** The policy of API tokens where none is given: the standard extras, for users and administrators. */
const STANDARD_POLICY = definePolicy({
  kinds: { user: 'https://authority.test/users', admin: 'https://authority.test/administrators' },
  extras: STANDARD_EXTRAS,
});
export type StandardPolicyDefinition = (typeof STANDARD_POLICY)['definition'];

export interface TestCallersOptions<Definition extends PolicyDefinition = StandardPolicyDefinition> {
  /** The names of the service under test. Tokens are for the first. */
  readonly audience: string | readonly string[];
  /** That of the gate. Default: the time of day. */
  readonly clock?: Clock | undefined;
  /** What API tokens may say. Default: the standard extras, for the kinds `user` and `admin`. */
  readonly policy?: Policy<Definition> | undefined;
  /** Publishes the keys there: acceptors fetch them. Default: the acceptors know the keys, and there is no network. */
  readonly keyServer?: TestKeyServer | undefined;
  /** Where the tokens of services are remembered, so that none is taken twice. Default null: nowhere. */
  readonly replay?: ReplayStore | null | undefined;
}

export interface TestCallers<Definition extends PolicyDefinition = StandardPolicyDefinition>
  extends TestTokens<Definition> {
  /** For the option `accept` of createGate: all four kinds of caller. */
  readonly acceptors: readonly Acceptor[];
  /** For a gate that lets in some kinds only. @throws {UsageError} `invalid_options` for what is no kind. */
  acceptorsFor(...kinds: readonly CallerKind[]): readonly Acceptor[];
  /** The issuers of ID tokens and of access tokens, for a gate with acceptors of its own. */
  readonly issuers: { readonly person: string; readonly application: string };
  readonly policy: Policy<Definition>;
  /** For the option `revocation` of createGate. */
  readonly revocations: MemoryRevocations;

  /**
   * The token is refused from now on by gates that ask {@link revocations}.
   *
   * @throws {UsageError} `invalid_options` for a token without `iss`, `jti` and `exp`.
   */
  revoke(token: string): void;
  /** New keys sign from now on; tokens under the old ones are still good. The secret stays. */
  rotateKeys(): void;
  /** Takes all keys back but those that sign now. */
  withdrawOldKeys(): void;
}

const rules: OptionRules<TestCallersOptions> = {
  audience: required(stringOrStrings),
  clock: optional(aFunction),
  policy: optional(policyRule),
  keyServer: optional((value) =>
    typeof value === 'object' && value !== null && 'publish' in value
      ? undefined
      : 'must be a server made by createTestKeyServer',
  ),
  replay: optional(nullOr((value) => (isReplayStore(value) ? undefined : 'must be a replay store'))),
};

const aKind = oneOf(...CALLER_KINDS);

const PROVIDER = 'Test Provider';
const APP_ID = 'b19a21b4-ad9d-4fd7-88c1-1b68b825c671';

/**
 * Callers with throw-away keys. Ids are counted, so that a test makes the same claims each time.
 *
 * @throws {UsageError} `invalid_options` with every problem found, and in production.
 */
export function createTestCallers<Definition extends PolicyDefinition = StandardPolicyDefinition>(
  options: TestCallersOptions<Definition>,
): TestCallers<Definition> {
  refuseProduction('createTestCallers');
  const checked = checkOptions<TestCallersOptions>(
    'createTestCallers',
    options as unknown as TestCallersOptions,
    rules,
  );
  const { audience, clock = systemClock, replay = null, keyServer = null } = checked;
  const base = keyServer?.origin ?? 'https://authority.test';
  const issuers: TestIssuers = {
    person: `${base}/${APP_ID}`,
    application: `${base}/oauth`,
    apiToken: `${base}/api-tokens`,
  };
  const keys = createTestCallerKeys(issuers, (issuer, published) => keyServer?.publish(issuer, published));
  const policy: Policy = checked.policy ?? STANDARD_POLICY;
  const settings = { clock, audience: [audience].flat(), issuers, provider: PROVIDER, policy, keys };
  const acceptorsOf = createTestAcceptors({ ...settings, replay, keyServer });
  const revocations = createMemoryRevocations({ clock });
  const callers: TestCallers = Object.freeze({
    ...createTestTokens(settings),
    acceptors: Object.freeze(Object.values(acceptorsOf).flat()),
    acceptorsFor(...kinds: readonly CallerKind[]) {
      for (const kind of kinds) checkArgument('acceptorsFor', 'kinds', kind, aKind);
      return kinds.flatMap((kind) => acceptorsOf[kind]);
    },
    issuers: Object.freeze({ person: issuers.person, application: issuers.application }),
    policy: policy as Policy<StandardPolicyDefinition>,
    revocations,
    revoke: (token: string) => revocations.revokeToken(readRevocation(token)),
    rotateKeys: keys.rotate,
    withdrawOldKeys: keys.withdrawOld,
  });
  return callers as unknown as TestCallers<Definition>;
}

function readRevocation(token: string) {
  const { iss, jti, exp } = decodeUnverifiedJwt(token).unverifiedClaims;
  if (typeof iss === 'string' && typeof jti === 'string' && typeof exp === 'number')
    return { issuer: iss, tokenId: jti, expiresAt: exp };
  throw new UsageError('invalid_options', 'revoke', ['the token must have iss, jti and exp']);
}

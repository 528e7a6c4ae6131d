import { UnavailableError, UsageError } from '../core/errors.js';
import type { LevelLadder } from '../jwt/level-ladder.js';
import { createLevelLadder } from '../jwt/level-ladder.js';
import type { AcceptedToken } from './accepted-token.js';
import type { AcceptorContext, Lane } from './acceptor.js';
import { createAnswers } from './answers/create-answers.js';
import { createKnownTokens } from './cache/known-tokens.js';
import { createTokenCache } from './cache/token-cache.js';
import { createLaneChooser } from './choose-lane.js';
import { createGuard } from './create-guard.js';
import { createKeyResolver } from './create-key-resolver.js';
import { createCredentialReader } from './credentials.js';
import { findClaimConflicts } from './find-claim-conflicts.js';
import type { Gate } from './gate.js';
import { createGateLog, createObserver } from './gate-observer.js';
import type { GateOptions, GateSettings } from './gate-options.js';
import { checkGateOptions } from './gate-options.js';
import { createPossessionCheck, NO_PROOFS } from './possession.js';
import { createUseRecorder } from './record-use.js';
import { createRevocationCheck } from './revocation/revocation-check.js';
import type { RevocationSource } from './revocation/revocation-source.js';
import { compileRules } from './rules/compile-rules.js';
import { expectCallers } from './rules/expected-callers.js';
import type { RouteRules } from './rules/route-rules.js';

const RETRY_AFTER_SECONDS = 5;

/**
 * One door for every caller: a request comes out with a `Caller`, as nobody, or with the answer to give. What is
 * checked, in this order: the credential is in one place and in one form; which acceptor judges its token, by the
 * configuration; structure, key, signature and claims; possession of the key that a token is bound to; revocation;
 * single use where an acceptor asks for it; and the rules of the route, its own predicate last.
 *
 * Whatever cannot be decided is answered 503 and lets nobody in, with one exception that has to be asked for by name:
 * `revocation.whenUnavailable: 'accept'`.
 * Does not check: the rate of requests, their bodies, and where they come from.
 *
 * @throws {UsageError} `invalid_options` with every problem found; also for two acceptors that could both claim a token.
 */
export function createGate(options: GateOptions): Gate {
  const settings = checkGateOptions(options);
  const ladder = createLevelLadder(settings.levels);
  const lanes = buildLanes(settings, ladder);
  const callers = expectCallers(lanes);
  const parts = createParts(settings, lanes);
  const { revocation, toleranceSeconds } = settings;
  return Object.freeze({
    guard: (rules: RouteRules = {}) =>
      createGuard(parts, compileRules(rules, callers, ladder, toleranceSeconds)),
    async ready() {
      await Promise.all([...lanes.map((lane) => lane.warmUp()), warmUp(revocation?.source)]);
    },
  });
}

function buildLanes(settings: GateSettings, ladder: LevelLadder): readonly Lane[] {
  const { clock, toleranceSeconds, maxTokenBytes, fetch, allowPrivateAddresses, dpop } = settings;
  const context: AcceptorContext = Object.freeze({
    clock,
    toleranceSeconds,
    maxTokenBytes,
    keys: createKeyResolver({ clock, fetch, allowPrivateAddresses }),
    levelOf: (acr: unknown) => ladder.levelOf(acr),
    checksPossession: dpop !== null,
  });
  const lanes = Object.freeze(settings.accept.flatMap((acceptor) => acceptor.build(context)));
  const conflicts = findClaimConflicts(lanes);
  if (conflicts.length > 0) throw new UsageError('invalid_options', 'createGate', conflicts);
  return lanes;
}

function createParts(settings: GateSettings, lanes: readonly Lane[]) {
  const { clock, cookie, cache, answers, realm, resourceMetadata, revocation, dpop } = settings;
  const possession = dpop === null ? NO_PROOFS : createPossessionCheck(dpop, clock);
  const dpopAlgorithms = possession.algorithms;
  const vary = cookie === null ? 'Authorization' : 'Authorization, Cookie';
  const malformedIsMissing = answers === 'asap';
  return Object.freeze({
    clock,
    vary,
    malformedIsMissing,
    letPreflightPass: settings.letPreflightPass,
    readCredential: createCredentialReader({ cookie, malformedIsMissing, acceptsDpop: dpop !== null }),
    lanes: createLaneChooser(lanes, settings.maxTokenBytes),
    tokens: createKnownTokens(cache === null ? null : createTokenCache<AcceptedToken>(cache), clock),
    possession,
    checkRevocation: revocation === null ? null : createRevocationCheck(revocation),
    recordUse: createUseRecorder(settings.toleranceSeconds),
    answers: createAnswers({ realm, answers, resourceMetadata, dpopAlgorithms, vary }),
    observe: createObserver(settings),
    log: createGateLog(settings.logger),
  });
}

async function warmUp(source: RevocationSource | undefined): Promise<void> {
  try {
    await source?.warmUp?.();
  } catch (cause) {
    if (cause instanceof UnavailableError) throw cause;
    throw new UnavailableError('revocation_unavailable', 'the revocation source could not be loaded', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    });
  }
}

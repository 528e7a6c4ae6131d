/**
 * countersign/gate: one door for every caller, in front of any framework. Here are the gate, the acceptors that say who
 * may come in, the rules of routes, and the sources of revocations. The folder may import everything below it, all
 * families of tokens among it; adapters for frameworks and the test kit build on it, and nothing else does.
 */
export type { Clock } from '../core/clock.js';
export type { Logger } from '../core/logger.js';
export type { Level } from '../jwt/level-ladder.js';
export { LEVELS } from '../jwt/level-ladder.js';
export type { ReplayEntry, ReplayStore, ReplayVerdict } from '../jwt/replay-store.js';
export type { Acceptor } from './acceptor.js';
export type {
  AccessTokensOptions,
  AgeOptions,
  ApiTokensOptions,
  AsapAcceptorOptions,
  IssuerKeys,
  IssuerOptions,
  KeyOptions,
  OidcOptions,
  PublicAlgorithm,
  PublicKeys,
  SecretAccessTokensOptions,
  SignInApp,
} from './acceptors/index.js';
export { accessTokens, apiTokens, asap, oidc, signIn } from './acceptors/index.js';
export type { AnswerStyle } from './answers/create-answers.js';
export type {
  ApiTokenCaller,
  ApplicationCaller,
  Caller,
  CallerKind,
  PersonCaller,
  ServiceCaller,
} from './caller.js';
export { CALLER_KINDS } from './caller.js';
export { createGate } from './create-gate.js';
export type { Gate, GateOrGuard, Guard } from './gate.js';
export type { GateEvent, GateObserver, GateSpan, GateTracing } from './gate-event.js';
export type { GateCacheOptions, GateOptions } from './gate-options.js';
export type {
  Awaitable,
  GateAnonymous,
  GateCaller,
  GateOutcome,
  GateReason,
  GateRefusal,
} from './gate-outcome.js';
export type { CarriedRequest, GateRequest } from './gate-request.js';
export type { GateDpopOptions } from './possession.js';
export type { ResourceMetadata, ResourceMetadataOptions } from './resource-metadata.js';
export { createResourceMetadata } from './resource-metadata.js';
export type { MemoryRevocations, MemoryRevocationsOptions } from './revocation/memory-revocations.js';
export { createMemoryRevocations } from './revocation/memory-revocations.js';
export type { RevocationOptions } from './revocation/revocation-check.js';
export type { RevocationFeed, RevocationFeedOptions } from './revocation/revocation-feed.js';
export { createRevocationFeed } from './revocation/revocation-feed.js';
export type { RevocationQuery, RevocationSource, RevocationVerdict } from './revocation/revocation-source.js';
export type { GrantRevocation, SubjectRevocation, TokenRevocation } from './revocation/revocation-table.js';
export type { CallerRules, GateMode, RouteRules } from './rules/route-rules.js';
export type { RouteTable, TableRoute } from './rules/route-table.js';
export { createRouteTable } from './rules/route-table.js';
export { createTableGuard } from './rules/table-guard.js';

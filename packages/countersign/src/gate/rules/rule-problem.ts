import type { StepUpChallenge } from '../../jwt/level-ladder.js';

/** Which rule of a route a caller did not meet, and what the answer has to say of it. Frozen. */
export type RuleProblem =
  | { readonly reason: 'caller_not_allowed'; readonly rule: 'kind' | 'issuer' | 'target' }
  /** Every scope that the route needs of this kind of caller (RFC 6750 section 3). */
  | { readonly reason: 'insufficient_scope'; readonly scopes: readonly string[] }
  | { readonly reason: 'insufficient_user_authentication'; readonly stepUp: StepUpChallenge }
  | { readonly reason: 'refused_by_check' | 'no_route' }
  /** What a function of the route threw or rejected with. May hold anything: not for answers, nor for logs. */
  | { readonly reason: 'unexpected_error'; readonly error: unknown };

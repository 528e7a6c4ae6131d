/** What comes of an API token. */
import type { TokenErrorCode } from '../../core/errors.js';
import type { ApiTokenRecord } from './api-token-record.js';
import type { PolicyDefinition } from './policy-definition.js';

/** Why a token is bad. Nothing is said about its claims before its signature held. */
export type ApiTokenBadReason =
  | Exclude<TokenErrorCode, 'token_expired'>
  | 'policy_violated'
  | 'profile_not_accepted';

/** What comes of a token. Frozen. */
export type ApiTokenOutcome<Definition extends PolicyDefinition = PolicyDefinition> =
  | { readonly outcome: 'valid'; readonly record: ApiTokenRecord<Definition> }
  /** `expiredAt` is the `exp` of the token, in epoch seconds. */
  | { readonly outcome: 'expired'; readonly expiredAt: number }
  /** `detail` is for operators: what was expected, never what the token holds. */
  | { readonly outcome: 'bad'; readonly reason: ApiTokenBadReason; readonly detail: string };

/** What the steps of an authorization request have in common. */
import type { Clock } from 'countersign';
import type { Logger } from '../../../domain/logger.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { Refusal } from '../../../domain/refusal.js';
import type { RateLimitStore, Store } from '../../../domain/stores.js';
import { networkOf } from '../../mail-limits.js';
import type { ClientDirectory, TokenJudge } from '../oauth-services.js';

export interface AuthorizationContext {
  readonly store: Pick<Store, 'oauth'>;
  readonly clients: ClientDirectory;
  readonly tokenJudge: Pick<TokenJudge, 'idTokenHint'>;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end: `iss` of every answer (RFC 9207). */
  readonly issuer: string;
  /** Levels that signing in here reaches, the lowest first. */
  readonly acrValues: readonly string[];
  readonly logger: Logger;
}

/**
 * The person that an ID token of ours is about, expired or not (row O28). Hints are taken from the client they were
 * issued to alone, so that nobody learns by another's whether that person is signed in.
 *
 * @throws {OauthError} `invalid_request`
 */
export async function judgeIdTokenHint(
  { tokenJudge }: Pick<AuthorizationContext, 'tokenJudge'>,
  clientId: string,
  unverifiedIdTokenHint: string | undefined,
): Promise<string | undefined> {
  if (unverifiedIdTokenHint === undefined) return undefined;
  const hint = await tokenJudge.idTokenHint(unverifiedIdTokenHint);
  if (hint?.clientId === clientId) return hint.subject;
  throw new OauthError('invalid_request', 'The id_token_hint is no ID token that this client was issued.');
}

/** @throws {Refusal} `too_many_requests` (row S18) */
export async function takeOne(
  { rateLimits, clock }: Pick<AuthorizationContext, 'rateLimits' | 'clock'>,
  name: string,
  clientIp: string,
  limit: number,
): Promise<void> {
  const budget = { key: `oauth ${name} ${networkOf(clientIp)}`, limit, windowSeconds: 60 };
  const taken = await rateLimits.takeAll([budget], Math.floor(clock()));
  if (taken.allowed) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(taken.retryAfterSeconds));
  throw new Refusal('too_many_requests', { retryAfterSeconds });
}

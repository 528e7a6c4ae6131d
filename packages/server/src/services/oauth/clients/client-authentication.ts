import {
  type Clock,
  createGuardedFetch,
  type FetchFunction,
  TokenError,
  UnavailableError,
} from 'countersign';
import type { Logger } from '../../../domain/logger.js';
import type { Client, StoredClient } from '../../../domain/oauth/client.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { Refusal } from '../../../domain/refusal.js';
import type { RateLimitStore, Store } from '../../../domain/stores.js';
import { networkOf } from '../../mail-limits.js';
import type { ClientCall } from '../client-call.js';
import type { ClientAuthentication } from '../oauth-services.js';
import { createClientAssertions } from './client-assertions.js';
import { isOneOfSecrets } from './client-secrets.js';
import { isClientIdNamed, isClientIdShaped } from './client-service.js';
import {
  contradiction,
  invalidClient,
  type PresentedCredentials,
  readCredentials,
} from './presented-credentials.js';

export interface ClientAuthenticationOptions {
  readonly store: Pick<Store, 'publishedKeys' | 'replayedTokens'> & {
    readonly oauth: Pick<Store['oauth'], 'clients'>;
  };
  readonly rateLimits: RateLimitStore;
  /** URL of the authority without a slash at its end: the audience of assertions. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How key sets of clients are fetched. Default: a fetch that reaches no private address (row O31). */
  readonly fetch?: FetchFunction;
}

/** What a failure is called in the log; whoever failed is told none of it. */
type Failure =
  | 'unknown_client'
  | 'client_disabled'
  | 'method_not_registered'
  | 'wrong_secret'
  | `assertion_${string}`;

interface Refused {
  readonly failure: Failure;
  readonly clientId: string | undefined;
}

type Judged = { readonly client: Client } | Refused;

const FAILURES_PER_CLIENT = 30;
const FAILURES_PER_NETWORK = 300;
const WINDOW_SECONDS = 60;

/**
 * Clients are read from the store each time and not from a cache: one that is disabled gets nothing more once that was
 * answered, and a new secret is good at once, in every process (rows O15 and O17).
 *
 * Failures are counted by client and network, and by network. A right credential is let in all the same: a secret of 256
 * bits is not found by guessing, and whoever shares an address with a client must not be able to lock it out (row S18).
 */
export function createClientAuthentication(options: ClientAuthenticationOptions): ClientAuthentication {
  const { store, rateLimits, clock, logger } = options;
  const fetch = options.fetch ?? createGuardedFetch({ allow: 'none' });
  const assertions = createClientAssertions({ store, issuer: options.issuer, clock, fetch });

  async function find(clientId: string | undefined): Promise<StoredClient | undefined> {
    return isClientIdShaped(clientId) ? store.oauth.clients.find(clientId, clock()) : undefined;
  }

  async function judge(presented: PresentedCredentials): Promise<Judged> {
    if (presented.kind === 'assertion') return judgeAssertion(presented);
    const { clientId } = presented;
    const stored = await find(clientId);
    // Before anything is decided: an unknown client costs as much as a wrong secret.
    const isRight =
      presented.kind === 'none' || isOneOfSecrets(presented.secret, stored?.secrets ?? [], clock());
    const failure = findFailure(stored?.client, presented.kind) ?? (isRight ? undefined : 'wrong_secret');
    if (stored === undefined || failure !== undefined)
      return { failure: failure ?? 'unknown_client', clientId };
    return { client: stored.client };
  }

  async function judgeAssertion(
    presented: PresentedCredentials & { readonly kind: 'assertion' },
  ): Promise<Judged> {
    let clientId: string | undefined;
    try {
      clientId = assertions.unverifiedClientId(presented.assertion);
      if (presented.clientId !== undefined && clientId !== undefined && presented.clientId !== clientId)
        throw contradiction();
      const client = (await find(clientId))?.client;
      const failure = findFailure(client, 'assertion');
      if (client === undefined || failure !== undefined)
        return { failure: failure ?? 'unknown_client', clientId };
      await assertions.verify(presented.assertion, client);
      return { client };
    } catch (error) {
      if (error instanceof TokenError) return { failure: `assertion_${error.code}`, clientId };
      throw error instanceof UnavailableError ? toUnavailable(error) : error;
    }
  }

  async function refuse(
    { failure, clientId }: Refused,
    { authorization, clientIp }: ClientCall,
  ): Promise<never> {
    const known = isClientIdNamed(clientId) ? clientId : undefined;
    logger.warn('oauth_client_refused', { client: known ?? null, reason: failure, clientIp });
    const taken = await rateLimits.takeAll(failureBudgets(known, clientIp), clock());
    if (!taken.allowed)
      throw new Refusal('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
    throw invalidClient(authorization);
  }

  return Object.freeze({
    async authenticate(call: ClientCall) {
      const judged = await judge(readCredentials(call));
      return 'client' in judged ? judged.client : refuse(judged, call);
    },
  });
}

/** Why a client may not come in this way, whatever it presents. The two ways of a secret are one (RFC 6749 section 2.3.1). */
function findFailure(client: Client | undefined, kind: PresentedCredentials['kind']): Failure | undefined {
  if (client === undefined) return 'unknown_client';
  if (client.disabled) return 'client_disabled';
  const expected = {
    none: 'none',
    private_key_jwt: 'assertion',
    client_secret_basic: 'secret',
    client_secret_post: 'secret',
  }[client.authMethod];
  return expected === kind ? undefined : 'method_not_registered';
}

function failureBudgets(clientId: string | undefined, clientIp: string) {
  const network = networkOf(clientIp);
  const ofNetwork = { key: `oauth client ip ${network}`, limit: FAILURES_PER_NETWORK };
  const ofClient = { key: `oauth client ${clientId} ${network}`, limit: FAILURES_PER_CLIENT };
  const budgets = clientId === undefined ? [ofNetwork] : [ofNetwork, ofClient];
  return budgets.map((budget) => ({ ...budget, windowSeconds: WINDOW_SECONDS }));
}

/** Where the keys cannot be had now, nothing can be said of the client: 503, not 401. */
function toUnavailable(error: UnavailableError): OauthError {
  return new OauthError('temporarily_unavailable', undefined, {
    headers: { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) },
    cause: error,
  });
}

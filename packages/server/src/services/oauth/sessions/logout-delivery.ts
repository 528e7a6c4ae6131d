import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { type Clock, createGuardedFetch, type FetchFunction } from 'countersign';
import type { Logger } from '../../../domain/logger.js';
import { isLoopbackHost } from '../../../domain/loopback-host.js';
import type { LogoutDelivery } from '../../../domain/oauth/grant.js';
import type { OauthStores } from '../../../domain/oauth/stores.js';
import type { TokenIssuer } from '../oauth-services.js';

export interface LogoutDeliveryOptions {
  readonly store: { readonly oauth: Pick<OauthStores, 'logoutDeliveries'> };
  readonly tokens: Pick<TokenIssuer, 'logoutToken'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In place of one that follows no redirect, and reaches no private address but one that stands in the URL itself. */
  readonly fetch?: FetchFunction;
}

/** What became of one attempt. */
interface Attempt {
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly reason: string;
}

const TIMEOUT_MS = 5000;
const MINUTE = 60;
const RETRY_DELAYS_SECONDS = [5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
/** Spreads retries, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * Gives what tells one client of one logout (OpenID Connect Back-Channel Logout 1.0 section 2.5), or puts it back into the
 * queue. The token is made for each attempt, with an id of its own: it lives for two minutes, and a client that failed
 * half-way must not take the next one for a replay. It rejects only if the store cannot answer.
 *
 * @param stopping ends an attempt under way
 */
export function createLogoutDelivery(
  options: LogoutDeliveryOptions,
  stopping: AbortSignal,
): (delivery: LogoutDelivery) => Promise<void> {
  const { tokens, clock, logger, fetch = createLogoutFetch() } = options;
  const { logoutDeliveries } = options.store.oauth;

  async function attempt({ url, clientId, subject, sessionId }: LogoutDelivery): Promise<Attempt> {
    const token = await tokens.logoutToken({ clientId, subject, sessionId, tokenId: randomUUID() });
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stopping]);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }).toString(),
        redirect: 'manual',
        signal,
      });
      await answer.body?.cancel();
      return judgeStatus(answer.status);
    } catch (error) {
      return { outcome: 'failed', reason: signal.aborted ? 'timeout' : nameOf(error) };
    }
  }

  async function retryOrGiveUp(delivery: LogoutDelivery, reason: string): Promise<void> {
    const nextAttemptAt = clock() + retryDelaySeconds(delivery.attempts);
    const isHopeless = nextAttemptAt >= delivery.expiresAt;
    logger.warn(isHopeless ? 'logout_given_up' : 'logout_delayed', { ...describe(delivery), reason });
    await (isHopeless
      ? logoutDeliveries.remove(delivery.id)
      : logoutDeliveries.retryAt(delivery.id, nextAttemptAt));
  }

  return async (delivery) => {
    if (delivery.expiresAt <= clock()) {
      logger.warn('logout_expired', describe(delivery));
      return logoutDeliveries.remove(delivery.id);
    }
    const { outcome, reason } = await attempt(delivery);
    if (outcome === 'failed') return retryOrGiveUp(delivery, reason);
    if (outcome === 'done') logger.info('logout_delivered', describe(delivery));
    else logger.warn('logout_refused', { ...describe(delivery), reason });
    return logoutDeliveries.remove(delivery.id);
  };
}

/** Section 2.8: 400 says that the client will never take it. Everything else but a success may pass. */
function judgeStatus(status: number): Attempt {
  const reason = `status ${status}`;
  if (status >= 200 && status < 300) return { outcome: 'done', reason };
  return { outcome: status === 400 ? 'refused' : 'failed', reason };
}

/** Whoever wrote an address into the URL knows where it is; a name is for the DNS of others to say (row O31). */
function createLogoutFetch(): FetchFunction {
  const [guarded, open] = [createGuardedFetch({ allow: 'none' }), createGuardedFetch({ allow: 'all' })];
  return (url, init) => (isWrittenAsAddress(url) ? open : guarded)(url, init);
}

function isWrittenAsAddress(url: string): boolean {
  const { hostname } = new URL(url);
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || isLoopbackHost(hostname);
}

/** `attempts` counts from one, because claiming counts. */
function retryDelaySeconds(attempts: number): number {
  const index = Math.min(Math.max(attempts, 1), RETRY_DELAYS_SECONDS.length) - 1;
  return (RETRY_DELAYS_SECONDS[index] ?? 0) * (1 + JITTER * (2 * Math.random() - 1));
}

function describe({ id, clientId, attempts }: LogoutDelivery): Record<string, unknown> {
  return { delivery: id, client: clientId, attempts };
}

/** Messages of fetch may hold the URL. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

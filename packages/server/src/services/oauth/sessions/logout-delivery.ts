import { randomUUID } from 'node:crypto';
import { isIP, type LookupFunction } from 'node:net';
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
  /** For one attempt. Default 5000. */
  readonly timeoutMs?: number;
  /** In place of `dns.lookup`. */
  readonly lookup?: LookupFunction;
  /** How clients are told. Default: by a fetch that reaches a private address only where the URL says it itself. */
  readonly fetch?: FetchFunction;
}

/** What became of one attempt. */
interface Attempt {
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly reason: string;
}

const DEFAULT_TIMEOUT_MS = 5000;
const MINUTE = 60;
const RETRY_DELAYS_SECONDS = [5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
/** Spreads retries, so that what failed together does not come back together. */
const JITTER = 0.2;

export interface LogoutDeliverer {
  /** Rejects only if the store cannot answer. */
  deliver(delivery: LogoutDelivery): Promise<void>;
  /** Cuts off the attempts under way; they go back into the queue. */
  cancel(): void;
}

/**
 * Tells one client of one logout (OpenID Connect Back-Channel Logout 1.0 section 2.5), or puts it back into the queue. The
 * token is made for each attempt, with an id of its own: it lives for two minutes, and a client that failed half-way must
 * not take the next one for a replay.
 */
export function createLogoutDeliverer(options: LogoutDeliveryOptions): LogoutDeliverer {
  const { tokens, clock, logger, lookup, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { logoutDeliveries } = options.store.oauth;
  const fetch = options.fetch ?? createLogoutFetch(lookup);
  const underWay = new Set<AbortController>();

  async function attempt({ url, clientId, subject, sessionId }: LogoutDelivery): Promise<Attempt> {
    const token = await tokens.logoutToken({ clientId, subject, sessionId, tokenId: randomUUID() });
    const body = new URLSearchParams({ logout_token: token }).toString();
    // Not by AbortSignal.timeout: what AbortSignal.any makes of two of them, Node may collect before it fires.
    const controller = new AbortController();
    underWay.add(controller);
    const timer = setTimeout(() => controller.abort(), timeoutMs);
    try {
      return await post(fetch, url, body, controller.signal);
    } finally {
      clearTimeout(timer);
      underWay.delete(controller);
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

  async function deliver(delivery: LogoutDelivery): Promise<void> {
    if (delivery.expiresAt <= clock()) {
      logger.warn('logout_expired', describe(delivery));
      return logoutDeliveries.remove(delivery.id);
    }
    const { outcome, reason } = await attempt(delivery);
    if (outcome === 'failed') return retryOrGiveUp(delivery, reason);
    if (outcome === 'done') logger.info('logout_delivered', describe(delivery));
    else logger.warn('logout_refused', { ...describe(delivery), reason });
    return logoutDeliveries.remove(delivery.id);
  }

  const cancel = () => {
    for (const controller of underWay) controller.abort();
  };
  return Object.freeze({ deliver, cancel });
}

async function post(fetch: FetchFunction, url: string, body: string, signal: AbortSignal): Promise<Attempt> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await answer.body?.cancel();
    return judgeStatus(answer.status);
  } catch (error) {
    return { outcome: 'failed', reason: signal.aborted ? 'timeout' : nameOf(error) };
  }
}

/** Section 2.8: 400 says that the client will never take it. Everything else but a success may pass. */
function judgeStatus(status: number): Attempt {
  const reason = `status ${status}`;
  if (status >= 200 && status < 300) return { outcome: 'done', reason };
  return { outcome: status === 400 ? 'refused' : 'failed', reason };
}

/** Whoever wrote an address into the URL knows where it is; a name is for the DNS of others to say (row O31). */
function createLogoutFetch(lookup: LookupFunction | undefined): FetchFunction {
  const guarded = createGuardedFetch({ allow: 'none', lookup });
  const open = createGuardedFetch({ allow: 'all', lookup });
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

import type { Clock } from 'countersign';
import type { Logger } from '../../domain/logger.js';
import type { Client } from '../../domain/oauth/client.js';
import type { Authentication, DeviceAuthorization, LoginSession } from '../../domain/oauth/grant.js';
import { Refusal } from '../../domain/refusal.js';
import type { RateLimitStore, Store } from '../../domain/stores.js';
import { networkOf } from '../mail-limits.js';
import type { Vault } from '../vault.js';
import { type AccessDescription, describeAccess } from './describe-access.js';
import type { ClientDirectory } from './oauth-services.js';
import { hashUserCode } from './user-codes.js';

/** What a person does who has a user code and is signed in (RFC 8628 section 3.3). Codes as `parseUserCode` gives them. */
export interface DeviceApproval {
  /**
   * What a typed code asks for; undefined for none that waits. Each call is a guess, and counted before it is looked at
   * (row O32): Refusal too_many_requests.
   */
  describe(session: LoginSession, userCode: string, clientIp: string): Promise<DeviceQuestion | undefined>;
  /** Decides a request that the person was shown. False: it was decided, it took too long, or the session has ended. */
  decide(session: LoginSession, userCode: string, decision: 'approved' | 'denied'): Promise<boolean>;
}

export interface DeviceQuestion extends AccessDescription {
  readonly clientName: string;
  /** Device in words, and its address. */
  readonly requestedFrom: string;
  readonly requestedAt: number;
}

export interface DeviceApprovalOptions {
  readonly store: Pick<Store, 'oauth'>;
  readonly clients: Pick<ClientDirectory, 'find'>;
  readonly vault: Pick<Vault, 'mac'>;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A person types a code once or twice. */
const CODES_PER_SESSION = 5;
const CODES_PER_NETWORK = 5;
/**
 * Bounds guesses from everywhere: in the ten minutes of a code 6,000 of 20^8. That nobody can have all for themselves
 * takes 120 sessions in 120 networks.
 */
const CODES_IN_ALL = 600;

export function createDeviceApproval(options: DeviceApprovalOptions): DeviceApproval {
  const { store, clients, vault, clock, logger } = options;
  const now = () => Math.floor(clock());

  return Object.freeze({
    async describe(session: LoginSession, userCode: string, clientIp: string) {
      await countGuess(options, session, clientIp);
      const device = await store.oauth.devices.findByUserCode(hashUserCode(vault, userCode), now());
      const client = device?.decision === 'pending' ? await clients.find(device.clientId) : undefined;
      if (device !== undefined && client !== undefined) return questionOf(client, device);
      logger.info('oauth_user_code_unknown', { person: session.personId, session: session.sessionId });
      return undefined;
    },
    async decide(session: LoginSession, userCode: string, decision: 'approved' | 'denied') {
      const key = { userCodeHash: hashUserCode(vault, userCode), nowSeconds: now() };
      const isDecided = await store.oauth.devices.decide(
        key,
        decision === 'denied' ? { decision } : { decision, authentication: authenticationOf(session) },
      );
      const { personId: person, sessionId } = session;
      if (isDecided) logger.info('oauth_device_decided', { person, session: sessionId, decision });
      return isDecided;
    },
  });
}

async function countGuess(
  { rateLimits, clock, logger }: DeviceApprovalOptions,
  { sessionId, personId }: LoginSession,
  clientIp: string,
): Promise<void> {
  const budgets = [
    { key: `oauth user code session ${sessionId}`, limit: CODES_PER_SESSION },
    { key: `oauth user code ip ${networkOf(clientIp)}`, limit: CODES_PER_NETWORK },
    { key: 'oauth user code', limit: CODES_IN_ALL },
  ];
  const taken = await rateLimits.takeAll(
    budgets.map((budget) => ({ ...budget, windowSeconds: 60 })),
    clock(),
  );
  if (taken.allowed) return;
  logger.warn('oauth_user_codes_limited', { person: personId, clientIp });
  throw new Refusal('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
}

function questionOf(
  client: Client,
  { access, requestedFrom, createdAt }: DeviceAuthorization,
): DeviceQuestion {
  return Object.freeze({
    clientName: client.name,
    requestedFrom,
    requestedAt: createdAt,
    ...describeAccess(client, access),
  });
}

function authenticationOf(session: LoginSession): Authentication {
  const { personId, email, sessionId, authenticatedAt, amr, acr } = session;
  return { personId, email, sessionId, authenticatedAt, amr, acr };
}

import type { Clock } from 'countersign';
import type { Logger } from '../../domain/logger.js';
import { type Client, DEVICE_CODE } from '../../domain/oauth/client.js';
import { OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import type { RateLimitStore, Store } from '../../domain/stores.js';
import { describeDevice } from '../device-name.js';
import { networkOf } from '../mail-limits.js';
import { hashSecret, randomSecret } from '../secrets.js';
import type { Vault } from '../vault.js';
import type { ClientCall } from './client-call.js';
import { resolveAccess } from './grants/resolve-access.js';
import type { ClientAuthentication } from './oauth-services.js';
import { formatUserCode, hashUserCode, randomUserCode } from './user-codes.js';

/** RFC 8628 section 3.1. */
export interface DeviceAuthorizations {
  /**
   * What a device needs to ask its person, and then for its tokens. Rejects with OauthError `invalid_client`,
   * `unauthorized_client`, `invalid_scope`, `invalid_target`, Refusal `too_many_requests`, and as the store does.
   */
  begin(call: DeviceCall): Promise<DeviceCodes>;
}

export interface DeviceCall extends ClientCall {
  readonly unverifiedUserAgent: string | undefined;
}

export interface DeviceCodes {
  readonly deviceCode: string;
  /** `WDJB-MJHT` */
  readonly userCode: string;
  readonly expiresIn: number;
  readonly interval: number;
}

export interface DeviceAuthorizationOptions {
  readonly store: Pick<Store, 'oauth'>;
  readonly vault: Pick<Vault, 'mac'>;
  readonly clientAuthentication: ClientAuthentication;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LIFETIME_SECONDS = 10 * 60;
const INTERVAL_SECONDS = 5;
/** Anybody can begin one who knows the id of a public client. The fewer are open, the less a guessed code hits (row O32). */
const BEGUN_PER_NETWORK_AND_MINUTE = 30;
/** Of 20^8 codes a taken one is hardly ever met, and never three times. */
const MAX_TRIES = 3;

export function createDeviceAuthorizations(options: DeviceAuthorizationOptions): DeviceAuthorizations {
  const { clientAuthentication, logger } = options;
  return Object.freeze({
    async begin(call: DeviceCall) {
      const client = await clientAuthentication.authenticate(call);
      if (!client.grantTypes.includes(DEVICE_CODE)) throw new OauthError('unauthorized_client');
      const requested = { scope: call.form.get('scope'), resources: call.form.all('resource') };
      const access = resolveAccess(client, requested, 'person');
      await takeOne(options, call.clientIp);
      const codes = await keep(options, client, {
        access,
        // Words of ours and the address: where it was asked for (row O32). None of it comes from the caller's text.
        requestedFrom: `${describeDevice(call.unverifiedUserAgent)} at ${call.clientIp}`,
      });
      logger.info('oauth_device_begun', { client: client.id });
      return codes;
    },
  });
}

async function takeOne({ rateLimits, clock }: DeviceAuthorizationOptions, clientIp: string): Promise<void> {
  const key = `oauth device begun ${networkOf(clientIp)}`;
  const budget = { key, limit: BEGUN_PER_NETWORK_AND_MINUTE, windowSeconds: 60 };
  const taken = await rateLimits.takeAll([budget], clock());
  if (!taken.allowed) throw new Refusal('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
}

async function keep(
  { store, vault, clock }: DeviceAuthorizationOptions,
  client: Client,
  asked: Pick<Parameters<Store['oauth']['devices']['insertOnce']>[0], 'access' | 'requestedFrom'>,
): Promise<DeviceCodes> {
  const createdAt = Math.floor(clock());
  const deviceCode = randomSecret();
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const userCode = randomUserCode();
    const isKept = await store.oauth.devices.insertOnce({
      ...asked,
      deviceCodeHash: hashSecret(deviceCode),
      userCodeHash: hashUserCode(vault, userCode),
      clientId: client.id,
      createdAt,
      expiresAt: createdAt + LIFETIME_SECONDS,
      intervalSeconds: INTERVAL_SECONDS,
      decision: 'pending',
      authentication: null,
    });
    if (isKept)
      return Object.freeze({
        deviceCode,
        userCode: formatUserCode(userCode),
        expiresIn: LIFETIME_SECONDS,
        interval: INTERVAL_SECONDS,
      });
  }
  // Nothing is kept for a client that was deleted meanwhile.
  throw new OauthError('invalid_client');
}

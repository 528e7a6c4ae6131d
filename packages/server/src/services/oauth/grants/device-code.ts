/** Devices ask whether somebody has approved them, and get their tokens (RFC 8628 sections 3.4 and 3.5). */
import { randomUUID } from 'node:crypto';
import { type Client, DEVICE_CODE } from '../../../domain/oauth/client.js';
import type { DeviceAuthorization, Grant } from '../../../domain/oauth/grant.js';
import { OauthError, type OauthErrorCode } from '../../../domain/oauth/oauth-error.js';
import type { DeviceStore } from '../../../domain/oauth/stores.js';
import { hashSecret, isSecretShaped } from '../../secrets.js';
import type { GrantHandler, TokenRequest } from '../oauth-services.js';
import type { GrantContext } from './grant-context.js';
import { narrowAccess } from './narrow-access.js';
import { newGrant } from './new-grant.js';

type Outcome = Awaited<ReturnType<DeviceStore['poll']>>['outcome'];

const ERRORS: Readonly<Record<Exclude<Outcome, 'approved'>, OauthErrorCode>> = {
  pending: 'authorization_pending',
  too_fast: 'slow_down',
  denied: 'access_denied',
  expired: 'expired_token',
  unknown: 'invalid_grant',
};

/**
 * Of polls at once one gets the tokens. What the client may not have, and what its owner has taken from it since, is
 * refused before the approval is used up (RFC 8707 section 2.2, row O15).
 */
export function createDeviceCodeGrant(
  context: Pick<GrantContext, 'store' | 'grantAnswer' | 'clock'>,
): GrantHandler {
  return Object.freeze({
    grantType: DEVICE_CODE,
    async handle(request: TokenRequest) {
      const { client, form } = request;
      const deviceCode = form.get('device_code');
      if (deviceCode === undefined) throw new OauthError('invalid_request', 'The device_code is missing.');
      if (!isSecretShaped(deviceCode)) throw new OauthError('invalid_grant');
      const nowSeconds = Math.floor(context.clock());
      const requested = { scope: undefined, resources: form.all('resource') };
      const polled = await context.store.oauth.devices.poll(
        { deviceCodeHash: hashSecret(deviceCode), clientId: client.id, nowSeconds },
        (device) => {
          // Throwing here, in the store's step, leaves the approval as it is.
          narrowAccess(client, device.access, requested);
          return grantOf(request, device, nowSeconds);
        },
      );
      if (polled.outcome !== 'approved') throw new OauthError(ERRORS[polled.outcome]);
      const { grant } = polled;
      return context.grantAnswer(client, grant, narrowAccess(client, grant.access, requested));
    },
  });
}

function grantOf(
  { client, dpopJkt }: { readonly client: Client; readonly dpopJkt: string | null },
  { authentication, access }: DeviceAuthorization,
  nowSeconds: number,
): Grant {
  return newGrant(client, { id: randomUUID(), authentication, access, nonce: null, dpopJkt, nowSeconds });
}

/** What a finished sign-in hands out, made before the request is consumed so that stores keep it in the same step. */
import { randomUUID } from 'node:crypto';
import type { App, DeliveryMode } from '../domain/app.js';
import type { SignInOutcome } from '../domain/sign-in.js';
import { hashSecret, randomSecret } from './secrets.js';

export interface PreparedOutcome {
  /** For the store: hashes only. */
  readonly outcome: SignInOutcome;
  readonly refreshToken: string | null;
  readonly deliveryCode: string | null;
}

/** An app's back end has it at once; a longer life would only help whoever finds it in a log. */
const DELIVERY_CODE_LIFETIME_SECONDS = 60;

/** With delivery by code there are no tokens before the code is exchanged. */
export function prepareOutcome(app: App, delivery: DeliveryMode, nowSeconds: number): PreparedOutcome {
  const deliveryCode = delivery === 'code' ? randomSecret() : null;
  const refreshToken = deliveryCode === null && app.allowRefresh ? randomSecret() : null;
  return {
    refreshToken,
    deliveryCode,
    outcome: {
      newPersonId: randomUUID(),
      refreshToken:
        refreshToken === null
          ? null
          : { hash: hashSecret(refreshToken), expiresAt: nowSeconds + app.refreshTokenLifetimeSeconds },
      deliveryCode:
        deliveryCode === null
          ? null
          : { hash: hashSecret(deliveryCode), expiresAt: nowSeconds + DELIVERY_CODE_LIFETIME_SECONDS },
    },
  };
}

import type { AppService } from '../../services/app-service.js';
import type { SignInService } from '../../services/sign-in-service.js';
import type { TokenService } from '../../services/token-service.js';

/** What these routes ask of the services. */
export interface ApiServices {
  readonly apps: Pick<AppService, 'require'>;
  readonly signIn: Pick<SignInService, 'start' | 'finishWithCode' | 'exchangeDeliveryCode'>;
  readonly tokens: Pick<
    TokenService,
    'verifyIdToken' | 'refresh' | 'deleteRefreshToken' | 'deleteAllRefreshTokens' | 'publicKeySet'
  >;
}

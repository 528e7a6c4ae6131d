/** What the grants have in common. */
import type { Clock } from 'countersign';
import type { Logger } from '../../../domain/logger.js';
import type { Store } from '../../../domain/stores.js';
import type { GrantAnswer, RefreshTokens, TokenIssuer } from '../oauth-services.js';

export interface GrantContext {
  readonly store: Pick<Store, 'oauth'>;
  readonly tokenIssuer: TokenIssuer;
  readonly refreshTokens: RefreshTokens;
  readonly grantAnswer: GrantAnswer;
  readonly clock: Clock;
  readonly logger: Logger;
}

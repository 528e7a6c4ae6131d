import type { GrantHandler } from '../oauth-services.js';
import { createDeviceCodeGrant } from './device-code.js';
import type { GrantContext } from './grant-context.js';
import { createJwtBearerGrant, type JwtBearerOptions } from './jwt-bearer.js';
import { createTokenExchangeGrant, type TokenExchangeOptions } from './token-exchange.js';

export interface ExtensionGrantContext
  extends Pick<GrantContext, 'grantAnswer' | 'tokenIssuer' | 'clock' | 'logger'>,
    Omit<JwtBearerOptions, keyof GrantContext>,
    Pick<TokenExchangeOptions, 'tokenJudge'> {
  readonly store: JwtBearerOptions['store'];
}

/** The grants of other documents than RFC 6749 (its section 4.5). */
export function createExtensionGrants(context: ExtensionGrantContext): readonly GrantHandler[] {
  return Object.freeze([
    createDeviceCodeGrant(context),
    createJwtBearerGrant(context),
    createTokenExchangeGrant(context),
  ]);
}

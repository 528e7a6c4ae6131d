/** What may be traded for tokens at the token endpoint, one grant type a file. */
import type { GrantHandler } from '../oauth-services.js';
import { createAuthorizationCodeGrant } from './authorization-code.js';
import { createClientCredentialsGrant } from './client-credentials.js';
import type { GrantContext } from './grant-context.js';
import { createRefreshTokenGrant } from './refresh-token.js';

export { createExtensionGrants, type ExtensionGrantContext } from './extension-grants.js';
export { createGrantAnswer, type GrantAnswerOptions } from './grant-answer.js';
export type { GrantContext } from './grant-context.js';
export { narrowAccess } from './narrow-access.js';
export { type GrantBeginning, newGrant } from './new-grant.js';
export { resolveAccess } from './resolve-access.js';

/** The grants of RFC 6749. */
export function createGrantHandlers(context: GrantContext): readonly GrantHandler[] {
  return Object.freeze([
    createAuthorizationCodeGrant(context),
    createRefreshTokenGrant(context),
    createClientCredentialsGrant(context),
  ]);
}

import type { GrantHandler, TokenRequest } from '../oauth-services.js';
import { clientAnswer } from './client-answer.js';
import type { GrantContext } from './grant-context.js';
import { resolveAccess } from './resolve-access.js';

/**
 * A client acts for itself (RFC 6749 section 4.4): `sub` is the client, whose id can be no person's (row O19). There is
 * nothing to refresh: it asks again.
 */
export function createClientCredentialsGrant({
  tokenIssuer,
}: Pick<GrantContext, 'tokenIssuer'>): GrantHandler {
  return Object.freeze({
    grantType: 'client_credentials' as const,
    async handle({ client, form, dpopJkt }: TokenRequest) {
      const requested = { scope: form.get('scope'), resources: form.all('resource') };
      const access = resolveAccess(client, requested, 'client');
      return clientAnswer(tokenIssuer, client, access, dpopJkt);
    },
  });
}

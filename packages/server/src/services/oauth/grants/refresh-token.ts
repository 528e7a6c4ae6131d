/** Refresh tokens become access tokens, and each becomes its successor (RFC 6749 section 6, RFC 9700 section 4.14). */
import type { Client } from '../../../domain/oauth/client.js';
import type { Grant } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { GrantHandler, TokenRequest } from '../oauth-services.js';
import type { GrantContext } from './grant-context.js';
import { narrowAccess } from './narrow-access.js';

/** Whoever got no answer may ask again for so long, and is told the same (row O13). */
const GRACE_SECONDS = 10;

/**
 * Every use moves the family on, of public and confidential clients alike. What could be wrong with the request is judged
 * first, by what never changes about a grant, so that it costs nobody the token; whether the token is the live one is for
 * the store alone to decide (rows O11 to O15). Scopes and resources narrow the access token only (row O16).
 */
export function createRefreshTokenGrant(context: GrantContext): GrantHandler {
  const { store, refreshTokens, grantAnswer, clock } = context;
  return Object.freeze({
    grantType: 'refresh_token' as const,
    async handle({ client, form, dpopJkt }: TokenRequest) {
      const token = form.get('refresh_token');
      if (token === undefined) throw new OauthError('invalid_request', 'The refresh token is missing.');
      const parsed = refreshTokens.parse(token);
      const found = parsed && (await store.oauth.grants.find(parsed.id));
      if (parsed === undefined || found?.clientId !== client.id) throw new OauthError('invalid_grant');
      assertSameKey(found, dpopJkt);
      const requested = { scope: form.get('scope'), resources: form.all('resource') };
      const narrowed = narrowAccess(client, found.access, requested);
      const grant = await rotate(context, client, parsed, Math.floor(clock()));
      // A client that proves a key gets a token bound to it, also where the family is not (RFC 9449 section 5).
      return grantAnswer(client, { ...grant, dpopJkt }, narrowed);
    },
  });
}

function assertSameKey({ dpopJkt }: Grant, proven: string | null): void {
  if (dpopJkt === null || dpopJkt === proven) return;
  throw new OauthError(proven === null ? 'invalid_dpop_proof' : 'invalid_grant');
}

async function rotate(
  { store, logger }: GrantContext,
  client: Client,
  { id, generation }: { readonly id: string; readonly generation: number },
  nowSeconds: number,
): Promise<Grant> {
  const rotation = await store.oauth.grants.rotate({
    id,
    clientId: client.id,
    generation,
    nowSeconds,
    graceSeconds: GRACE_SECONDS,
    idleExpiresAt: nowSeconds + client.refreshIdleSeconds,
  });
  if (rotation.outcome === 'rotated' || rotation.outcome === 'repeated') return rotation.grant;
  if (rotation.outcome === 'reused')
    logger.warn('oauth_refresh_token_reused', { client: client.id, grant: id, generation });
  throw new OauthError('invalid_grant');
}

import type { Clock } from 'countersign';
import type { Logger } from '../../domain/logger.js';
import type { Client } from '../../domain/oauth/client.js';
import { OauthError } from '../../domain/oauth/oauth-error.js';
import type { Store } from '../../domain/stores.js';
import type { ClientCall } from './client-call.js';
import type { ClientAuthentication, RefreshTokens, TokenJudge } from './oauth-services.js';

export interface TokenRevocation {
  /**
   * Makes the token of the form good for nothing (RFC 7009). Resolves for tokens that are unknown, ended or another
   * client's too, and does nothing then. Rejects with OauthError `invalid_client`, `invalid_request`, and as the store
   * does: whoever is told nothing else can be sure.
   */
  revoke(call: ClientCall): Promise<void>;
}

export interface TokenRevocationOptions {
  readonly store: Pick<Store, 'oauth'>;
  readonly clientAuthentication: ClientAuthentication;
  readonly tokenJudge: TokenJudge;
  readonly refreshTokens: RefreshTokens;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Clocks differ: a revocation is remembered for longer than any of them takes the token. */
const MARGIN_SECONDS = 5 * 60;

/**
 * A refresh token ends its grant, and every access token that came from it; any of the family will do, also one that was
 * used up. An access token ends alone (row O21). Public clients say who they are by their id: they need the token, too.
 */
export function createTokenRevocation(options: TokenRevocationOptions): TokenRevocation {
  const { store, clientAuthentication, tokenJudge, refreshTokens, clock, logger } = options;

  async function revokeGrant(client: Client, id: string): Promise<void> {
    const grant = await store.oauth.grants.find(id);
    if (grant?.clientId !== client.id) return;
    if (await store.oauth.grants.revoke(id, Math.floor(clock())))
      logger.info('oauth_grant_revoked', { client: client.id, grant: id });
  }

  async function revokeAccessToken(client: Client, token: string): Promise<void> {
    const live = await tokenJudge.accessToken(token);
    if (live?.clientId !== client.id) return;
    const { tokenId } = live;
    const expiresAt = Math.ceil(live.expiresAt) + MARGIN_SECONDS;
    await store.oauth.revocations.append({ kind: 'token', tokenId, expiresAt });
    logger.info('oauth_token_revoked', { client: client.id, tokenId });
  }

  return Object.freeze({
    async revoke(call: ClientCall) {
      const client = await clientAuthentication.authenticate(call);
      const token = call.form.get('token');
      if (token === undefined) throw new OauthError('invalid_request', 'The token is missing.');
      const refreshToken = refreshTokens.parse(token);
      if (refreshToken === undefined) await revokeAccessToken(client, token);
      else await revokeGrant(client, refreshToken.id);
    },
  });
}

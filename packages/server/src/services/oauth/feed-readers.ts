import { OauthError } from '../../domain/oauth/oauth-error.js';
import { hashSecret, sameText } from '../secrets.js';
import type { ClientAuthentication, Parameters } from './oauth-services.js';

/** Who may follow the revocation feed: administrators, and resource servers that are registered as such. */
export interface FeedReaders {
  /**
   * By the admin token as Bearer, or by the Basic credentials of a client that may introspect tokens of some audience.
   * Rejects with OauthError `invalid_client`, `invalid_token`, `insufficient_scope`, and as client authentication does.
   */
  authorize(request: {
    readonly authorization: string | undefined;
    /** The token of a Bearer header. */
    readonly bearer: string | undefined;
    readonly clientIp: string;
  }): Promise<void>;
}

export interface FeedReadersOptions {
  readonly clientAuthentication: ClientAuthentication;
  /** Null: no administrator comes in over HTTP. */
  readonly adminToken: string | null;
}

const NO_PARAMETERS: Parameters = Object.freeze({
  get: () => undefined,
  all: () => [],
  names: Object.freeze([]),
});

export function createFeedReaders({ clientAuthentication, adminToken }: FeedReadersOptions): FeedReaders {
  const adminHash = adminToken === null ? null : hashSecret(adminToken);
  return Object.freeze({
    async authorize({ authorization, bearer, clientIp }: globalThis.Parameters<FeedReaders['authorize']>[0]) {
      if (bearer !== undefined) {
        // Hashes, so that the time tells nothing about the token, not even its length.
        if (adminHash !== null && sameText(hashSecret(bearer), adminHash)) return;
        const headers = { 'www-authenticate': 'Bearer realm="countersign", error="invalid_token"' };
        throw new OauthError('invalid_token', undefined, { headers });
      }
      if (authorization === undefined) {
        const headers = { 'www-authenticate': 'Basic realm="countersign", Bearer realm="countersign"' };
        throw new OauthError('invalid_client', undefined, { headers });
      }
      const client = await clientAuthentication.authenticate({
        authorization,
        form: NO_PARAMETERS,
        clientIp,
      });
      if (client.introspects.length === 0)
        throw new OauthError('insufficient_scope', 'This client is no resource server.');
    },
  });
}

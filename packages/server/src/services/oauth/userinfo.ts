import { OauthError } from '../../domain/oauth/oauth-error.js';
import type { Store } from '../../domain/stores.js';
import type { DpopCheck, TokenJudge } from './oauth-services.js';

/** An access token as it was presented. */
export interface TokenPresentation {
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
  /** Every value of the header field `DPoP`. */
  readonly proofs: readonly string[];
  readonly method: 'GET' | 'POST';
}

export interface Userinfo {
  /**
   * Who the person of the token is, as far as its scopes go (OIDC Core section 5.3.2). Rejects with OauthError
   * `invalid_token`, `insufficient_scope`, `invalid_dpop_proof`, `use_dpop_nonce`, and as the store does.
   */
  claims(presentation: TokenPresentation): Promise<Readonly<Record<string, unknown>>>;
}

export interface UserinfoOptions {
  readonly store: Pick<Store, 'oauth'>;
  readonly tokenJudge: TokenJudge;
  readonly dpopCheck: DpopCheck;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
}

/**
 * Takes every live access token that a person's grant gave with the scope `openid`, whatever else it is for. In this
 * order: the token, its proof of possession, its scope. Tokens that clients have for themselves speak of nobody, whoever
 * their `sub` looks like (row O19): only the grant says who it is about.
 */
export function createUserinfo({ store, tokenJudge, dpopCheck, issuer }: UserinfoOptions): Userinfo {
  return Object.freeze({
    async claims({ scheme, token, proofs, method }: TokenPresentation) {
      const live = await tokenJudge.accessToken(token);
      // A bound token is no bearer token, and a bearer token has no key to prove (RFC 9449 section 7.1).
      const isBound = live !== undefined && live.dpopJkt !== null;
      if (live === undefined || isBound !== (scheme === 'dpop')) throw new OauthError('invalid_token');
      if (isBound) {
        await dpopCheck.check({
          proofs,
          method,
          url: `${issuer}/userinfo`,
          accessToken: token,
          required: true,
          boundTo: live.dpopJkt,
        });
      }
      if (!live.scopes.includes('openid')) throw new OauthError('insufficient_scope');
      const grant = live.grantId === null ? undefined : await store.oauth.grants.find(live.grantId);
      const person = grant?.authentication;
      if (person?.personId !== live.subject) throw new OauthError('invalid_token');
      const email = live.scopes.includes('email') ? { email: person.email, email_verified: true } : {};
      return Object.freeze({ sub: person.personId, ...email });
    },
  });
}

import type { Clock } from 'countersign';
import type { Logger } from '../../domain/logger.js';
import type { Client } from '../../domain/oauth/client.js';
import type { Grant } from '../../domain/oauth/grant.js';
import { OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import type { RateLimitStore, Store } from '../../domain/stores.js';
import type { ClientCall } from './client-call.js';
import type {
  ClientAuthentication,
  RefreshTokens,
  TokenJudge,
  VerifiedAccessToken,
} from './oauth-services.js';

/** RFC 7662 section 2.2. Whatever is not active has that one member only. */
export type IntrospectionAnswer =
  | { readonly active: false }
  | ({ readonly active: true } & Readonly<Record<string, unknown>>);

export interface Introspection {
  /**
   * What the token of the form is good for, now. Rejects with OauthError `invalid_client`, `invalid_request`, Refusal
   * `too_many_requests`, and as the store does.
   */
  introspect(call: ClientCall): Promise<IntrospectionAnswer>;
}

export interface IntrospectionOptions {
  readonly store: Pick<Store, 'oauth'>;
  readonly clientAuthentication: ClientAuthentication;
  readonly tokenJudge: TokenJudge;
  readonly refreshTokens: RefreshTokens;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
  readonly logger: Logger;
}

/** Of one client: far more of its tokens than end in a minute, and far less than guessing takes (row O20). */
const INACTIVE_PER_MINUTE = 1000;
const INACTIVE: IntrospectionAnswer = Object.freeze({ active: false });

/**
 * Tells clients that can prove who they are about their own tokens, and resource servers about the access tokens that
 * are for them. Of all others, live or not, known or not, it says the same (RFC 7662 section 4). `token_type_hint` is a
 * hint only, and none is needed: a token shows what it is.
 */
export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { clientAuthentication, tokenJudge, refreshTokens, clock } = options;
  const countGuess = createGuessLimit(options);

  async function judge(client: Client, token: string): Promise<IntrospectionAnswer> {
    const refreshToken = refreshTokens.parse(token);
    if (refreshToken !== undefined) {
      const grant = await options.store.oauth.grants.find(refreshToken.id);
      const isTold =
        grant?.clientId === client.id && isLive(grant, refreshToken.generation, Math.floor(clock()));
      return isTold ? aboutRefreshToken(grant, options.issuer) : INACTIVE;
    }
    const accessToken = await tokenJudge.accessToken(token);
    return accessToken !== undefined && mayKnow(client, accessToken)
      ? aboutAccessToken(accessToken)
      : INACTIVE;
  }

  return Object.freeze({
    async introspect(call: ClientCall) {
      const client = await clientAuthentication.authenticate(call);
      // Whoever knows no more than a client's public id is nobody in particular.
      if (client.authMethod === 'none') throw new OauthError('invalid_client');
      const token = call.form.get('token');
      if (token === undefined) throw new OauthError('invalid_request', 'The token is missing.');
      const answer = await judge(client, token);
      if (!answer.active) await countGuess(client);
      return answer;
    },
  });
}

/**
 * Only what is not active is counted, and refused once that is too much: whoever sends rubbish to a resource server makes
 * it guess, and must not be able to lock out people with live tokens (row S18).
 */
function createGuessLimit({ rateLimits, clock, logger }: IntrospectionOptions) {
  return async ({ id }: Client): Promise<void> => {
    const budget = { key: `oauth introspection ${id}`, limit: INACTIVE_PER_MINUTE, windowSeconds: 60 };
    const taken = await rateLimits.takeAll([budget], clock());
    if (taken.allowed) return;
    logger.warn('oauth_introspection_limited', { client: id });
    throw new Refusal('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
  };
}

function isLive(grant: Grant, generation: number, nowSeconds: number): boolean {
  const { revokedAt, idleExpiresAt, expiresAt } = grant;
  const isDead = revokedAt !== null || idleExpiresAt === null || grant.generation !== generation;
  return !isDead && nowSeconds < Math.min(idleExpiresAt, expiresAt);
}

/** Audience restriction: a resource server learns nothing of tokens that are for others. */
function mayKnow(client: Client, { clientId, audiences }: VerifiedAccessToken): boolean {
  return clientId === client.id || audiences.some((audience) => client.introspects.includes(audience));
}

/** What the token says itself, and how it is to be presented (RFC 9449 section 6.2). */
function aboutAccessToken({ claims, dpopJkt }: VerifiedAccessToken): IntrospectionAnswer {
  const tokenType = dpopJkt === null ? 'Bearer' : 'DPoP';
  return Object.freeze({ ...claims, active: true, token_type: tokenType });
}

function aboutRefreshToken(grant: Grant, issuer: string): IntrospectionAnswer {
  const { clientId, access, authentication, dpopJkt, rotatedAt, expiresAt, idleExpiresAt } = grant;
  return Object.freeze({
    active: true,
    iss: issuer,
    sub: authentication?.personId ?? clientId,
    client_id: clientId,
    scope: access.scopes.join(' '),
    iat: rotatedAt,
    exp: Math.min(expiresAt, idleExpiresAt ?? expiresAt),
    ...(dpopJkt === null ? {} : { cnf: { jkt: dpopJkt } }),
  });
}

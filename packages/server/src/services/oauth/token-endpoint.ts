/** What the token endpoint does with a form, whatever the grant (RFC 6749 section 3.2). */
import type { Clock } from 'countersign';
import type { Logger } from '../../domain/logger.js';
import type { Client } from '../../domain/oauth/client.js';
import { OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import type { RateLimitStore } from '../../domain/stores.js';
import { networkOf } from '../mail-limits.js';
import type { ClientCall } from './client-call.js';
import type {
  ClientAuthentication,
  DpopCheck,
  GrantHandler,
  TokenAnswer,
  TokenRequest,
} from './oauth-services.js';

export interface TokenEndpoint {
  /** Rejects with `OauthError`, with Refusal `too_many_requests`, and as the store does. */
  answer(call: TokenCall): Promise<TokenAnswer>;
}

export interface TokenCall extends ClientCall {
  /** Every value of the header field `DPoP`. */
  readonly proofs: readonly string[];
}

export interface TokenEndpointOptions {
  readonly handlers: readonly GrantHandler[];
  readonly clientAuthentication: ClientAuthentication;
  readonly dpopCheck: DpopCheck;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
  readonly logger: Logger;
}

/** Of one public client, from one network. Who has a secret is known, and need not be limited. */
const REFUSED_GRANTS_PER_MINUTE = 100;
/** By which a form authenticates a client. */
const CREDENTIALS = ['client_secret', 'client_assertion', 'client_assertion_type'] as const;
/** A poller asks on and on: of these there is no event each time. */
const NOT_LOGGED: ReadonlySet<string> = new Set(['authorization_pending', 'slow_down']);

/** In this order: the grant type, the client, whether it may, its proof of possession, the grant. */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { dpopCheck, issuer, logger } = options;
  const handlers = new Map<string, GrantHandler>(
    options.handlers.map((handler) => [handler.grantType, handler]),
  );
  const judgeGuesses = createGuessLimit(options);

  return Object.freeze({
    async answer(call: TokenCall) {
      const handler = handlerFor(handlers, call.form.get('grant_type'));
      const client = await clientOf(options.clientAuthentication, handler, call);
      const names = { client: client.id, grantType: handler.grantType };
      try {
        if (!client.grantTypes.includes(handler.grantType)) throw new OauthError('unauthorized_client');
        const dpopJkt = await dpopCheck.check({
          proofs: call.proofs,
          method: 'POST',
          url: `${issuer}/token`,
          accessToken: null,
          required: client.requireDpop,
          boundTo: null,
        });
        const { form, clientIp } = call;
        const answer = await judgeGuesses(handler, { client, form, dpopJkt, clientIp });
        logger.info('oauth_token_issued', { ...names, tokenId: answer.accessToken.tokenId });
        return answer;
      } catch (error) {
        if (error instanceof OauthError && !NOT_LOGGED.has(error.code))
          logger.info('oauth_token_refused', { ...names, error: error.code });
        throw error;
      }
    },
  });
}

function handlerFor(
  handlers: ReadonlyMap<string, GrantHandler>,
  grantType: string | undefined,
): GrantHandler {
  if (grantType === undefined) throw new OauthError('invalid_request', 'The grant_type is missing.');
  const handler = handlers.get(grantType);
  if (handler === undefined) throw new OauthError('unsupported_grant_type');
  return handler;
}

async function clientOf(
  clientAuthentication: ClientAuthentication,
  handler: GrantHandler,
  { form, authorization, clientIp }: TokenCall,
): Promise<Client> {
  const authenticates =
    authorization !== undefined || CREDENTIALS.some((name) => form.get(name) !== undefined);
  if (handler.identifyClient !== undefined && !authenticates) return handler.identifyClient(form, clientIp);
  return clientAuthentication.authenticate({ authorization, form, clientIp });
}

/**
 * Codes and refresh tokens cannot be guessed; whoever tries all the same is told to wait. A right one is taken all the
 * same: many share a network with whoever guesses (row S18).
 */
function createGuessLimit({ rateLimits, clock }: Pick<TokenEndpointOptions, 'rateLimits' | 'clock'>) {
  async function count({ client, clientIp }: TokenRequest): Promise<void> {
    const key = `oauth grant ${client.id} ${networkOf(clientIp)}`;
    const budget = { key, limit: REFUSED_GRANTS_PER_MINUTE, windowSeconds: 60 };
    const taken = await rateLimits.takeAll([budget], clock());
    if (!taken.allowed)
      throw new Refusal('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
  }
  return async (handler: GrantHandler, request: TokenRequest): Promise<TokenAnswer> => {
    if (request.client.authMethod !== 'none') return handler.handle(request);
    return handler.handle(request).catch(async (error: unknown) => {
      if (error instanceof OauthError && error.code === 'invalid_grant') await count(request);
      throw error;
    });
  };
}

/** Services trade an ASAP token for an access token (RFC 7523, RFC 7521 section 4.1). */
import { type Clock, decodeUnverifiedJwt, TokenError, UnavailableError } from 'countersign';
import { ASAP_ALGORITHMS, type AsapCaller, createAsapVerifier, findIssuerProblem } from 'countersign/asap';
import type { Logger } from '../../../domain/logger.js';
import { type Client, JWT_BEARER } from '../../../domain/oauth/client.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { Refusal } from '../../../domain/refusal.js';
import type { RateLimitStore, Store } from '../../../domain/stores.js';
import { networkOf } from '../../mail-limits.js';
import { createPublishedKeySource } from '../../published-key-source.js';
import { createTokenReplays } from '../../token-replays.js';
import { isClientIdShaped } from '../clients/client-service.js';
import type { GrantHandler, Parameters, TokenIssuer, TokenRequest } from '../oauth-services.js';
import { toUnavailable } from '../to-unavailable.js';
import { clientAnswer } from './client-answer.js';
import { resolveAccess } from './resolve-access.js';

export interface JwtBearerOptions {
  readonly store: Pick<Store, 'publishedKeys' | 'replayedTokens' | 'oauth'>;
  readonly tokenIssuer: TokenIssuer;
  readonly rateLimits: RateLimitStore;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end: the only audience. */
  readonly issuer: string;
  readonly logger: Logger;
}

/** How far the clock of a service may be off, as where keys are published: the two share what was used before. */
const TOLERANCE_SECONDS = 30;
const REFUSED_PER_NETWORK_AND_MINUTE = 300;

/** The same whatever was wrong, also where there is no such client (row O33). */
const REFUSED =
  'The assertion is not valid here, or its issuer is not that of one client: with several, say which by client_id.';

/**
 * The assertion is an ASAP token for this authority and nobody else, under a key of its ASAP repository, and good once:
 * it cannot have published a key before (row A9). Its issuer is the one that the client is registered with; a missing
 * `sub` is the issuer, as ASAP reads it. The access token is the client's own, as with client credentials, and there is
 * nothing to refresh: the service signs another assertion.
 *
 * Clients need not authenticate besides, since only their service can sign (RFC 7521 section 4.1). One that does must
 * be the client of the assertion.
 */
export function createJwtBearerGrant(options: JwtBearerOptions): GrantHandler {
  const { store, tokenIssuer, clock } = options;
  const verify = createAssertionVerifier(options);
  const replays = createTokenReplays(store.replayedTokens);
  const refuse = createRefusal(options);

  /** Last of all, so that nobody uses up what they could not sign, nor loses it by a slip (row A11). */
  async function takeOnce({ issuer: signer, tokenId, expiresAt }: AsapCaller): Promise<void> {
    const entry = { issuer: signer, tokenId, expiresAt: expiresAt + TOLERANCE_SECONDS };
    if ((await replays.insertOnce(entry)) !== 'inserted')
      throw new TokenError('token_replayed', 'the jti was used before');
  }

  return Object.freeze({
    grantType: JWT_BEARER,
    async identifyClient(form: Parameters, clientIp: string) {
      const client = await findClient(store, form, clock());
      if (client?.grantTypes.includes(JWT_BEARER) === true && !client.disabled) return client;
      return refuse(null, 'no_client', clientIp);
    },
    async handle({ client, form, dpopJkt, clientIp }: TokenRequest) {
      const toRefusal = (error: unknown) => {
        if (error instanceof UnavailableError) throw toUnavailable(error);
        if (error instanceof TokenError) return refuse(client, error.code, clientIp);
        throw error;
      };
      const caller = await verify(readAssertion(form), client).catch(toRefusal);
      const requested = { scope: form.get('scope'), resources: form.all('resource') };
      const access = resolveAccess(client, requested, 'client');
      await takeOnce(caller).catch(toRefusal);
      return clientAnswer(tokenIssuer, client, access, dpopJkt);
    },
  });
}

function readAssertion(form: Parameters): string {
  const assertion = form.get('assertion');
  if (assertion === undefined) throw new OauthError('invalid_request', 'The assertion is missing.');
  return assertion;
}

/** Whom the form or else its assertion names. Anybody can have written either. */
async function findClient(
  { oauth: { clients } }: JwtBearerOptions['store'],
  form: Parameters,
  nowSeconds: number,
): Promise<Client | undefined> {
  const [assertion, clientId] = [readAssertion(form), form.get('client_id')];
  if (clientId !== undefined)
    return isClientIdShaped(clientId) ? (await clients.find(clientId, nowSeconds))?.client : undefined;
  const issuer = unverifiedIssuer(assertion);
  return findIssuerProblem(issuer) === undefined ? clients.findByAssertionIssuer(String(issuer)) : undefined;
}

function unverifiedIssuer(assertion: string): unknown {
  try {
    return decodeUnverifiedJwt(assertion).unverifiedClaims['iss'];
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

/** Structure, key, signature, claims, and then whose assertion it is. */
function createAssertionVerifier({ store, issuer, clock }: JwtBearerOptions) {
  const verifier = createAsapVerifier({
    keys: createPublishedKeySource(store.publishedKeys),
    audience: issuer,
    issuers: null,
    // Every type of key that can be published.
    algorithms: [...ASAP_ALGORITHMS, 'EdDSA'],
    toleranceSeconds: TOLERANCE_SECONDS,
    clock,
  });
  return async (assertion: string, { asapIssuer }: Client): Promise<AsapCaller> => {
    const caller = await verifier.verifyAsync(assertion);
    if (caller.audience.length !== 1)
      throw new TokenError('audience_mismatch', 'aud names others besides this authority');
    if (caller.issuer !== asapIssuer)
      throw new TokenError('issuer_mismatch', 'iss is not the issuer that the client is registered with');
    return caller;
  };
}

/** Failures are counted by network. A good assertion is taken all the same: it is not found by guessing (row S18). */
function createRefusal({ rateLimits, clock, logger }: JwtBearerOptions) {
  return async (client: Client | null, reason: string, clientIp: string): Promise<never> => {
    logger.warn('oauth_assertion_refused', { client: client?.id ?? null, reason, clientIp });
    const key = `oauth assertion ${networkOf(clientIp)}`;
    const budget = { key, limit: REFUSED_PER_NETWORK_AND_MINUTE, windowSeconds: 60 };
    const taken = await rateLimits.takeAll([budget], clock());
    if (!taken.allowed)
      throw new Refusal('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
    throw new OauthError('invalid_grant', REFUSED);
  };
}

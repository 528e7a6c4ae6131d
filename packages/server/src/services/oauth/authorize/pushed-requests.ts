/** Authorization requests pushed ahead by their clients (RFC 9126). */
import type { PushedRequest } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { hashSecret, isSecretShaped, randomSecret } from '../../secrets.js';
import type { ClientCall } from '../client-call.js';
import type { ClientAuthentication, DpopCheck } from '../oauth-services.js';
import { type AuthorizationContext, judgeIdTokenHint, takeOne } from './authorization-context.js';
import { parseAuthorizationRequest } from './parse-authorization-request.js';
import { REQUEST_URI_PREFIX, toPushedPairs } from './pushed-parameters.js';

export interface PushedRequests {
  /**
   * Keeps a request that passes every check there is without its person.
   *
   * @throws {OauthError} those of client authentication, of the proof of possession, and of the request
   * @throws {Refusal} `too_many_requests`
   */
  push(call: PushCall): Promise<{ readonly requestUri: string; readonly expiresIn: number }>;
}

export interface PushCall extends ClientCall {
  /** Every value of the header field `DPoP`. */
  readonly proofs: readonly string[];
}

export type PushedRequestsOptions = Omit<AuthorizationContext, 'clients' | 'acrValues'> & {
  readonly clientAuthentication: ClientAuthentication;
  readonly dpopCheck: DpopCheck;
};

const LIFETIME_SECONDS = 60;
/** Of one public client, from one network: everybody can be one. Who has a secret is known, and need not be limited. */
const PUSHES_PER_MINUTE = 100;

export function createPushedRequests(options: PushedRequestsOptions): PushedRequests {
  const { clientAuthentication, store, clock, logger } = options;
  return Object.freeze({
    async push(call: PushCall) {
      const { form } = call;
      const client = await clientAuthentication.authenticate(call);
      if (client.authMethod === 'none')
        await takeOne(options, `par ${client.id}`, call.clientIp, PUSHES_PER_MINUTE);
      const parsed = parseAuthorizationRequest(client, { parameters: form, isPushed: true });
      if (parsed.outcome === 'no_redirect_uri')
        throw new OauthError('invalid_request', 'The redirect_uri is missing, or is none of this client.');
      if (parsed.outcome === 'failed') throw parsed.error;
      const personHint = await judgeIdTokenHint(options, client.id, parsed.unverifiedIdTokenHint);
      const dpopJkt = await proveKey(options, call.proofs, parsed.request.dpopJkt);
      const secret = randomSecret();
      await store.oauth.authorizations.insertPushed({
        idHash: hashSecret(secret),
        clientId: client.id,
        parameters: toPushedPairs(form, personHint),
        dpopJkt,
        expiresAt: Math.floor(clock()) + LIFETIME_SECONDS,
      });
      logger.info('oauth_request_pushed', { client: client.id });
      return Object.freeze({ requestUri: `${REQUEST_URI_PREFIX}${secret}`, expiresIn: LIFETIME_SECONDS });
    },
  });
}

/** RFC 9449 section 10.1: the code is bound to the key of the proof, which has to be the one that is named, if one is. */
async function proveKey(
  { dpopCheck, issuer }: Pick<PushedRequestsOptions, 'dpopCheck' | 'issuer'>,
  proofs: readonly string[],
  named: string | null,
): Promise<string | null> {
  if (proofs.length === 0) return named;
  return dpopCheck.check({
    proofs,
    method: 'POST',
    url: `${issuer}/par`,
    accessToken: null,
    required: false,
    boundTo: named,
  });
}

/** Single use, for the client that pushed it alone (row O30). Undefined: unknown, used, expired, another client's. */
export async function takePushedRequest(
  { store, clock }: Pick<AuthorizationContext, 'store' | 'clock'>,
  clientId: string,
  requestUri: string,
): Promise<PushedRequest | undefined> {
  const secret = requestUri.slice(REQUEST_URI_PREFIX.length);
  if (!isSecretShaped(secret)) return undefined;
  const key = { idHash: hashSecret(secret), clientId, nowSeconds: Math.floor(clock()) };
  return store.oauth.authorizations.consumePushed(key);
}

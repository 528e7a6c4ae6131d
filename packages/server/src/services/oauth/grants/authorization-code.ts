/** Authorization codes become tokens (RFC 6749 section 4.1.3, RFC 7636). */
import type { AuthorizationCode, Grant } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { hashSecret, isSecretShaped } from '../../secrets.js';
import type { GrantHandler, TokenAnswer, TokenRequest } from '../oauth-services.js';
import { fitsChallenge, isCodeVerifier } from './code-verifier.js';
import type { GrantContext } from './grant-context.js';
import { narrowAccess } from './narrow-access.js';
import { newGrant } from './new-grant.js';

/** Wrong verifiers of the right form, until the code is dead (row O8). */
const MAX_WRONG_VERIFIERS = 5;

/**
 * The code is judged before it is used up, so that whoever got hold of it without the verifier takes nothing from its
 * client. A code that was used before revokes its grant whatever else comes with it, if the client it was given to
 * sends it: one of the two who had it was not meant to (row O6). Of many at once one is answered with tokens, and the
 * others revoke them (row O7). Naming resources narrows the access token, not the grant (RFC 8707 section 2.2).
 */
export function createAuthorizationCodeGrant(context: GrantContext): GrantHandler {
  return Object.freeze({
    grantType: 'authorization_code' as const,
    async handle(request: TokenRequest) {
      const code = request.form.get('code');
      if (code === undefined) throw new OauthError('invalid_request', 'The code is missing.');
      if (!isSecretShaped(code)) throw new OauthError('invalid_grant');
      const nowSeconds = Math.floor(context.clock());
      const found = await context.store.oauth.authorizations.findCode(hashSecret(code), nowSeconds);
      if (found === undefined || found.code.clientId !== request.client.id)
        throw new OauthError('invalid_grant');
      const grant = grantOf(request, found.code, nowSeconds);
      if (found.used) return refuseUsed(context, found.code, grant);
      await judge(context, request, found.code);
      return redeem(context, request, found.code, grant);
    },
  });
}

function grantOf({ client, dpopJkt }: TokenRequest, code: AuthorizationCode, nowSeconds: number): Grant {
  const { grantId, authentication, access, nonce } = code;
  return newGrant(client, { id: grantId, authentication, access, nonce, dpopJkt, nowSeconds });
}

async function judge(
  { store }: GrantContext,
  { form, dpopJkt }: TokenRequest,
  code: AuthorizationCode,
): Promise<void> {
  const redirectUri = form.get('redirect_uri');
  if (redirectUri === undefined) throw new OauthError('invalid_request', 'The redirect_uri is missing.');
  if (redirectUri !== code.redirectUri) throw new OauthError('invalid_grant');
  // RFC 9449 section 10.
  if (code.dpopJkt !== null && code.dpopJkt !== dpopJkt) throw new OauthError('invalid_grant');
  const verifier = form.get('code_verifier');
  if (!isCodeVerifier(verifier)) throw new OauthError('invalid_grant');
  if (fitsChallenge(verifier, code.codeChallenge)) return;
  await store.oauth.authorizations.countWrongVerifier(code.hash, MAX_WRONG_VERIFIERS);
  throw new OauthError('invalid_grant');
}

/** Signs before the code is used up: keys that cannot be had now must not cost anybody their code. */
async function redeem(
  context: GrantContext,
  { client, form }: TokenRequest,
  code: AuthorizationCode,
  grant: Grant,
): Promise<TokenAnswer> {
  const requested = { scope: undefined, resources: form.all('resource') };
  const answer = await context.grantAnswer(client, grant, narrowAccess(client, grant.access, requested));
  const { authorizations } = context.store.oauth;
  const outcome = await authorizations.redeemCode(code.hash, grant, grant.createdAt);
  if (outcome === 'redeemed') return answer;
  if (outcome === 'used') logReuse(context, code);
  throw new OauthError('invalid_grant');
}

/** Redeeming it once more is what revokes its grant. */
async function refuseUsed(context: GrantContext, code: AuthorizationCode, grant: Grant): Promise<never> {
  await context.store.oauth.authorizations.redeemCode(code.hash, grant, grant.createdAt);
  logReuse(context, code);
  throw new OauthError('invalid_grant');
}

function logReuse({ logger }: GrantContext, { clientId, grantId }: AuthorizationCode): void {
  logger.warn('oauth_code_reused', { client: clientId, grant: grantId });
}

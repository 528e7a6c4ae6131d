/** A token that somebody was called with becomes one to call the next with (RFC 8693). */
import { type Client, TOKEN_EXCHANGE } from '../../../domain/oauth/client.js';
import type { Authentication, GrantedAccess } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { GrantHandler, TokenJudge, TokenRequest, VerifiedAccessToken } from '../oauth-services.js';
import { actorOf } from './actor.js';
import type { GrantContext } from './grant-context.js';
import { resolveAccess } from './resolve-access.js';

export interface TokenExchangeOptions extends Pick<GrantContext, 'store' | 'tokenIssuer' | 'logger'> {
  readonly tokenJudge: Pick<TokenJudge, 'accessToken'>;
}

/** RFC 8693 section 3: the one type that is taken and given. */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * The subject token is a live access token of this authority: the client's own, or one for a resource server that the
 * client is (`introspects`). Of what it allows, the new one allows at most as much, of what the client may ask for at the
 * resources named, and for no longer; scopes about the person are never handed on. The grant it came from stays its grant,
 * so that revoking that ends both. Nothing can be refreshed.
 *
 * An actor token says on whose part the client acts and must be the client's own: a caller's would let the client speak
 * for its callers. Who acted before stays in the chain (`act`).
 *
 * A token that is bound to a key is taken with a proof of that key only, and never becomes a bearer token: a resource
 * server that was called with it cannot pass it on (RFC 9449 leaves this open; strict on purpose).
 */
export function createTokenExchangeGrant(options: TokenExchangeOptions): GrantHandler {
  const { tokenIssuer, logger } = options;
  return Object.freeze({
    grantType: TOKEN_EXCHANGE,
    async handle(request: TokenRequest) {
      const { client, dpopJkt } = request;
      const { subject, actor } = await readTokens(options, request);
      const access = accessOf(request, subject);
      const act = actorOf(subject, actor);
      const authentication = await authenticationOf(options, subject);
      const accessToken = await tokenIssuer.accessToken({
        client,
        subject: subject.subject,
        access,
        grantId: subject.grantId,
        authentication,
        dpopJkt,
        expiresNoLaterThan: Math.min(subject.expiresAt, actor?.expiresAt ?? subject.expiresAt),
        ...(act === undefined ? {} : { actor: act }),
      });
      logger.info('oauth_token_exchanged', {
        client: client.id,
        subjectTokenId: subject.tokenId,
        actorTokenId: actor?.tokenId ?? null,
        tokenId: accessToken.tokenId,
      });
      return Object.freeze({
        accessToken,
        tokenType: dpopJkt === null ? ('Bearer' as const) : ('DPoP' as const),
        scopes: access.scopes,
        refreshToken: null,
        idToken: null,
        issuedTokenType: ACCESS_TOKEN,
      });
    },
  });
}

/** RFC 8693 section 2.2.2: whatever is wrong with a token of the request is an `invalid_request`. */
async function readTokens(
  { tokenJudge }: TokenExchangeOptions,
  { client, form, dpopJkt }: TokenRequest,
): Promise<{ subject: VerifiedAccessToken; actor: VerifiedAccessToken | undefined }> {
  const requestedType = form.get('requested_token_type') ?? ACCESS_TOKEN;
  if (requestedType !== ACCESS_TOKEN)
    throw new OauthError('invalid_request', 'The only requested_token_type is that of access tokens.');
  const [subjectToken, actorToken] = [form.get('subject_token'), form.get('actor_token')];
  if (subjectToken === undefined) throw new OauthError('invalid_request', 'The subject_token is missing.');
  checkTypes(subjectToken, form.get('subject_token_type'));
  checkTypes(actorToken, form.get('actor_token_type'));
  const subject = await tokenJudge.accessToken(subjectToken);
  const mayExchange = subject?.clientId === client.id || (subject && isResourceServer(client, subject));
  if (subject === undefined || mayExchange !== true) throw notAcceptable('subject_token');
  const actor = actorToken === undefined ? undefined : await tokenJudge.accessToken(actorToken);
  if (actorToken !== undefined && actor?.clientId !== client.id) throw notAcceptable('actor_token');
  checkKey(subject, dpopJkt, 'subject_token');
  if (actor !== undefined) checkKey(actor, dpopJkt, 'actor_token');
  return { subject, actor };
}

function checkTypes(token: string | undefined, type: string | undefined): void {
  if ((token === undefined) !== (type === undefined))
    throw new OauthError('invalid_request', 'A token and its token type belong together.');
  if (type !== undefined && type !== ACCESS_TOKEN)
    throw new OauthError('invalid_request', 'The only type of token that is taken is that of access tokens.');
}

/** Whether the client is one that is called with the token. */
function isResourceServer({ introspects }: Client, { audiences }: VerifiedAccessToken): boolean {
  return audiences.some((audience) => introspects.includes(audience));
}

function checkKey(
  { dpopJkt }: VerifiedAccessToken,
  proven: string | null,
  name: 'subject_token' | 'actor_token',
): void {
  if (dpopJkt === null || dpopJkt === proven) return;
  if (proven === null) throw new OauthError('invalid_dpop_proof');
  throw notAcceptable(name);
}

function notAcceptable(name: 'subject_token' | 'actor_token'): OauthError {
  return new OauthError('invalid_request', `The ${name} is not one that this client may use here.`);
}

/**
 * `audience` and `resource` both name resource servers by their identifiers (RFC 8693 section 2.1, RFC 8707). Whoever was
 * not called with the token, but has it as its own, stays within its audiences: nobody agreed to others.
 */
function accessOf({ client, form }: TokenRequest, subject: VerifiedAccessToken): GrantedAccess {
  const scope = form.get('scope');
  const named = [...form.all('resource'), ...form.all('audience')];
  const isCalled = isResourceServer(client, subject);
  if (!isCalled && !named.every((resource) => subject.audiences.includes(resource)))
    throw new OauthError('invalid_target');
  const resources = named.length === 0 && !isCalled ? subject.audiences : named;
  const asked = resolveAccess(client, { scope, resources }, 'client');
  // Without an audience the token would be for the authority itself.
  if (asked.audiences.length === 0) throw new OauthError('invalid_target');
  return Object.freeze({ scopes: scopesOf(asked, subject, scope !== undefined), audiences: asked.audiences });
}

/** Where scopes are named all must be the subject's, else those that are; a token that lost every one would say nothing. */
function scopesOf(asked: GrantedAccess, subject: VerifiedAccessToken, areNamed: boolean): readonly string[] {
  const scopes = asked.scopes.filter((scope) => subject.scopes.includes(scope));
  const isWidened = areNamed && scopes.length < asked.scopes.length;
  if (isWidened || (scopes.length === 0 && asked.scopes.length > 0)) throw new OauthError('invalid_scope');
  return Object.freeze(scopes);
}

/** When and how the person signed in; null for a client's own token, whoever its `sub` looks like (row O19). */
async function authenticationOf(
  { store }: TokenExchangeOptions,
  { grantId, subject }: VerifiedAccessToken,
): Promise<Authentication | null> {
  const grant = grantId === null ? undefined : await store.oauth.grants.find(grantId);
  if (grantId !== null && (grant === undefined || grant.revokedAt !== null))
    throw notAcceptable('subject_token');
  const authentication = grant?.authentication ?? null;
  return authentication?.personId === subject ? authentication : null;
}

import type { Client } from '../../../domain/oauth/client.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { StoreUnavailableError } from '../../../domain/stores.js';
import type { AuthorizationCall } from './authorization-call.js';
import { type AuthorizationContext, judgeIdTokenHint, takeOne } from './authorization-context.js';
import { type AuthorizationOutcome, fail, refused } from './authorization-outcome.js';
import { begin } from './go-on.js';
import {
  type AskedParameters,
  type ParsedAuthorizationRequest,
  parseAuthorizationRequest,
} from './parse-authorization-request.js';
import { fromPushedPairs, PERSON_HINT, REQUEST_URI_PREFIX } from './pushed-parameters.js';
import { takePushedRequest } from './pushed-requests.js';

/** From one network: a whole office may begin its day at once. */
const REQUESTS_PER_MINUTE = 600;

type Accepted = Extract<ParsedAuthorizationRequest, { outcome: 'accepted' }>;

/** See `AuthorizationService.authorize`. Until client and redirect URI are known to belong together, errors stay here (O4). */
export async function beginAuthorization(
  context: AuthorizationContext,
  call: AuthorizationCall,
): Promise<AuthorizationOutcome> {
  await takeOne(context, 'authorize', call.clientIp, REQUESTS_PER_MINUTE);
  const clientId = call.parameters.get('client_id');
  const client = clientId === undefined ? undefined : await context.clients.find(clientId);
  if (client === undefined) return refused('unknown_client');
  const requestUri = call.parameters.get('request_uri');
  if (requestUri?.startsWith(REQUEST_URI_PREFIX) !== true)
    return judge(context, call, client, { parameters: call.parameters, isPushed: false });
  if (call.lacksCookies) return { kind: 'repeat' };
  const pushed = await takePushedRequest(context, client.id, requestUri);
  if (pushed === undefined) return refused('request_uri');
  // Whatever else stands beside the request_uri is not looked at (RFC 9126 section 4, RFC 9101 section 6.3; row O30).
  const parameters = fromPushedPairs(pushed.parameters);
  return judge(context, call, client, { parameters, isPushed: true, dpopJkt: pushed.dpopJkt });
}

async function judge(
  context: AuthorizationContext,
  call: AuthorizationCall,
  client: Client,
  asked: AskedParameters,
): Promise<AuthorizationOutcome> {
  const { issuer } = context;
  const parsed = parseAuthorizationRequest(client, asked);
  if (parsed.outcome === 'no_redirect_uri') return refused('redirect_uri');
  const address = parsed.outcome === 'failed' ? parsed.address : parsed.request;
  try {
    if (parsed.outcome === 'failed') throw parsed.error;
    if (call.lacksCookies) return { kind: 'repeat' };
    return await beginAccepted(context, call, client, asked, parsed);
  } catch (thrown) {
    const error = toOauthError(thrown);
    if (error === undefined) throw thrown;
    context.logger.info('oauth_authorization_failed', { client: client.id, error: error.code });
    return fail({ clientName: client.name, address, issuer }, error);
  }
}

async function beginAccepted(
  context: AuthorizationContext,
  { session, browser }: AuthorizationCall,
  client: Client,
  { parameters, isPushed }: AskedParameters,
  { request, isSilent, unverifiedIdTokenHint }: Accepted,
): Promise<AuthorizationOutcome> {
  const personHint = isPushed
    ? parameters.get(PERSON_HINT)
    : await judgeIdTokenHint(context, client.id, unverifiedIdTokenHint);
  const asked = personHint === undefined ? request : { ...request, personHint };
  return begin(context, { client, request: asked, isSilent, browser }, session);
}

/** RFC 6749 section 4.1.2.1: a redirect cannot say 503 by its status. */
function toOauthError(thrown: unknown): OauthError | undefined {
  if (thrown instanceof OauthError) return thrown;
  if (thrown instanceof StoreUnavailableError)
    return new OauthError('temporarily_unavailable', undefined, { cause: thrown });
  return undefined;
}

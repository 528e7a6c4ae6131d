/**
 * Parameters of an authorization request, judged against what its client may do: RFC 6749 section 4.1.1, OpenID Connect
 * Core section 3.1.2.1, RFC 7636, 8707, 9101, 9126, 9449 section 10. Pure. What it does not know (`display`,
 * `ui_locales`, `claims`, `authorization_details` of RFC 9396) is ignored, as RFC 6749 section 3.1 says.
 */
import type { Client } from '../../../domain/oauth/client.js';
import type { AuthorizationRequest, GrantedAccess } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { matchesRedirectUri } from '../../../domain/oauth/redirect-uri.js';
import { resolveAccess } from '../grants/resolve-access.js';
import type { Parameters } from '../oauth-services.js';
import {
  parseAcrValues,
  parseCodeChallenge,
  parseLoginHint,
  parseMaxAge,
  parseNonce,
  parsePrompt,
  parseThumbprint,
} from './request-parameters.js';

/** Where an answer goes, and how. */
export interface ReturnAddress {
  readonly redirectUri: string;
  readonly responseMode: AuthorizationRequest['responseMode'];
  readonly state: string | null;
}

export interface AskedParameters {
  readonly parameters: Parameters;
  /** They came ahead from the client itself (RFC 9126). */
  readonly isPushed: boolean;
  /** Of the key that was proven when they came ahead. */
  readonly dpopJkt?: string | null;
}

export type ParsedAuthorizationRequest =
  | {
      readonly outcome: 'accepted';
      readonly request: AuthorizationRequest;
      /** `prompt=none`: no page may be shown. */
      readonly isSilent: boolean;
      /** Not verified. */
      readonly unverifiedIdTokenHint: string | undefined;
    }
  /** To be told to the client. */
  | { readonly outcome: 'failed'; readonly error: OauthError; readonly address: ReturnAddress }
  /** The client cannot be told: there is no redirect URI that is known to be its own (rows O1, O2 and O4). */
  | { readonly outcome: 'no_redirect_uri' };

const MAX_REDIRECT_URI_CHARACTERS = 2048;
const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const;
const MAX_STATE_CHARACTERS = 4096;
/** Also what decoding puts in place of bytes that are no UTF-8: they could not be given back as they came (row O9). */
const NO_TEXT = /[\p{Cc}\ufffd]/u;

export function parseAuthorizationRequest(
  client: Client,
  asked: AskedParameters,
): ParsedAuthorizationRequest {
  const { parameters } = asked;
  const redirectUri = findRedirectUri(client, parameters.get('redirect_uri'));
  if (redirectUri === undefined) return { outcome: 'no_redirect_uri' };
  const responseMode = RESPONSE_MODES.find((mode) => mode === parameters.get('response_mode')) ?? 'query';
  const state = parameters.get('state') ?? null;
  const isStateUsable = state === null || isUsableState(state);
  const address = { redirectUri, responseMode, state: isStateUsable ? state : null };
  try {
    if (!isStateUsable) throw new OauthError('invalid_request', 'The state is too long or is no text.');
    assertSupported(client, asked);
    const { isSilent, prompt } = parsePrompt(parameters.get('prompt'));
    const request = { clientId: client.id, ...address, prompt, ...parseRest(client, asked) };
    const unverifiedIdTokenHint = parameters.get('id_token_hint');
    return { outcome: 'accepted', request: Object.freeze(request), isSilent, unverifiedIdTokenHint };
  } catch (error) {
    if (error instanceof OauthError) return { outcome: 'failed', error, address };
    throw error;
  }
}

/** Always to be named, also where the client has only one: the token endpoint is told the same again (row O6). */
function findRedirectUri(client: Client, sent: string | undefined): string | undefined {
  if (sent === undefined || sent.length > MAX_REDIRECT_URI_CHARACTERS) return undefined;
  return client.redirectUris.some((registered) => matchesRedirectUri(registered, sent)) ? sent : undefined;
}

function isUsableState(state: string): boolean {
  return state.length <= MAX_STATE_CHARACTERS && state.isWellFormed() && !NO_TEXT.test(state);
}

function assertSupported(client: Client, asked: AskedParameters): void {
  const { parameters, isPushed } = asked;
  if (parameters.names.some((name) => name.includes('[')))
    throw new OauthError('invalid_request', 'A parameter is written as a list.');
  refuseUnsupported(asked);
  if (!client.grantTypes.includes('authorization_code')) throw new OauthError('unauthorized_client');
  if (client.requirePar && !isPushed)
    throw new OauthError('invalid_request', 'This client has to push its requests (RFC 9126).');
  const responseType = parameters.get('response_type');
  if (responseType === undefined) throw new OauthError('invalid_request', 'The response_type is missing.');
  if (responseType !== 'code') throw new OauthError('unsupported_response_type');
  const responseMode = parameters.get('response_mode');
  if (responseMode !== undefined && !RESPONSE_MODES.some((mode) => mode === responseMode))
    throw new OauthError(
      'invalid_request',
      'The response_mode is not supported: query, fragment or form_post.',
    );
}

/** OpenID Connect Core sections 6.1, 6.2 and 7.2.1: each has an error of its own. */
function refuseUnsupported({ parameters, isPushed }: AskedParameters): void {
  if (parameters.get('request') !== undefined) throw new OauthError('request_not_supported');
  if (parameters.get('registration') !== undefined) throw new OauthError('registration_not_supported');
  if (parameters.get('request_uri') === undefined) return;
  // RFC 9126 section 2.1: never in a request that is pushed.
  if (isPushed) throw new OauthError('invalid_request', 'A pushed request must not hold a request_uri.');
  throw new OauthError('request_uri_not_supported');
}

function parseRest(client: Client, { parameters, dpopJkt }: AskedParameters) {
  return {
    codeChallenge: parseCodeChallenge(
      parameters.get('code_challenge'),
      parameters.get('code_challenge_method'),
    ),
    nonce: parseNonce(parameters.get('nonce')),
    access: parseAccess(client, parameters),
    dpopJkt: dpopJkt ?? parseThumbprint(parameters.get('dpop_jkt')),
    maxAgeSeconds: parseMaxAge(parameters.get('max_age')),
    acrValues: parseAcrValues(parameters.get('acr_values')),
    loginHint: parseLoginHint(parameters.get('login_hint')),
  };
}

/** Without refresh tokens there is no access while the person is away: then it is not asked for (OIDC Core section 11). */
function parseAccess(client: Client, parameters: Parameters): GrantedAccess {
  const requested = { scope: parameters.get('scope'), resources: parameters.all('resource') };
  const access = resolveAccess(client, requested, 'person');
  if (client.grantTypes.includes('refresh_token')) return access;
  return { ...access, scopes: access.scopes.filter((scope) => scope !== 'offline_access') };
}

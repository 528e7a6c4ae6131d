/** What the authority is and can do, for programs (RFC 8414, OpenID Connect Discovery 1.0). */
import { CLIENT_AUTH_METHODS, GRANT_TYPES, IDENTITY_SCOPES } from '../../domain/oauth/client.js';
import { CLIENT_SIGNATURES } from '../../domain/oauth/client-key-set.js';
import { etagOf, matchesEtag } from '../../http/etag.js';
import type { Route, RouteHandler } from '../../http/exchange.js';
import type { AuthorityKeys } from '../../services/oauth/oauth-services.js';

export interface DiscoveryServices {
  /** As it stands in `iss`, byte by byte (row O29); never from the request. */
  readonly issuer: string;
  readonly keys: Pick<AuthorityKeys, 'algorithm' | 'verificationKeys'>;
  /** Levels that a request may ask for by `acr_values`, the lowest first. */
  readonly acrValues: readonly string[];
  /** Whether administrators may register clients over HTTP (RFC 7591). */
  readonly registration: boolean;
}

const MAX_AGE_SECONDS = 300;

const CLAIMS = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'azp',
  'sid',
  'at_hash',
  'email',
  'email_verified',
] as const;

/** Both documents at the root of the host. */
export function discoveryRoutes(services: DiscoveryServices): readonly Route[] {
  const handle = createDiscoveryHandler(services);
  return ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'].map((pattern) => ({
    method: 'GET',
    pattern,
    kind: 'api',
    handle,
  }));
}

/** One document for both; also for where else the issuer's path puts it (RFC 8414 section 3.1). */
export function createDiscoveryHandler(services: DiscoveryServices): RouteHandler {
  const fixed = { ...endpointsOf(services), ...capabilitiesOf(services) };
  return async (request) => {
    const body = JSON.stringify({
      ...fixed,
      id_token_signing_alg_values_supported: await signedWith(services),
    });
    const etag = etagOf(body);
    const headers = { etag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` };
    if (matchesEtag(request.header('if-none-match'), etag)) return { status: 304, headers, body: null };
    return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body };
  };
}

/** Those of every published key, that of the signing one first. */
async function signedWith({ keys }: DiscoveryServices): Promise<readonly string[]> {
  const [current, published] = await Promise.all([keys.algorithm(), keys.verificationKeys()]);
  return [...new Set([current, ...published.map(({ algorithm }) => algorithm)])];
}

function endpointsOf({ issuer, registration }: DiscoveryServices) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks.json`,
    ...(registration ? { registration_endpoint: `${issuer}/register` } : {}),
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    end_session_endpoint: `${issuer}/end_session`,
    // The feed that gates follow; of this project alone.
    countersign_revocations_endpoint: `${issuer}/revocations`,
  };
}

function capabilitiesOf({ acrValues }: DiscoveryServices) {
  // Whoever introspects has to prove who it is (RFC 7662 section 2.1).
  const proving = CLIENT_AUTH_METHODS.filter((method) => method !== 'none');
  return {
    scopes_supported: IDENTITY_SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: GRANT_TYPES,
    subject_types_supported: ['public'],
    acr_values_supported: acrValues,
    claim_types_supported: ['normal'],
    claims_supported: CLAIMS,
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: CLIENT_SIGNATURES,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: CLIENT_SIGNATURES,
    introspection_endpoint_auth_methods_supported: proving,
    introspection_endpoint_auth_signing_alg_values_supported: CLIENT_SIGNATURES,
    // Proofs of possession are signed by clients too, and taken in the same algorithms.
    dpop_signing_alg_values_supported: CLIENT_SIGNATURES,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    require_pushed_authorization_requests: false,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    // Their defaults say otherwise, or leave it open (OpenID Connect Discovery 1.0 section 3).
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}

/** A client that is put together from the parts of oauth4webapi, each step by hand. */
import * as oauth from 'oauth4webapi';
import type { Person } from './person.js';
import { REDIRECT_URI, type RegisteredClient, type ServedAuthority } from './served-authority.js';

/** The loopback authority has no TLS. */
export const INSECURE = { [oauth.allowInsecureRequests]: true } as const;

export interface RawClient {
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
}

export type Dpop = { readonly DPoP?: oauth.DPoPHandle };
type Pairs = readonly (readonly [string, string])[];

export async function discover(
  issuer: string,
  algorithm: 'oidc' | 'oauth2' = 'oidc',
): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm, ...INSECURE }));
}

export async function rawClient(
  { issuer }: Pick<ServedAuthority, 'issuer'>,
  { id, secret }: Pick<RegisteredClient, 'id' | 'secret'>,
  authentication: oauth.ClientAuth = oauth.ClientSecretBasic(secret),
): Promise<RawClient> {
  return { as: await discover(issuer), client: { client_id: id }, authentication };
}

export const newKey = async (client: oauth.Client, algorithm = 'ES256'): Promise<oauth.DPoPHandle> =>
  oauth.DPoP(client, await oauth.generateKeyPair(algorithm));

export interface Attempt {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly parameters: URLSearchParams;
}

/** Asks for an ID token, the scope `read`, and access while the person is away, unless `changes` say otherwise. */
export async function attempt({ client }: Pick<RawClient, 'client'>, changes: Pairs = []): Promise<Attempt> {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid email offline_access read',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  for (const [name] of changes) parameters.delete(name);
  for (const [name, value] of changes) parameters.append(name, value);
  return { verifier, state, nonce, parameters };
}

/** Where the person goes: the parameters pushed ahead (RFC 9126). */
export async function push(
  { as, client, authentication }: RawClient,
  { parameters }: Attempt,
  options: Dpop = {},
): Promise<URL> {
  const send = () =>
    oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { ...INSECURE, ...options });
  const pushed = await oauth.processPushedAuthorizationResponse(as, client, await send());
  return authorizationUrl(
    as,
    new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri }),
  );
}

export function authorizationUrl(as: oauth.AuthorizationServer, parameters: URLSearchParams): URL {
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = parameters.toString();
  return url;
}

/** The code of an answer for tokens, with every check that the library has: iss, state, nonce, times, signature. */
export async function redeem(
  { as, client, authentication }: RawClient,
  { verifier, state, nonce }: Attempt,
  arrival: URL,
  options: Dpop = {},
): Promise<oauth.TokenEndpointResponse> {
  const answer = oauth.validateAuthResponse(as, client, arrival, state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    answer,
    REDIRECT_URI,
    verifier,
    { ...INSECURE, ...options },
  );
  const checks = { expectedNonce: nonce, maxAge: 600, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
  await oauth.validateApplicationLevelSignature(as, response, INSECURE);
  return tokens;
}

/** From the start to the tokens. */
export async function signIn(
  caller: RawClient,
  person: Person,
  changes: Pairs = [],
  options: Dpop = {},
): Promise<oauth.TokenEndpointResponse> {
  const begun = await attempt(caller, changes);
  const arrival = await person.arriveBy(authorizationUrl(caller.as, begun.parameters));
  return redeem(caller, begun, arrival, options);
}

/** A request as a resource server gets it. */
export async function resourceRequest(token: string, { DPoP }: Dpop = {}): Promise<Request> {
  const url = new URL('https://api.example/orders');
  const headers = new Headers({ authorization: `${DPoP === undefined ? 'Bearer' : 'DPoP'} ${token}` });
  if (DPoP !== undefined) {
    // The library makes proofs for requests that it sends; this one is kept.
    let sent: Headers | undefined;
    await oauth.protectedResourceRequest(token, 'GET', url, undefined, null, {
      DPoP,
      [oauth.customFetch]: async (_url, init) => {
        sent = new Headers(init.headers);
        return new Response();
      },
    });
    headers.set('dpop', sent?.get('dpop') ?? '');
  }
  return new Request(url, { headers });
}

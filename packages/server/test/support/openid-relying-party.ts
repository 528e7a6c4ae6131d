/** An application that signs people in by openid-client, set up as its readme says. */
import * as oidc from 'openid-client';
import type { Person } from './person.js';
import { REDIRECT_URI, type RegisteredClient, type ServedAuthority } from './served-authority.js';

/** Checks signatures too, which the library leaves to TLS unless told otherwise. */
export async function relyingParty(
  { issuer }: Pick<ServedAuthority, 'issuer'>,
  { id, secret }: Pick<RegisteredClient, 'id' | 'secret'>,
  authentication: oidc.ClientAuth = oidc.ClientSecretBasic(secret),
  options: oidc.DiscoveryRequestOptions = {},
): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(issuer), id, undefined, authentication, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    ...options,
  });
}

export interface AuthorizationAttempt {
  /** What the person follows. */
  readonly link: URL;
  readonly checks: oidc.AuthorizationCodeGrantChecks;
}

type Texts = Readonly<Record<string, string>>;

interface AttemptOptions {
  /** Pushes the parameters ahead (RFC 9126). */
  readonly push?: boolean;
  readonly DPoP?: oidc.DPoPHandle;
}

/** A request with everything that protects it: PKCE, state and, where an ID token is asked for, a nonce. */
export async function beginAuthorization(
  config: oidc.Configuration,
  changes: Texts = {},
  { push = false, ...dpop }: AttemptOptions = {},
): Promise<AuthorizationAttempt> {
  const [pkceCodeVerifier, expectedState] = [oidc.randomPKCECodeVerifier(), oidc.randomState()];
  const { scope = 'openid' } = changes;
  const nonce = scope.split(' ').includes('openid') ? { nonce: oidc.randomNonce() } : undefined;
  const parameters = {
    redirect_uri: REDIRECT_URI,
    scope,
    state: expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...nonce,
    ...changes,
  };
  const link = push
    ? await oidc.buildAuthorizationUrlWithPAR(config, parameters, dpop)
    : oidc.buildAuthorizationUrl(config, parameters);
  const checks = { pkceCodeVerifier, expectedState: parameters.state };
  return { link, checks: nonce === undefined ? checks : { ...checks, expectedNonce: nonce.nonce } };
}

/** From the link to the tokens. */
export async function signIn(
  config: oidc.Configuration,
  person: Person,
  changes: Texts = {},
  options: AttemptOptions = {},
): Promise<Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>> {
  const { link, checks } = await beginAuthorization(config, changes, options);
  const { DPoP } = options;
  const arrival = await person.follow(link);
  return oidc.authorizationCodeGrant(
    config,
    arrival,
    checks,
    undefined,
    DPoP === undefined ? undefined : { DPoP },
  );
}

/** What the library says was wrong: the error of the answer or of its challenge, or what it found itself. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  const reason = await call.then(
    () => new Error('nothing was wrong'),
    (error: unknown) => error,
  );
  if (reason instanceof oidc.ResponseBodyError || reason instanceof oidc.AuthorizationResponseError)
    return reason.error;
  if (reason instanceof oidc.WWWAuthenticateChallengeError)
    return reason.cause.flatMap(({ parameters }) => parameters.error ?? [])[0] ?? 'a challenge without error';
  if (reason instanceof oidc.ClientError) return reason.code ?? reason.message;
  throw reason;
}

/**
 * What an application needs of OpenID Connect: the authorization code with PKCE (RFC 7636) and an ID token. Written out,
 * so that it can be read; applications take a library for it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Clock, createJwtVerifier, createRemoteJwks, type JwtClaims, TokenError } from 'countersign';
import { single } from '../http/single.js';

/** What the browser that begins must bring back; kept in its session. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Somebody who has signed in. */
export interface SignedInUser {
  readonly idToken: string;
  /** Of the ID token, verified. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What `/userinfo` says to the access token. */
  readonly userinfo: Readonly<Record<string, unknown>>;
}

/** The sign-in did not come to an end. The message is for people, and holds nothing of what was sent. */
export class RelyingPartyError extends Error {
  override readonly name = 'RelyingPartyError';
}

export interface RelyingParty {
  /** Where to send somebody to sign in. */
  begin(): { readonly location: string; readonly attempt: SignInAttempt };
  /** `answer`: the query of the redirect URI. Rejects with RelyingPartyError. */
  finish(answer: URLSearchParams, attempt: SignInAttempt): Promise<SignedInUser>;
  /** Where to send somebody to log out of the authority as well. */
  logoutLocation(idToken: string): string;
}

export interface RelyingPartyOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock?: Clock | undefined;
}

const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256'] as const;

export function createRelyingParty(options: RelyingPartyOptions): RelyingParty {
  const { issuer, clientId, redirectUri, postLogoutRedirectUri, fetch } = options;
  const verify = createIdTokenCheck(options);
  return Object.freeze({
    begin() {
      const attempt = { state: randomText(), nonce: randomText(), verifier: randomText() };
      const parameters = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      return { location: `${issuer}/authorize?${parameters}`, attempt };
    },
    async finish(answer: URLSearchParams, attempt: SignInAttempt) {
      // RFC 9207: an answer of another authority is none for this one.
      if (single(answer, 'state') !== attempt.state || single(answer, 'iss') !== issuer)
        throw new RelyingPartyError('The answer is for another sign-in.');
      const code = single(answer, 'code');
      if (code === undefined) throw new RelyingPartyError('You did not allow it, or could not sign in.');
      const tokens = await redeem(options, code, attempt);
      const idToken = String(tokens['id_token']);
      const claims = await verify(idToken, attempt);
      const headers = { authorization: `Bearer ${String(tokens['access_token'])}` };
      const userinfo = await readJson(await fetch(`${issuer}/userinfo`, { headers }));
      return { idToken, claims, userinfo };
    },
    logoutLocation(idToken: string) {
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: postLogoutRedirectUri };
      return `${issuer}/end_session?${new URLSearchParams(parameters)}`;
    },
  });
}

/** OIDC Core section 3.1.3.7. */
function createIdTokenCheck({ issuer, clientId, fetch, clock }: RelyingPartyOptions) {
  const shared = { algorithms: ALGORITHMS, clock };
  const keys = createRemoteJwks({
    ...shared,
    url: `${issuer}/jwks.json`,
    fetch: (url, init) => fetch(url, init),
  });
  const verifier = createJwtVerifier({
    ...shared,
    keys,
    issuer,
    audience: clientId,
    type: 'JWT',
    maxAgeSeconds: null,
    requiredClaims: ['sub', 'nonce'],
  });
  return async (idToken: string, { nonce }: SignInAttempt): Promise<JwtClaims> => {
    const { claims } = await verifier.verifyAsync(idToken).catch((error: unknown) => {
      if (error instanceof TokenError) throw new RelyingPartyError('The ID token is not valid.');
      throw error;
    });
    if (claims['nonce'] !== nonce) throw new RelyingPartyError('The ID token is for another sign-in.');
    return claims;
  };
}

async function redeem(
  { issuer, clientId, redirectUri, fetch }: RelyingPartyOptions,
  code: string,
  { verifier }: SignInAttempt,
): Promise<Record<string, unknown>> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
  };
  return readJson(await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(form) }));
}

/** 256 bits, in the alphabet of RFC 7636 section 4.1. */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  if (!response.ok)
    throw new RelyingPartyError('countersign did not take what the app sent. Please start over.');
  return (await response.json()) as Record<string, unknown>;
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';

/** What came of one visit to the redirect URI. */
export interface Arrival {
  /** Names of what was in the address. */
  readonly parameters: readonly string[];
  readonly referer: string | undefined;
  /** The error that the authority answered with. */
  readonly error?: string;
  readonly subject?: string;
  readonly email?: unknown;
  readonly sessionId?: unknown;
  readonly idToken?: string;
}

export interface RelyingParty {
  readonly url: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  readonly backchannelLogoutUri: string;
  readonly arrivals: readonly Arrival[];
  readonly logoutTokens: readonly string[];
  /** Finds the issuer by discovery, once the client is registered there. */
  join(issuer: string, clientId: string, secret: string): Promise<void>;
  close(): Promise<void>;
}

interface Pending {
  readonly verifier: string;
  readonly nonce: string;
}

/** The server of an application that people log in to, made with openid-client. `/login?...` adds to the request. */
class Party implements RelyingParty {
  readonly arrivals: Arrival[] = [];
  readonly logoutTokens: string[] = [];
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  readonly #pending = new Map<string, Pending>();
  #configuration: oidc.Configuration | undefined;
  url = '';

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  get redirectUri() {
    return `${this.url}/cb`;
  }
  get postLogoutRedirectUri() {
    return `${this.url}/bye`;
  }
  get backchannelLogoutUri() {
    return `${this.url}/backchannel`;
  }

  async join(issuer: string, clientId: string, secret: string): Promise<void> {
    const execute = [oidc.allowInsecureRequests];
    this.#configuration = await oidc.discovery(new URL(issuer), clientId, secret, undefined, { execute });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const configuration = this.#configuration;
    if (configuration === undefined) throw new Error('it has not joined yet');
    switch (url.pathname) {
      case '/login':
        return redirect(response, await this.#authorizationUrl(configuration, url.searchParams));
      case '/cb':
        this.arrivals.push(await this.#arrive(configuration, url, request.headers.referer));
        return showPage(response, 'Welcome');
      case '/logout':
        return redirect(response, this.#endSessionUrl(configuration));
      case '/backchannel':
        this.logoutTokens.push((await readForm(request)).get('logout_token') ?? '');
        response.end();
        return;
      default:
        return showPage(response, url.pathname === '/bye' ? `Goodbye ${url.searchParams.get('state')}` : '');
    }
  }

  async #authorizationUrl(configuration: oidc.Configuration, extra: URLSearchParams): Promise<URL> {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    this.#pending.set(state, { verifier, nonce });
    return oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: 'openid email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...{ state, nonce, ...Object.fromEntries(extra) },
    });
  }

  async #arrive(configuration: oidc.Configuration, url: URL, referer: string | undefined): Promise<Arrival> {
    const parameters = [...url.searchParams.keys()];
    const state = url.searchParams.get('state') ?? '';
    const { verifier, nonce } = this.#pending.get(state) ?? { verifier: '', nonce: '' };
    try {
      // Checks state and iss of the answer, and signature, iss, aud, exp, nonce of the ID token.
      const tokens = await oidc.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const [subject = '', email, sessionId] = [claims?.sub, claims?.['email'], claims?.['sid']];
      return { parameters, referer, subject, email, sessionId, idToken: tokens.id_token ?? '' };
    } catch (error) {
      if (!(error instanceof oidc.AuthorizationResponseError)) throw error;
      return { parameters, referer, error: error.error };
    }
  }

  #endSessionUrl(configuration: oidc.Configuration): URL {
    return oidc.buildEndSessionUrl(configuration, {
      id_token_hint: this.arrivals.at(-1)?.idToken ?? '',
      post_logout_redirect_uri: this.postLogoutRedirectUri,
      state: 'and thanks',
    });
  }
}

function redirect(response: ServerResponse, url: URL): void {
  response.writeHead(302, { location: url.href }).end();
}

function showPage(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html><html lang="en"><title>Paper Boats</title><h1>${text}</h1>`);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

export function startRelyingParty(): Promise<RelyingParty> {
  return new Party().listen();
}

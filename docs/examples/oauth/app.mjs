// Shop: a web application. People sign in to it by the authority, and it reads their orders for them.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createJwtVerifier, createRemoteJwks, TokenError } from 'countersign';
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:8080', ORDERS = 'http://localhost:8081', PORT = '3000' } = process.env;
const { CLIENT_ID = '', CLIENT_SECRET = '', OWN_URL = `http://127.0.0.1:${PORT}` } = process.env;
if (CLIENT_ID === '' || CLIENT_SECRET === '') {
  console.error('Set CLIENT_ID and CLIENT_SECRET: countersign clients create prints them.');
  process.exit(2);
}
const EARLY_MS = Number(process.env.REFRESH_EARLY_MS ?? 10_000);

const config = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  oidc.ClientSecretBasic(CLIENT_SECRET),
  ISSUER.startsWith('http://localhost') ? { execute: [oidc.allowInsecureRequests] } : {},
);
const sessions = new Map(); // in a real application: in its database, and not for ever

// #region begin
async function beginSignIn(response) {
  const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
  const link = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${OWN_URL}/signed-in`,
    scope: 'openid email offline_access orders:read',
    resource: ORDERS, // which API the access token is for
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  startSession(response, { checks }); // so that only this browser can finish it
  return response.writeHead(303, { location: link.href }).end();
}
// #endregion

// #region finish
async function finishSignIn(url, session, response) {
  if (session?.checks === undefined) return response.writeHead(303, { location: '/' }).end();
  const tokens = await oidc.authorizationCodeGrant(config, url, session.checks); // once for each code
  const { sub, sid, email } = tokens.claims(); // of the ID token, checked by the library
  sessions.delete(session.id);
  startSession(response, { sub, sid, email, idToken: tokens.id_token, ...keep(tokens) });
  return response.writeHead(303, { location: '/' }).end();
}
// #endregion

// #region refresh
async function accessTokenOf(session) {
  if (session.expiresAt > Date.now() + EARLY_MS) return session.accessToken;
  // Requests at once share one refresh; two processes may both ask, and get the same answer.
  session.refreshing ??= oidc
    .refreshTokenGrant(config, session.refreshToken)
    .then((tokens) => Object.assign(session, keep(tokens)))
    .finally(() => {
      session.refreshing = undefined;
    });
  await session.refreshing;
  return session.accessToken;
}

function keep({ access_token, refresh_token, expires_in }) {
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: Date.now() + expires_in * 1000,
  };
}
// #endregion

// #region log-out
function logOut(session, response) {
  if (session?.sub === undefined) return response.writeHead(303, { location: '/' }).end();
  sessions.delete(session.id);
  const parameters = { id_token_hint: session.idToken, post_logout_redirect_uri: `${OWN_URL}/bye` };
  return response.writeHead(303, { location: oidc.buildEndSessionUrl(config, parameters).href }).end();
}
// #endregion

// #region back-channel
const algorithms = ['ES256']; // the setting signingAlgorithm of the authority
const logoutTokens = createJwtVerifier({
  keys: createRemoteJwks({ url: config.serverMetadata().jwks_uri, algorithms }),
  algorithms,
  issuer: ISSUER,
  audience: CLIENT_ID,
  type: 'logout+jwt',
  maxAgeSeconds: 150,
  requiredClaims: ['jti', 'events', 'sub'],
});

async function hearOfLogout(request, response) {
  const token = new URLSearchParams(await text(request)).get('logout_token') ?? '';
  const verified = await logoutTokens.verifyAsync(token).catch((error) => {
    if (!(error instanceof TokenError)) throw error; // the keys cannot be had: 503, and the authority tries again
  });
  const isLogout =
    verified?.claims.events?.['http://schemas.openid.net/event/backchannel-logout'] !== undefined;
  if (!isLogout || verified.claims.nonce !== undefined) return response.writeHead(400).end();
  for (const [id, { sub, sid }] of sessions)
    if (sub === verified.claims.sub && sid === (verified.claims.sid ?? sid)) sessions.delete(id);
  return response.writeHead(200, { 'cache-control': 'no-store' }).end();
}
// #endregion

// #region call
async function showOrders(session, response) {
  if (session?.sub === undefined) return beginSignIn(response);
  const headers = { authorization: `Bearer ${await accessTokenOf(session)}` };
  const orders = await fetch(`${ORDERS}/orders`, { headers });
  if (orders.status === 401 && session.hasReadOrders) {
    sessions.delete(session.id); // revoked, with what would refresh it: sign in anew
    return beginSignIn(response);
  }
  if (!orders.ok) throw Object.assign(new Error(), { code: `orders_${orders.status}` });
  session.hasReadOrders = true; // an API that refuses every token would have people sign in for ever
  return response.end(`Hello ${session.email}\n${await orders.text()}\n`);
}
// #endregion

function startSession(response, values) {
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, { ...values, id });
  response.setHeader('set-cookie', `session=${id}; Path=/; HttpOnly; SameSite=Lax`); // and Secure, on https
}

function sessionIdOf({ headers }) {
  return /(?:^|; )session=([\w-]+)/.exec(headers.cookie)?.[1];
}

function answer(request, response) {
  const url = new URL(request.url, OWN_URL);
  const session = sessions.get(sessionIdOf(request));
  if (request.method === 'POST' && url.pathname === '/logged-out') return hearOfLogout(request, response);
  if (url.pathname === '/signed-in') return finishSignIn(url, session, response);
  if (url.pathname === '/log-out') return logOut(session, response);
  if (url.pathname === '/bye') return response.end('Bye\n');
  return url.pathname === '/' ? showOrders(session, response) : response.writeHead(404).end();
}

const server = createServer(async (request, response) => {
  try {
    await answer(request, response);
  } catch (error) {
    const isRefused = error instanceof oidc.AuthorizationResponseError || error.error === 'invalid_grant';
    const word = String(error.error ?? error.code ?? error.name).slice(0, 80);
    console.error(word.replaceAll(/[^\w-]/g, '?')); // no token and no code, and nothing that a terminal obeys
    if (isRefused) sessions.delete(sessionIdOf(request)); // the next request begins anew
    response.writeHead(isRefused ? 401 : 503).end(`${isRefused ? 'Please sign in again' : 'Try later'}\n`);
  }
});
server.listen(Number(PORT), '127.0.0.1');

// For services that come from express-oauth2-jwt-bearer or @fastify/jwt: the same tokens, the same routes.
import { createJwtSigner, generateKeyPair } from 'countersign';
import express from 'express';
import createFastify from 'fastify';
import { ask } from './support.mjs';

const { privateKey, publicKey: keys } = generateKeyPair('RS256');
const secret = 'only-here-it-is-known-to-everybody';
const app = express();
const fastify = createFastify();

// #region express
import { callerOf, createExpressMiddleware } from 'countersign/express';
import { createGate, oidc } from 'countersign/gate';

const gate = createGate({
  accept: [
    oidc({
      issuer: 'https://example.eu.auth0.com/', // issuerBaseURL, with the slash if `iss` has one
      audience: 'https://orders.example.com',
      algorithms: ['RS256'], // tokenSigningAlg
      accepts: 'access-tokens',
      unsafeAllowUntypedAccessTokens: true, // strict: false; or accessTokens({ issuer, audience }) for strict: true
      keys, // for this example only: without it, those that the issuer publishes
    }),
  ],
  toleranceSeconds: 5, // clockTolerance, whose default is 5; here it is 0
});
app.use(createExpressMiddleware(gate)); // auth({ ... })

const readers = createExpressMiddleware(gate, { scopes: 'orders:read' }); // requiredScopes('orders:read')
app.get('/orders', readers, (request, response) => {
  response.json(callerOf(request).claims); // request.auth.payload
});
const ofAcme = createExpressMiddleware(gate, {
  check: ({ claims }) => claims.tenant === 'acme', // claimEquals('tenant', 'acme')
});
app.get('/acme', ofAcme, (_request, response) => response.end());

// #endregion

// #region fastify
import { createJwtVerifier, importSecret, TokenError } from 'countersign';

const verifier = createJwtVerifier({
  keys: importSecret({ algorithm: 'HS256', secret }), // 32 bytes or more
  algorithms: ['HS256'],
  issuer: null, // or the `iss` that you sign with: verify.allowedIss
  audience: null, // or verify.allowedAud
  type: 'JWT',
  maxAgeSeconds: null,
});

fastify.addHook('onRequest', async (request, reply) => {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  try {
    request.user = verifier.verify(token).claims; // await request.jwtVerify()
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const challenge = token === '' ? 'Bearer' : `Bearer error="${error.oauthError}"`;
    return reply.code(error.status).header('www-authenticate', challenge).send({ code: error.code });
  }
});
// #endregion

const signerOf = (key) =>
  createJwtSigner({
    key,
    issuer: 'https://example.eu.auth0.com/',
    audience: 'https://orders.example.com',
    lifetimeSeconds: 60,
  });
const token = signerOf(privateKey).sign({ sub: 'user-1', scope: 'orders:read', tenant: 'other' });
const own = signerOf(importSecret({ algorithm: 'HS256', secret })).sign({ sub: 'user-2' });

fastify.get('/', async (request) => request.user.sub);
await fastify.ready();
const listener = (request, response) => fastify.routing(request, response);

console.log(JSON.parse((await ask(app, { path: '/orders', token })).body).sub);
for (const [server, request] of [
  [app, { path: '/acme', token }],
  [app, { path: '/orders' }],
  [app, { path: '/orders', token: own }],
  [listener, { token: own }],
  [listener, { token }],
  [listener, {}],
]) {
  const { status, headers, body } = await ask(server, request);
  console.log(status, headers.get('www-authenticate')?.split(',')[0] ?? body);
}

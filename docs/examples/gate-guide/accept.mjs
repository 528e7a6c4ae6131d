// Every acceptor there is. Nothing is fetched here: that begins with the first token, or with ready().
import { generateKeyPair, importSecret } from 'countersign';
import { definePolicy, STANDARD_EXTRAS } from 'countersign/api-token';

const APP_ID = '6f1c1d1e-7a50-4a3c-9d5e-0b7f3f6f2c11';
const { publicKey: apiTokenKey } = generateKeyPair('RS256');
const policy = definePolicy({ kinds: { user: 'auth_user', admin: 'auth_admin' }, extras: STANDARD_EXTRAS });
const secret = importSecret({ algorithm: 'HS256', secret: 'x'.repeat(32) });

// #region accept
import { createMemoryReplayStore } from 'countersign/asap';
import { accessTokens, apiTokens, asap, createGate, oidc, signIn } from 'countersign/gate';

const gate = createGate({
  accept: [
    // people, who signed in by e-mail to one of your apps; or at another OpenID provider
    signIn({ baseUrl: 'https://auth.example.com', appId: APP_ID }),
    oidc({ issuer: 'https://accounts.example.org', accepts: 'id-tokens', audience: 'our-client-id' }),
    // applications
    accessTokens({ issuer: 'https://auth.example.com', audience: 'https://orders.example.com' }),
    // services, each token once
    asap({
      audience: 'orders',
      issuers: ['billing', 'shipping'], // null: every service that has published a key
      repository: 'https://auth.example.com/asap/',
      replay: createMemoryReplayStore(),
    }),
    // holders of API tokens
    apiTokens({ policy, audience: 'orders', keys: apiTokenKey }), // or jwksUrl
  ],
});
// #endregion

// #region more
const ofSeveralIssuers = accessTokens({
  issuer: [
    'https://auth.example.com', // keys as its metadata says
    { issuer: 'https://login.example.net', jwksUrl: 'https://login.example.net/keys.json' },
  ],
  audience: 'https://orders.example.com',
});

// Keycloak, Auth0, Cognito: access tokens that do not say that they are some.
const ofKeycloak = oidc({
  issuer: 'https://sso.example.com/realms/main',
  accepts: 'access-tokens',
  audience: 'orders',
  clientId: ['web', 'mobile'], // whose tokens are taken; default: anybody's
  unsafeAllowUntypedAccessTokens: true,
});

// PyJOAT: tokens under a secret, or under one that a function gives for each token.
const underSecret = accessTokens({ provider: 'My Provider', audience: ['web'], secret });
// #endregion

createGate({ accept: [ofSeveralIssuers, ofKeycloak, underSecret] });
console.log(typeof gate.guard);
try {
  const again = { issuer: 'https://auth.example.com', accepts: 'access-tokens', audience: 'orders' };
  createGate({ accept: [ofSeveralIssuers, oidc(again)] });
} catch (error) {
  console.log(error.code, error.problems.join());
}

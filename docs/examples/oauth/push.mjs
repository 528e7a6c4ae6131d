// Prints a link to sign in by, whose parameters nobody can read or change on their way.
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:8080', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

const config = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  oidc.ClientSecretBasic(CLIENT_SECRET),
  {
    execute: [oidc.allowInsecureRequests], // for http://localhost; not with https
  },
);
const parameters = {
  redirect_uri: 'http://127.0.0.1:3000/signed-in',
  scope: 'openid',
  code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
  code_challenge_method: 'S256',
};

// #region push
const link = await oidc.buildAuthorizationUrlWithPAR(config, parameters); // in place of buildAuthorizationUrl
// #endregion
console.log(link.href);

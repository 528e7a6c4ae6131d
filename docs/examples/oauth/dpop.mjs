// Access tokens that are of no use without the key of whoever they were given to.
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:8080', ORDERS = 'http://localhost:8081' } = process.env;
const { CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

const config = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  oidc.ClientSecretBasic(CLIENT_SECRET),
  {
    execute: [oidc.allowInsecureRequests], // for http://localhost; not with https
  },
);

// #region dpop
const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));

const tokens = await oidc.clientCredentialsGrant(config, { scope: 'orders:read' }, { DPoP });
const orders = new URL(`${ORDERS}/orders`);
const answer = await oidc.fetchProtectedResource(config, tokens.access_token, orders, 'GET', null, null, {
  DPoP,
});
// #endregion
const stolen = await fetch(orders, { headers: { authorization: `Bearer ${tokens.access_token}` } });
console.log(tokens.token_type, answer.status, stolen.status); // dpop 200 401

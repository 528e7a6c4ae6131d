// Shipping was called with an access token, and calls Orders for whoever called.
import { decodeUnverifiedJwt } from 'countersign';
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:8080', ORDERS = 'http://localhost:8081' } = process.env;
const { CLIENT_ID = '', CLIENT_SECRET = '', TOKEN = '' } = process.env;

const config = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  oidc.ClientSecretBasic(CLIENT_SECRET),
  {
    execute: [oidc.allowInsecureRequests], // for http://localhost; not with https
  },
);

// #region exchange
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

async function tokenForOrders(tokenOfCaller) {
  const own = await oidc.clientCredentialsGrant(config); // keep it while it is good
  const exchanged = await oidc.genericGrantRequest(
    config,
    'urn:ietf:params:oauth:grant-type:token-exchange',
    {
      subject_token: tokenOfCaller,
      subject_token_type: ACCESS_TOKEN,
      actor_token: own.access_token, // says in `act` who calls; without it, nobody sees that it is not the caller
      actor_token_type: ACCESS_TOKEN,
      resource: ORDERS,
      scope: 'orders:read',
    },
  );
  return exchanged.access_token;
}
// #endregion
const token = await tokenForOrders(TOKEN);
const answer = await fetch(`${ORDERS}/orders`, { headers: { authorization: `Bearer ${token}` } });
const { sub, act, scope } = decodeUnverifiedJwt(token).unverifiedClaims;
console.log(JSON.stringify({ status: answer.status, sub, actor: act.client_id, scope }));

// A program without a browser, such as a command line: somebody connects it from a browser elsewhere.
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:8080', ORDERS = 'http://localhost:8081', CLIENT_ID = '' } = process.env;

const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.None(), {
  execute: [oidc.allowInsecureRequests], // for http://localhost; not with https
});

// #region device
const device = await oidc.initiateDeviceAuthorization(config, { scope: 'orders:read', resource: ORDERS });
console.log(`Open ${device.verification_uri} and type ${device.user_code}`);
console.log(`or open ${device.verification_uri_complete}`); // as a QR code, say

const tokens = await oidc.pollDeviceAuthorizationGrant(config, device); // waits; at most ten minutes
// #endregion
const answer = await fetch(`${ORDERS}/orders`, {
  headers: { authorization: `Bearer ${tokens.access_token}` },
});
console.log(answer.status, tokens.refresh_token === undefined ? 'for once' : 'and on');

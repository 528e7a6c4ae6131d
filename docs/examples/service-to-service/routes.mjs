// Different rules for different routes, and what comes of a header by each. Calls nobody.
import { createStaticKeys, generateKeyPair } from 'countersign';
import { createAsapAuthenticator, createAsapSigner } from 'countersign/asap';

const { privateKey, publicKey } = generateKeyPair('ES256', { kid: 'billing/key-1' });
const keys = createStaticKeys(publicKey);

// #region routes
const asap = createAsapAuthenticator({ keys, audience: 'orders', issuers: ['billing', 'back-office'] });

const admin = asap.forRoute({ issuers: ['back-office'] }); // fewer callers
const open = asap.forRoute({ mode: 'optional' }); // a request without a token is anonymous
const moving = asap.forRoute({ mode: 'unsafePermissive' }); // even with a bad one, while callers are moved over
// #endregion

// #region authorize
const found = await asap.authenticate(
  `Bearer ${createAsapSigner({ issuer: 'billing', keys: privateKey }).sign({ audience: 'orders' })}`,
);
if (found.outcome === 'caller') {
  const { issuer, subject, claims, expiresAt } = found.caller; // all of it verified
  const again = admin.authorize(found.caller); // the rules of another route, without looking at the token again
  console.log(issuer, subject, claims.aud, expiresAt > 0, again.outcome);
}
// #endregion

console.log((await open.authenticate(undefined)).outcome, (await moving.authenticate('Bearer x')).outcome);

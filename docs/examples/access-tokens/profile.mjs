// Access tokens under a private key (RFC 9068), and a resource server that answers as RFC 6750 asks it to.
import { exportPublicJwk, generateKeyPair } from 'countersign';

const { privateKey, publicKey } = generateKeyPair('ES256');
const jwks = { keys: [exportPublicJwk(publicKey)] };

// #region sign
import { createAccessTokenSigner } from 'countersign/access-token';

const signer = createAccessTokenSigner({ key: privateKey, issuer: 'https://authority.example' });

const token = await signer.signAsync({
  subject: 'user-1', // the client id where no user granted anything
  clientId: 'web',
  audience: 'https://api.example',
  scope: 'read write',
  lifetimeSeconds: 300,
  authTime: Math.floor(Date.now() / 1000) - 60, // when and how the user signed in, where you know it
  acr: 'urn:example:mfa',
  amr: ['pwd', 'otp'],
});

// #endregion

// #region verify
import { createStaticJwks } from 'countersign';
import { createAccessTokenVerifier } from 'countersign/access-token';

const verifier = createAccessTokenVerifier({
  keys: createStaticJwks({ jwks, algorithms: ['ES256'] }), // or createRemoteJwks({ url, algorithms })
  issuer: 'https://authority.example',
  audience: 'https://api.example', // who we are: a token for another service is refused
  algorithms: ['ES256'],
  requiredScopes: 'read',
});

const caller = await verifier.verifyAsync(token);
console.log(caller.subject, caller.clientId, caller.scopes, caller.acr);

// #endregion

// #region answer
import { TokenError, UnavailableError } from 'countersign';

async function answer(bearerToken) {
  try {
    const { subject } = await verifier.verifyAsync(bearerToken);
    return { status: 200, body: `hello ${subject}` };
  } catch (error) {
    if (error instanceof TokenError) {
      const challenge = `Bearer error="${error.oauthError}", error_description="${error.publicText}"`;
      return { status: error.status, headers: { 'www-authenticate': challenge } };
    }
    if (error instanceof UnavailableError) {
      return { status: 503, headers: { 'retry-after': String(error.retryAfterSeconds) } };
    }
    throw error;
  }
}
// #endregion

const request = { subject: 'user-1', clientId: 'web', audience: 'https://api.example' };
console.log((await answer(signer.sign({ ...request, scope: 'read' }))).status);
console.log((await answer(signer.sign({ ...request, scope: 'write' }))).status);
console.log((await answer(signer.sign({ ...request, audience: 'https://other.example' }))).status);

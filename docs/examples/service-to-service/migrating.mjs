// What a service that used atlassian-jwt-auth does here. Signs a token and verifies it, without any network.
import { exportPrivatePem, exportPublicPem, generateKeyPair } from 'countersign';

const { privateKey, publicKey } = generateKeyPair('RS256');
const privateKeyPem = exportPrivatePem(privateKey);
const publicKeyPem = exportPublicPem(publicKey);

// #region signer
import { createAsapSigner, createStaticPrivateKey } from 'countersign/asap';

const signer = createAsapSigner({
  issuer: 'issuer',
  keys: createStaticPrivateKey({ kid: 'issuer/key', pem: privateKeyPem }),
  // RS256, 60 seconds, sub = iss: the same defaults
});
const token = signer.sign({ audience: 'audience', claims: { tenant: 'example' } });

// #endregion

// #region verifier
import { createStaticKeys, importPublicKey, TokenError, UnavailableError } from 'countersign';
import { createAsapVerifier, createMemoryReplayStore } from 'countersign/asap';

const verifier = createAsapVerifier({
  keys: createStaticKeys(importPublicKey({ pem: publicKeyPem, algorithm: 'RS256', kid: 'issuer/key' })),
  audience: 'audience', // given once, not with every token
  issuers: null,
  replay: createMemoryReplayStore(), // check_jti_uniqueness=True
});

try {
  const caller = await verifier.verifyAsync(token);
  console.log(caller.issuer, caller.claims['tenant']);
} catch (error) {
  if (error instanceof TokenError) console.log('401 or 403:', error.code, error.status);
  else if (error instanceof UnavailableError) console.log('503, again in', error.retryAfterSeconds);
  else throw error;
}
// #endregion

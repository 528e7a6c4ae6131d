// Where keys come from: private ones to sign with, public ones to verify with. Signs and verifies with what it has made.
import { createAsapSigner, createAsapVerifier } from 'countersign/asap';

const { KEYS_URL = 'http://localhost:8090/asap/', PRIVATE_KEYS = 'private-keys' } = process.env;
const { BILLING_KEY_PEM = '', BILLING_KEY_URI = '' } = process.env;

// #region private-keys
import { createPrivateKeyDirectory, createStaticPrivateKey, parsePrivateKeyDataUri } from 'countersign/asap';

// <root>/<issuer>/*.pem: the last name signs, and is looked for anew with every token.
const fromFolder = createPrivateKeyDirectory({ root: PRIVATE_KEYS });

// One key and its id.
const fromPem = createStaticPrivateKey({ kid: 'billing/key-1', pem: BILLING_KEY_PEM });

// The same in one line, as `countersign keys export-data-uri` prints it.
const fromDataUri = createStaticPrivateKey(parsePrivateKeyDataUri(BILLING_KEY_URI));

// #endregion

// #region repository
import { createPemRepository, createRepositoryChain } from 'countersign';

const repository = createPemRepository({
  baseUrl: KEYS_URL, // https://keys.example.com/asap/
  allowHttpLoopback: true, // plain http, to this machine only
  cooldownSeconds: 5, // between one unknown key id and the next that is asked for
  maxAgeSeconds: 3600, // how long a revoked key may live on, whatever Cache-Control says
  staleIfErrorSeconds: 3600, // how long known keys go on while the repository is down
});

// Tried in this order; the next one only when the one before cannot be reached or fails.
const withFallback = createRepositoryChain([
  repository,
  createPemRepository({ baseUrl: 'https://keys-2.example.com/asap/' }),
]);

// #endregion

// #region other-keys
import {
  createRemoteJwks,
  createStaticJwks,
  createStaticKeys,
  exportPublicJwk,
  generateKeyPair,
} from 'countersign';

const byUrl = createRemoteJwks({ url: 'https://keys.example.com/jwks.json', algorithms: ['ES256'] });

const { publicKey } = generateKeyPair('ES256', { kid: 'shipping/key-1' });
const byDocument = createStaticJwks({ jwks: { keys: [exportPublicJwk(publicKey)] }, algorithms: ['ES256'] });
const byHand = createStaticKeys([publicKey]);

// Anything with these two methods is a source of keys.
const ofYourOwn = {
  peek: () => undefined, // a key where nothing has to be waited for
  resolve: ({ kid, algorithm }) => withFallback.resolve({ kid, algorithm }),
};
// #endregion

// #region verifier
const verifier = createAsapVerifier({
  keys: withFallback,
  audience: ['orders', 'https://orders.example.com'], // any of these names
  issuers: null, // null: every service whose key is published
  toleranceSeconds: 5, // how far clocks may differ; default 0
  maxLifetimeSeconds: 300, // default 3600, the most that the protocol allows
});
// #endregion

for (const keys of [fromFolder, fromPem, fromDataUri]) {
  const token = createAsapSigner({ issuer: 'billing', keys, algorithm: 'ES256' }).sign({
    audience: 'orders',
  });
  const { issuer, keyId } = await verifier.verifyAsync(token);
  console.log(`${issuer} ${keyId}`);
}
for (const keys of [byDocument, byHand, ofYourOwn, byUrl]) {
  createAsapVerifier({ keys, audience: 'orders', issuers: null, algorithms: ['ES256'] });
}

// #region reuse
const reusing = createAsapSigner({
  issuer: 'billing',
  keys: fromFolder,
  algorithm: 'ES256',
  lifetimeSeconds: 600,
  reuse: true, // the same token for the same audience and claims, for 95 % of its lifetime
});
const first = reusing.sign({ audience: 'search' });
const second = reusing.sign({ audience: 'search' }); // the very same
const fresh = reusing.sign({ audience: 'search', fresh: true }); // another
// #endregion
if (first !== second || fresh === first) throw new Error('tokens were not reused as told');

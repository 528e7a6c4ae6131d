// Access tokens under secrets: a provider issues them, a resource server that has the secrets parses them.
import { randomBytes } from 'node:crypto';

const clientSecrets = new Map([['web', randomBytes(32)]]);

// #region issue
import { createAccessTokenGenerator } from 'countersign/access-token';

const provider = createAccessTokenGenerator({
  provider: 'My Provider',
  secret: ({ aud = '' }) => clientSecrets.get(aud), // 32 bytes or more; undefined where there is no such client
});

const token = provider.issue({ clientId: 'web', userId: '1234', scope: ['profile', 'read'] }); // for an hour

// #endregion

// #region parse
import { createAccessTokenParser } from 'countersign/access-token';

const parser = createAccessTokenParser({
  secret: ({ aud = '' }) => clientSecrets.get(aud),
  expectedProvider: 'My Provider',
});

const parsed = parser.parse(token);
if (parsed.outcome === 'valid') {
  const { clientId, userId, authorizedScope } = parsed.credentials; // all of it verified
  console.log(clientId, userId, authorizedScope.includes('read'));
} else {
  console.log('401:', parsed.reason); // token_expired, bad_signature, key_not_found, ...
}
// #endregion

const database = { findSecret: async (clientId) => clientSecrets.get(clientId) };

// #region async
const fromDatabase = createAccessTokenParser({
  secret: async ({ aud = '' }) => database.findSecret(aud), // may reject: that is a 503, and no refusal
  expectedProvider: 'My Provider',
});
console.log((await fromDatabase.parseAsync(token)).outcome);
// #endregion

const rootFromYourSecretStore = randomBytes(32);

// #region derived
import { createDerivedSecrets, deriveClientSecret } from 'countersign/access-token';

const withoutDatabase = createAccessTokenGenerator({
  provider: 'My Provider',
  secret: createDerivedSecrets({ root: rootFromYourSecretStore }),
});
const forMobile = withoutDatabase.issue({ clientId: 'mobile', userId: '1234', scope: [] });

// For a service of one client, that is not to hold the root:
const own = deriveClientSecret({
  root: rootFromYourSecretStore,
  provider: 'My Provider',
  clientId: 'mobile',
});
console.log(createAccessTokenParser({ secret: () => own }).parse(forMobile).outcome);
// #endregion

const users = new Map([['1234', { tokenEpoch: 1 }]]);

// #region revocation
import { createHmac } from 'node:crypto';

const revocable = createAccessTokenGenerator({
  provider: 'My Provider',
  secret: ({ aud = '', sub = '' }) => {
    const secret = clientSecrets.get(aud);
    const user = users.get(sub);
    return secret && user && createHmac('sha256', secret).update(`${sub} ${user.tokenEpoch}`).digest();
  },
});
const before = revocable.issue({ clientId: 'web', userId: '1234', scope: [] });
users.set('1234', { tokenEpoch: 2 }); // signs the user out everywhere
console.log(revocable.parse(before).reason);
// #endregion

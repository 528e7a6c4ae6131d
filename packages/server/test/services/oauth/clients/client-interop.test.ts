/** A client library that this project did not write authenticates by every method that there is. */
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestClients, type TestClients } from '../../../support/client-calls.js';
import { ISSUER } from '../../../support/request-handler.js';

let test: TestClients;
beforeAll(async () => {
  test = await openTestClients();
  // The library has a clock of its own.
  test.clock.advance(Date.now() / 1000 - test.clock());
});
afterAll(() => test.close());

/** What the library sends for the client. */
async function comeIn(id: string, method: oauth.ClientAuth) {
  const [form, headers] = [new URLSearchParams(), new Headers()];
  await method({ issuer: ISSUER }, { client_id: id }, form, headers);
  const authorization = headers.get('authorization');
  return test.authenticate({
    form: Object.fromEntries(form),
    ...(authorization === null ? {} : { authorization }),
  });
}

describe('oauth4webapi', () => {
  it('RFC 6749 2.3.1: comes in with a secret, by header and by form', async () => {
    const { id, secret } = await test.create();
    expect((await comeIn(id, oauth.ClientSecretBasic(secret))).id).toBe(id);
    expect((await comeIn(id, oauth.ClientSecretPost(secret))).id).toBe(id);
  });

  it('RFC 6749 3.2.1: comes in without one as a public client', async () => {
    const { id } = await test.create({ authMethod: 'none' });
    expect((await comeIn(id, oauth.None())).id).toBe(id);
  });

  it.each(['ES256', 'ES512', 'PS256', 'RS256'])(
    'RFC 7523 2.2: comes in with an assertion under a key for %s',
    async (algorithm) => {
      const { privateKey, publicKey } = await oauth.generateKeyPair(algorithm, { extractable: true });
      const jwks = JSON.stringify({ keys: [await crypto.subtle.exportKey('jwk', publicKey)] });
      const { id } = await test.create({ authMethod: 'private_key_jwt', jwks });
      expect((await comeIn(id, oauth.PrivateKeyJwt(privateKey))).id).toBe(id);
    },
  );
});

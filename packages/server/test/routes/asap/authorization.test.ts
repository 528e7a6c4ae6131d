import { createHash } from 'node:crypto';
import { importPrivateKey, type SigningKey } from 'countersign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/domain/stores.js';
import { createKeyPublishers } from '../../../src/services/key-publishers.js';
import { ADMIN, ADMIN_TOKEN, openKeyServer, type TestKeyServer } from '../../support/asap-routes.js';
import { asapToken } from '../../support/asap-token.js';
import { aKeyPair, aPem, RSA_PAIR, spki } from '../../support/published-pem.js';
import { ISSUER } from '../../support/request-handler.js';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const REFUSED = {
  status: 401,
  json: { code: 'invalid_token' },
  headers: { 'www-authenticate': 'Bearer error="invalid_token"', 'cache-control': 'no-store' },
};

describe('who may change keys', () => {
  let server: TestKeyServer;
  let key: SigningKey;
  let next = 0;
  const newKid = (issuer = 'svc') => `${issuer}/new-${next++}`;

  /** Publishes a new key of the service, as an administrator. */
  async function publishPair(kid: string, ...algorithm: [] | ['ES384' | 'EdDSA']): Promise<SigningKey> {
    const pair = aKeyPair(kid, ...algorithm);
    await server.keys.publish({ kid, pem: pair.pem });
    return pair.privateKey;
  }
  const tokenOf = (claims: Record<string, unknown> = {}, by = key) => asapToken(by, server.clock(), claims);
  const putWith = (token: string, kid = newKid()) => server.put(kid, aPem(), bearer(token));

  beforeAll(async () => {
    server = await openKeyServer();
    key = await publishPair('svc/first');
  });
  afterAll(() => server.close());

  it('nobody without a token: 401, and the challenge says no more', async () => {
    for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer' }]) {
      const challenge = {
        status: 401,
        json: { code: 'token_required' },
        headers: { 'www-authenticate': 'Bearer' },
      };
      expect(await server.put('svc/2', aPem(), headers as Record<string, string>)).toMatchObject(challenge);
      expect(
        await server.call('DELETE', 'svc/first', { headers: headers as Record<string, string> }),
      ).toMatchObject(challenge);
    }
    expect((await server.call('GET', 'svc/first')).status).toBe(200);
  });

  it('an administrator, by the token of the configuration, every key', async () => {
    for (const kid of [newKid('svc'), newKid('other'), 'bare']) {
      expect((await server.put(kid, aPem())).status).toBe(201);
      expect((await server.call('DELETE', kid, { headers: ADMIN })).status).toBe(204);
    }
  });

  it('nobody by a token that is nearly that one, or where there is none', async () => {
    for (const token of [
      ADMIN_TOKEN.slice(1),
      `${ADMIN_TOKEN}x`,
      ADMIN_TOKEN.toLowerCase(),
      'null',
      '.',
      '..',
    ])
      expect(await putWith(token)).toMatchObject(REFUSED);
    const without = await openKeyServer({ adminToken: null });
    expect(await without.put('svc/1', aPem())).toMatchObject(REFUSED);
    for (const token of ['null', 'undefined'])
      expect(await without.put('svc/1', aPem(), bearer(token))).toMatchObject(REFUSED);
    await without.close();
  });

  it('A4: a service, by a token of its own, the keys under its name', async () => {
    const kid = newKid();
    const pair = aKeyPair(kid);
    expect((await server.put(kid, pair.pem, bearer(tokenOf()))).status).toBe(201);
    const byNewKey = await server.call('DELETE', 'svc/first-but-one', {
      headers: bearer(tokenOf({}, pair.privateKey)),
    });
    expect(byNewKey.status).toBe(404);
    expect((await server.call('DELETE', kid, { headers: bearer(tokenOf({}, pair.privateKey)) })).status).toBe(
      204,
    );
    expect((await putWith(tokenOf(), 'svc')).status).toBe(201);
  });

  it.each(['svc2/k', 'svcx', 'sv/k', 'SVC/k', 'other/svc/k', 'svc.x/k'])(
    'A1, A4: a service not the key %s, which is under another name: 403, without a challenge',
    async (kid) => {
      const answer = await putWith(tokenOf(), kid);
      expect(answer).toMatchObject({ status: 403, json: { code: 'not_key_owner' } });
      expect(answer.headers).not.toHaveProperty('www-authenticate');
      expect((await server.call('GET', kid)).status).toBe(404);
      const removed = await server.call('DELETE', kid, { headers: bearer(tokenOf()) });
      expect(removed.status).toBe(403);
    },
  );

  it('A9: a token once', async () => {
    const token = tokenOf();
    expect((await putWith(token)).status).toBe(201);
    expect(await putWith(token)).toMatchObject(REFUSED);
    server.clock.advance(60);
    expect(await putWith(token)).toMatchObject(REFUSED);
  });

  it('A9: a token used in one process is refused in another, and after a restart', async () => {
    const first = await server.openAgain();
    const second = await server.openAgain();
    const [token, late] = [tokenOf(), tokenOf()];
    const putTo = (process: TestKeyServer, sent: string) => process.put(newKid(), aPem(), bearer(sent));
    expect((await putTo(first, token)).status).toBe(201);
    expect(await putTo(second, token)).toMatchObject(REFUSED);
    expect((await putTo(second, late)).status).toBe(201);
    await Promise.all([first.close(), second.close()]);
    const restarted = await server.openAgain();
    for (const used of [token, late]) expect(await putTo(restarted, used)).toMatchObject(REFUSED);
    expect((await putTo(restarted, tokenOf())).status).toBe(201);
    await restarted.close();
  });

  it('A9, S14: a token no more once the purge forgets it, as it expired a quarter of an hour before', async () => {
    const token = tokenOf();
    const { store } = server.temporary;
    expect((await putWith(token)).status).toBe(201);
    server.clock.advance(89);
    await store.purgeExpired(server.clock(), 1000);
    expect(await putWith(token)).toMatchObject(REFUSED);
    server.clock.advance(1 + 900);
    expect(await store.purgeExpired(server.clock(), 1000)).toBeGreaterThan(0);
    expect(await putWith(token)).toMatchObject(REFUSED);
  });

  it('A9: and what the store keeps of it is not its id', async () => {
    const uses: object[] = [];
    const publishers = createKeyPublishers({
      store: {
        publishedKeys: server.temporary.store.publishedKeys,
        replayedTokens: {
          insertOnce: async (use) => {
            uses.push(use);
            return 'inserted';
          },
        },
      },
      issuer: ISSUER,
      adminToken: null,
      clock: server.clock,
    });
    await publishers.authorize(tokenOf({ jti: 'ada@example.com' }), 'svc/1');
    const tokenHash = createHash('sha256').update('ada@example.com').digest('base64url');
    expect(uses).toEqual([{ issuer: 'svc', tokenHash, expiresAt: server.clock() + 90 + 900 }]);
  });

  it('A10: one of many calls with one token', async () => {
    const token = tokenOf();
    const answers = await Promise.all(Array.from({ length: 20 }, () => putWith(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(401)]);
  });

  it('A11: and a forged copy does not use it up', async () => {
    const token = tokenOf();
    const [header, payload] = token.split('.');
    const forged = tokenOf().split('.')[2];
    expect(await putWith(`${header}.${payload}.${forged}`)).toMatchObject(REFUSED);
    expect((await putWith(token)).status).toBe(201);
  });

  it.each([
    ['for another audience', { aud: 'https://elsewhere.example' }],
    ['for the authority with a slash', { aud: `${ISSUER}/` }],
    ['for nobody', { aud: null }],
    ['of another subject', { sub: 'other' }],
    ['of another issuer', { iss: 'other', sub: 'other' }],
    ['of an issuer that the key id only begins like', { iss: 'sv', sub: 'sv' }],
    ['without an id', { jti: null }],
    ['that was never to expire', { exp: 9_999_999_999 }],
  ])('nobody by a token %s', async (_title, claims) => {
    expect(await putWith(tokenOf(claims))).toMatchObject(REFUSED);
  });

  it('S14: a service whose clock is off by half a minute and no more', async () => {
    const now = server.clock();
    const at = (iat: number) => ({ iat, nbf: iat, exp: iat + 60 });
    expect((await putWith(tokenOf(at(now + 30)))).status).toBe(201);
    expect(await putWith(tokenOf(at(now + 31)))).toMatchObject(REFUSED);
    expect((await putWith(tokenOf(at(now - 89)))).status).toBe(201);
    expect(await putWith(tokenOf(at(now - 90)))).toMatchObject(REFUSED);
  });

  it('nobody by a key that is not published, nor by another one under a published id', async () => {
    expect(await putWith(tokenOf({}, aKeyPair('svc/unpublished').privateKey))).toMatchObject(REFUSED);
    expect(await putWith(tokenOf({}, aKeyPair('svc/first').privateKey))).toMatchObject(REFUSED);
    expect(await putWith(tokenOf({}, aKeyPair('svc/../svc/first').privateKey))).toMatchObject(REFUSED);
  });

  it('K8: nobody by a key from the moment it is revoked, in whichever process', async () => {
    const revoked = await publishPair('svc/revoked');
    expect((await putWith(tokenOf({}, revoked))).status).toBe(201);
    const otherProcess = await server.temporary.openAgain();
    await otherProcess.publishedKeys.revoke('svc/revoked', server.clock());
    await otherProcess.close();
    expect(await putWith(tokenOf({}, revoked))).toMatchObject(REFUSED);
  });

  it('a service that revoked its last key only by an administrator again', async () => {
    const last = await publishPair('lonely/1');
    const headers = bearer(tokenOf({}, last));
    expect((await server.call('DELETE', 'lonely/1', { headers })).status).toBe(204);
    expect(await putWith(tokenOf({}, last), 'lonely/2')).toMatchObject(REFUSED);
    expect((await server.put('lonely/2', aPem())).status).toBe(201);
  });

  it('a service by a key of every type that can be published', async () => {
    const rsa = (algorithm: 'RS256' | 'PS512') =>
      importPrivateKey({ algorithm, kid: 'svc/rsa', keyObject: RSA_PAIR.privateKey });
    await server.keys.publish({ kid: 'svc/rsa', pem: spki(RSA_PAIR.publicKey) });
    const keys = [
      rsa('RS256'),
      rsa('PS512'),
      await publishPair('svc/es384', 'ES384'),
      await publishPair('svc/ed25519', 'EdDSA'),
    ];
    for (const by of keys) expect((await putWith(tokenOf({}, by))).status).toBe(201);
  });

  it.each([
    ['keys', 5],
    ['replays', 10],
  ])('S12: nobody while the store of %s cannot answer: 503, not 401', async (down, retryAfterSeconds) => {
    const fail = async () => {
      throw new StoreUnavailableError('read-only');
    };
    const { publishedKeys, replayedTokens } = server.temporary.store;
    const publishers = createKeyPublishers({
      store: {
        publishedKeys: down === 'keys' ? { ...publishedKeys, find: fail } : publishedKeys,
        replayedTokens: down === 'replays' ? { insertOnce: fail } : replayedTokens,
      },
      issuer: ISSUER,
      adminToken: null,
      clock: server.clock,
    });
    await expect(publishers.authorize(tokenOf(), 'svc/1')).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
      retryAfterSeconds,
    });
  });

  it('S6: and no token is logged or sent back', async () => {
    const tokens = [tokenOf(), tokenOf({ aud: 'x' }), ADMIN_TOKEN];
    const answers = [];
    for (const token of tokens) answers.push(await putWith(token));
    const seen = JSON.stringify([answers, server.log]);
    expect(server.log.length).toBeGreaterThan(10);
    for (const token of [...tokens, ...tokens.flatMap((token) => token.split('.'))])
      expect(seen).not.toContain(token);
  });
});

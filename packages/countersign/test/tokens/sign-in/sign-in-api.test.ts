import { describe, expect, it } from 'vitest';
import { APP_ID, APP_URL, clientWith, ID_TOKEN, REFRESH_TOKEN } from './support/client-with.js';
import { rejectionOf } from './support/rejection.js';
import { empty, json, text } from './support/scripted-fetch.js';

function idTokenWith(claims: object): string {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${segment({ alg: 'ES512', typ: 'JWT', kid: 'k' })}.${segment(claims)}.c2ln`;
}

const CLAIMS = {
  email: 'ana@example.com',
  sub: 'ana@example.com',
  aud: APP_ID,
  iss: APP_URL,
  jti: '6a22c912-f036-4e42-bf39-477fa3a18f6d',
  token_use: 'id',
  iat: 1_583_695_439,
  nbf: 1_583_695_439,
  exp: 1_583_697_239,
};

describe('startSignIn', () => {
  it('JAM-2: posts the address as JSON and gives the request id', async () => {
    const { client, sent } = clientWith(json(200, { requestId: 'r-1' }));
    expect(await client.startSignIn('ana@example.com')).toEqual({ requestId: 'r-1' });
    expect(sent[0]?.url).toBe(`${APP_URL}/authenticate`);
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"ana@example.com"}',
      redirect: 'manual',
    });
  });

  it.each([
    ['no body', empty(200)],
    ['a body that is not JSON', text(200, 'OK', 'sent!')],
    ['a body without a request id', json(200, { requestId: 7 })],
    ['a body that is a list', json(200, [])],
    ['a body beyond any measure', text(200, 'OK', 'x'.repeat(70_000))],
    ['a body that breaks off', () => new Response(brokenBody(), { status: 200 })],
  ])('JAM-2: succeeds on 200 with %s', async (_what, answer) => {
    const { client } = clientWith(answer);
    expect(await client.startSignIn('ana@example.com')).toEqual({ requestId: undefined });
  });

  it.each([
    [400, 'bad_request', 'invalid email'],
    [404, 'not_found', 'App not found'],
  ])('JAM-3: answers %i with reason %s and the message of the answer', async (status, reason, message) => {
    const { client } = clientWith(json(status, { message, code: 'whatever' }));
    const error = await rejectionOf(client.startSignIn('failure'));
    expect(error).toMatchObject({ reason, message, status });
    expect('code' in error).toBe(false);
  });

  it('JAM-3, JAM-4: falls back to status line and body when a 400 has no message', async () => {
    const { client } = clientWith(text(400, 'Bad Request', '{"message":17}'));
    const error = await rejectionOf(client.startSignIn('a@example.com'));
    expect(error).toMatchObject({ reason: 'bad_request', message: '400 Bad Request: {"message":17}' });
  });

  it('tells how long to wait when asked too often', async () => {
    const { client } = clientWith(json(429, { message: 'Slow down' }, { 'retry-after': '120' }));
    expect(await rejectionOf(client.startSignIn('a@example.com'))).toMatchObject({
      reason: 'too_many_requests',
      message: 'Slow down',
      status: 429,
      retryAfterSeconds: 120,
    });
  });
});

function brokenBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
}

describe('refreshIdToken', () => {
  it('JAM-9: posts the refresh token and gives the new ID token only', async () => {
    const { client, sent } = clientWith(json(200, { idToken: ID_TOKEN }));
    expect(await client.refreshIdToken(REFRESH_TOKEN)).toBe(ID_TOKEN);
    expect(sent[0]?.url).toBe(`${APP_URL}/refresh`);
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      body: JSON.stringify({ refreshToken: REFRESH_TOKEN }),
    });
  });

  it.each([
    [400, 'bad_request', 'invalid body', false],
    [401, 'unauthorized', 'Refresh token was invalid or expired', true],
    [404, 'not_found', 'app not found', false],
  ])('JAM-9: answers %i with reason %s', async (status, reason, message, refused) => {
    const { client } = clientWith(json(status, { message: status === 401 ? 'never read' : message }));
    const error = await rejectionOf(client.refreshIdToken('failure'));
    expect(error).toMatchObject({ reason, message });
    expect(error.code).toBe(refused ? 'unauthorized' : undefined);
  });

  it('JAM-9: needs no body with a 401', async () => {
    const { client } = clientWith(empty(401));
    expect(await rejectionOf(client.refreshIdToken('failure'))).toMatchObject({ reason: 'unauthorized' });
  });

  it.each([
    ['nothing', empty(200)],
    ['no ID token', json(200, {})],
    ['an empty one', json(200, { idToken: '' })],
    ['no JSON', text(200, 'OK', ID_TOKEN)],
    ['too much', text(200, 'OK', `{"idToken":"${'x'.repeat(70_000)}"}`)],
  ])('rejects an answer of 200 with %s', async (_what, answer) => {
    const { client } = clientWith(answer);
    expect(await rejectionOf(client.refreshIdToken('r'))).toMatchObject({
      reason: 'unexpected_answer',
      message: 'The answer of the authority holds no ID token',
    });
  });
});

describe('verifyIdTokenRemotely', () => {
  it('JAM-8: asks the authority and reads the claims without verifying anything', async () => {
    const token = idTokenWith({ ...CLAIMS, email: 'añá@example.com' });
    const { client, sent } = clientWith(empty(200));
    const person = await client.verifyIdTokenRemotely(token);
    expect(person).toEqual({
      verifiedBy: 'authority',
      email: 'añá@example.com',
      subject: 'ana@example.com',
      issuer: APP_URL,
      audience: APP_ID,
      tokenId: CLAIMS.jti,
      issuedAt: CLAIMS.iat,
      expiresAt: CLAIMS.exp,
      claims: { ...CLAIMS, email: 'añá@example.com' },
    });
    expect(Object.isFrozen(person) && Object.isFrozen(person.claims)).toBe(true);
    expect(sent[0]?.url).toBe(`${APP_URL}/verify`);
    expect(sent[0]?.init.body).toBe(JSON.stringify({ idToken: token }));
  });

  it.each([
    [400, 'unexpected_answer', '400 : {"message":"no"}'],
    [401, 'not_verified', 'The authority says that the ID token is not valid'],
    [404, 'not_found', 'no'],
    [500, 'unexpected_answer', '500 : {"message":"no"}'],
  ])('JAM-8: answers %i with reason %s and never reads the token', async (status, reason, message) => {
    const { client } = clientWith(json(status, { message: 'no' }));
    // Reading it would give another error: this is no token at all.
    expect(await rejectionOf(client.verifyIdTokenRemotely('no token'))).toMatchObject({ reason, message });
  });

  it.each([
    ['no token', 'no token'],
    ['a payload that is no JSON', 'e30.bm8.c2ln'],
    ['a payload that is a list', 'e30.W10.c2ln'],
    ['no e-mail', idTokenWith({ ...CLAIMS, email: undefined })],
    ['another audience', idTokenWith({ ...CLAIMS, aud: 'another' })],
    ['dates beyond numbers', idTokenWith(CLAIMS).replace(/\.[^.]+\./, `.${infiniteExpiry()}.`)],
    ['16 385 characters', idTokenWith({ ...CLAIMS, filler: 'x'.repeat(16_000) })],
  ])('does not believe an authority that accepts %s', async (_what, token) => {
    const { client } = clientWith(empty(200));
    const error = await rejectionOf(client.verifyIdTokenRemotely(token));
    expect(error).toMatchObject({ reason: 'unexpected_answer' });
    expect(error.message).not.toContain(token);
  });
});

function infiniteExpiry(): string {
  const claims = JSON.stringify(CLAIMS).replace(String(CLAIMS.exp), '1e400');
  return Buffer.from(claims).toString('base64url');
}

describe('deleteRefreshToken', () => {
  it('JAM-10, JAM-12: percent-encodes the token in the path and sends the ID token as bearer', async () => {
    const { client, sent } = clientWith(empty(204));
    expect(await client.deleteRefreshToken(ID_TOKEN, REFRESH_TOKEN)).toBeUndefined();
    expect(sent[0]?.url).toBe(`${APP_URL}/user/refresh/a%2Bb%2Fc%3D%3D%3F%26%23d%20%C3%A9`);
    expect(sent[0]?.init.method).toBe('DELETE');
    expect(sent[0]?.init.headers).toMatchObject({ authorization: `Bearer ${ID_TOKEN}` });
    expect(sent[0]?.init.body).toBeUndefined();
  });

  it.each([
    [401, 'unauthorized', 'ID token is invalid'],
    [404, 'not_found', 'not found'],
    [500, 'unexpected_answer', '500 : {"message":"not found"}'],
    [200, 'unexpected_answer', '200 : {"message":"not found"}'],
  ])('JAM-10: answers %i with reason %s', async (status, reason, message) => {
    const { client } = clientWith(json(status, { message: 'not found' }));
    const error = await rejectionOf(client.deleteRefreshToken(ID_TOKEN, 'r'));
    expect(error).toMatchObject({ reason, message, status });
  });

  it.each(['', '.', '..', '\ud800', undefined as never])(
    'JAM-12: a token that would change the path (%j) is not found and nothing is sent',
    async (refreshToken) => {
      const { client, sent } = clientWith(empty(204));
      const error = await rejectionOf(client.deleteRefreshToken(ID_TOKEN, refreshToken));
      expect(error.reason).toBe('not_found');
      expect(sent).toEqual([]);
    },
  );
});

describe('deleteAllRefreshTokens', () => {
  it('JAM-11: deletes the collection with the ID token as bearer', async () => {
    const { client, sent } = clientWith(empty(204));
    expect(await client.deleteAllRefreshTokens(ID_TOKEN)).toBeUndefined();
    expect(sent[0]).toMatchObject({ url: `${APP_URL}/user/refresh`, init: { method: 'DELETE' } });
    expect(sent[0]?.init.headers).toMatchObject({ authorization: `Bearer ${ID_TOKEN}` });
  });

  it.each([
    [401, 'unauthorized', 'ID token is invalid'],
    [404, 'unexpected_answer', '404 : {"message":"no"}'],
    [500, 'unexpected_answer', '500 : {"message":"no"}'],
  ])('JAM-11: answers %i with reason %s', async (status, reason, message) => {
    const { client } = clientWith(json(status, { message: 'no' }));
    expect(await rejectionOf(client.deleteAllRefreshTokens(ID_TOKEN))).toMatchObject({ reason, message });
  });

  it.each(['', 'no token', `${ID_TOKEN}\r\nx: y`, `${ID_TOKEN} `, 'ä.b.c', `${'a'.repeat(16_384)}.b.c`])(
    'S6: text that is no token never gets near a header',
    async (idToken) => {
      const { client, sent } = clientWith(empty(204));
      for (const call of [client.deleteAllRefreshTokens(idToken), client.deleteRefreshToken(idToken, 'r')]) {
        const error = await rejectionOf(call);
        expect(error).toMatchObject({
          reason: 'unauthorized',
          code: 'unauthorized',
          message: 'ID token is invalid',
        });
      }
      expect(sent).toEqual([]);
    },
  );
});

describe('finishing by code', () => {
  it('exchanges the code of a redirect for the tokens', async () => {
    const { client, sent } = clientWith(json(200, { idToken: ID_TOKEN, refreshToken: 'r' }));
    expect(await client.exchangeCode('one-time')).toEqual({ idToken: ID_TOKEN, refreshToken: 'r' });
    expect(sent[0]).toMatchObject({
      url: `${APP_URL}/exchange`,
      init: { method: 'POST', body: '{"code":"one-time"}' },
    });
  });

  it('gives null for the refresh token of an app without refresh', async () => {
    const { client } = clientWith(json(200, { idToken: ID_TOKEN }));
    expect(await client.exchangeCode('one-time')).toEqual({ idToken: ID_TOKEN, refreshToken: null });
  });

  it('tells of a code that is used, without naming it', async () => {
    const { client } = clientWith(json(400, { message: 'Code one-time is used' }));
    const error = await rejectionOf(client.exchangeCode('one-time'));
    expect(error).toMatchObject({ reason: 'bad_request', message: 'Code [withheld] is used' });
  });

  it('finishes with request id and typed code', async () => {
    const { client, sent } = clientWith(json(200, { idToken: ID_TOKEN, refreshToken: 'r' }));
    expect(await client.finishWithCode('r-1', '123456')).toEqual({ idToken: ID_TOKEN, refreshToken: 'r' });
    expect(sent[0]).toMatchObject({
      url: `${APP_URL}/code`,
      init: { body: '{"requestId":"r-1","code":"123456"}' },
    });
  });

  it('S6: withholds request id and typed code that the answer echoes', async () => {
    const { client } = clientWith(json(401, { message: '123456 is not the code of request-1' }));
    const error = await rejectionOf(client.finishWithCode('request-1', '123456'));
    expect(error.message).toBe('[withheld] is not the code of [withheld]');
  });

  it('tells a wrong typed code', async () => {
    const { client } = clientWith(json(401, { message: 'That code is not right.', code: 'wrong_code' }));
    const error = await rejectionOf(client.finishWithCode('r-1', '000000'));
    expect(error).toMatchObject({
      reason: 'wrong_code',
      code: 'unauthorized',
      message: 'That code is not right.',
    });
  });
});

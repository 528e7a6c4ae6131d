import { describe, expect, it } from 'vitest';
import { refuses } from '../../support/api-services.js';
import { callApi } from '../../support/call-api.js';

const ID_TOKEN = 'eyJh.eyJz.c2ln';
const BEARER = { authorization: `Bearer ${ID_TOKEN}` };

describe('POST /{appId}/verify', () => {
  it('JAM-8: answers 200 for a good token', async () => {
    const answer = await callApi('POST', '/{app}/verify', { body: { idToken: ID_TOKEN } });
    expect(answer).toMatchObject({ status: 200, json: {} });
    expect(answer.calls).toEqual([{ name: 'verifyIdToken', input: [ID_TOKEN] }]);
  });

  it.each([
    ['malformed_token', 400],
    ['invalid_id_token', 401],
  ] as const)('JAM-8: answers %s with %i and a message as JSON', async (code, status) => {
    const changes = { tokens: { verifyIdToken: refuses(code) } };
    expect(await callApi('POST', '/{app}/verify', { body: { idToken: 'x' } }, changes)).toMatchObject({
      status,
      json: { message: expect.any(String), code },
      headers: { 'content-type': 'application/json' },
    });
  });

  it('JAM-8: answers 404 with a message for an unknown app', async () => {
    const answer = await callApi('POST', '/nobody/verify', { body: { idToken: ID_TOKEN } });
    expect(answer).toMatchObject({ status: 404, json: { code: 'unknown_app' } });
  });
});

describe('POST /{appId}/refresh', () => {
  it('JAM-9: gives a new ID token and nothing else', async () => {
    const answer = await callApi('POST', '/{app}/refresh', { body: { refreshToken: 'a/b+c==' } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ idToken: 'id.of.refresh' });
    expect(answer.calls).toEqual([{ name: 'refresh', input: ['a/b+c=='] }]);
  });

  it.each([
    ['refresh_not_allowed', 400],
    ['malformed_token', 400],
    ['invalid_refresh_token', 401],
    ['unknown_refresh_token', 404],
  ] as const)('JAM-9: answers %s with %i and a message as JSON', async (code, status) => {
    const changes = { tokens: { refresh: refuses(code) } };
    expect(await callApi('POST', '/{app}/refresh', { body: { refreshToken: 'x' } }, changes)).toMatchObject({
      status,
      json: { message: expect.any(String), code },
    });
  });

  it('JAM-9: answers 400 and names the field without a refresh token', async () => {
    expect(await callApi('POST', '/{app}/refresh', { body: { idToken: ID_TOKEN } })).toMatchObject({
      status: 400,
      json: { message: '"refreshToken" must be a string.' },
      calls: [],
    });
  });
});

describe('DELETE /{appId}/user/refresh/{token}', () => {
  it('JAM-10: answers 204 without a body', async () => {
    const answer = await callApi('DELETE', '/{app}/user/refresh/abc', { headers: BEARER });
    expect(answer).toMatchObject({ status: 204, body: null });
    expect(answer.calls).toEqual([
      { name: 'verifyIdToken', input: [ID_TOKEN] },
      { name: 'deleteRefreshToken', input: [{ email: 'ann@example.com' }, 'abc'] },
    ]);
  });

  it('JAM-12: decodes the token of the path, as the original clients encode it', async () => {
    const token = 'ab/cd+ef==';
    const answer = await callApi('DELETE', `/{app}/user/refresh/${encodeURIComponent(token)}`, {
      headers: BEARER,
    });
    expect(answer.calls[1]?.input[1]).toBe(token);
  });

  it('JAM-12: finds nothing where a client left the slash of a token as it is', async () => {
    expect(await callApi('DELETE', '/{app}/user/refresh/ab/cd', { headers: BEARER })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
      calls: [],
    });
  });

  it('JAM-10: answers 404 with a message for a token that is not the person’s', async () => {
    const changes = { tokens: { deleteRefreshToken: refuses('unknown_refresh_token') } };
    expect(await callApi('DELETE', '/{app}/user/refresh/abc', { headers: BEARER }, changes)).toMatchObject({
      status: 404,
      json: { message: 'There is no such refresh token.', code: 'unknown_refresh_token' },
    });
  });
});

describe('DELETE /{appId}/user/refresh', () => {
  it('JAM-11: answers 204 without a body', async () => {
    const answer = await callApi('DELETE', '/{app}/user/refresh', { headers: BEARER });
    expect(answer).toMatchObject({ status: 204, body: null });
    expect(answer.calls[1]).toEqual({
      name: 'deleteAllRefreshTokens',
      input: [{ email: 'ann@example.com' }],
    });
  });
});

describe.each(['/{app}/user/refresh', '/{app}/user/refresh/abc'])(
  'the ID token presented to DELETE %s',
  (path) => {
    const UNAUTHORIZED = {
      status: 401,
      json: { message: 'ID token is invalid', code: 'invalid_id_token' },
      headers: {
        'content-type': 'application/json',
        'www-authenticate': 'Bearer',
        'access-control-allow-origin': '*',
      },
    };

    it.each(['bearer', 'BEARER', 'Bearer '])('C17: may follow the scheme %j', async (scheme) => {
      const headers = { authorization: `${scheme} ${ID_TOKEN}` };
      expect(await callApi('DELETE', path, { headers })).toMatchObject({ status: 204 });
    });

    it('JAM-10 JAM-11: must be there', async () => {
      expect(await callApi('DELETE', path)).toMatchObject({ ...UNAUTHORIZED, calls: [] });
    });

    it.each([
      '',
      'Bearer',
      'Bearer ',
      `Basic ${ID_TOKEN}`,
      ID_TOKEN,
      'Bearer a b',
      'Bearer a, Bearer b',
      'Bearer\ta',
    ])('C17: is not found in Authorization %j', async (authorization) => {
      expect(await callApi('DELETE', path, { headers: { authorization } })).toMatchObject({
        ...UNAUTHORIZED,
        calls: [],
      });
    });

    it.each(['invalid_id_token', 'malformed_token'] as const)(
      'JAM-10 JAM-11: is answered 401 if it is bad (%s), in the words of the original',
      async (code) => {
        const changes = { tokens: { verifyIdToken: refuses(code) } };
        expect(await callApi('DELETE', path, { headers: BEARER }, changes)).toMatchObject(UNAUTHORIZED);
      },
    );

    it('is answered 503, not 401, if it cannot be checked', async () => {
      const changes = { tokens: { verifyIdToken: refuses('unavailable') } };
      expect(await callApi('DELETE', path, { headers: BEARER }, changes)).toMatchObject({ status: 503 });
    });

    it('JAM-10: does not matter for an unknown app', async () => {
      const answer = await callApi('DELETE', path.replace('{app}', 'nobody'), { headers: BEARER });
      expect(answer).toMatchObject({ status: 404, json: { code: 'unknown_app' } });
    });
  },
);

describe('GET /{appId}/.well-known/jwks.json', () => {
  it('JAM-5: gives the key set as JSON that may be kept for five minutes', async () => {
    const answer = await callApi('GET', '/{app}/.well-known/jwks.json');
    expect(answer).toMatchObject({
      status: 200,
      json: { keys: [{ kid: '1' }] },
      headers: {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        etag: '"one"',
        'access-control-allow-origin': '*',
      },
    });
  });

  it.each(['"one"', 'W/"one"', '"zero", "one"', '*', ' "one" '])(
    'answers 304 to If-None-Match %s',
    async (value) => {
      const answer = await callApi('GET', '/{app}/.well-known/jwks.json', {
        headers: { 'if-none-match': value },
      });
      expect(answer).toMatchObject({ status: 304, body: null, headers: { etag: '"one"' } });
    },
  );

  it.each(['"two"', 'one', '', '"on'])('answers 200 to If-None-Match %j', async (value) => {
    const answer = await callApi('GET', '/{app}/.well-known/jwks.json', {
      headers: { 'if-none-match': value },
    });
    expect(answer.status).toBe(200);
  });

  it('JAM-5: answers 404 with a message for an unknown app', async () => {
    expect(await callApi('GET', '/nobody/.well-known/jwks.json')).toMatchObject({
      status: 404,
      json: { message: 'There is no app with this id.', code: 'unknown_app' },
    });
  });
});

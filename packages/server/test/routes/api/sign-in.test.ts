import { describe, expect, it } from 'vitest';
import { refuses } from '../../support/api-services.js';
import { callApi } from '../../support/call-api.js';

const EMAIL = 'ann@example.com';

describe('POST /{appId}/authenticate', () => {
  it('JAM-2: answers 200 once the mail is on its way, and gives the request id', async () => {
    const answer = await callApi('POST', '/{app}/authenticate', {
      body: { email: EMAIL },
      headers: { 'user-agent': 'Browser/1' },
      clientIp: '203.0.113.5',
    });
    expect(answer).toMatchObject({ status: 200, json: { requestId: 'r'.repeat(43) } });
    expect(answer.calls).toEqual([
      { name: 'start', input: [EMAIL, { clientIp: '203.0.113.5', unverifiedUserAgent: 'Browser/1' }] },
    ]);
  });

  it('JAM-2: takes exactly what the original clients send, and ignores members it does not know', async () => {
    const body = new TextEncoder().encode('{"email": "ann@example.com", "locale": "en"}');
    const headers = { 'content-type': 'application/json' };
    expect(await callApi('POST', '/{app}/authenticate', { body, headers })).toMatchObject({ status: 200 });
  });

  it('JAM-3: answers 400 with a message as JSON for an address that is none', async () => {
    const changes = { signIn: { start: refuses('invalid_email') } };
    const answer = await callApi('POST', '/{app}/authenticate', { body: { email: 'x' } }, changes);
    expect(answer).toMatchObject({
      status: 400,
      json: { message: 'This is not an e-mail address that mail can be sent to.', code: 'invalid_email' },
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    });
  });

  it('JAM-3: answers 404 with a message as JSON for an unknown app', async () => {
    const path = '/00000000-0000-4000-8000-000000000000/authenticate';
    expect(await callApi('POST', path, { body: { email: EMAIL } })).toMatchObject({
      status: 404,
      json: { message: 'There is no app with this id.', code: 'unknown_app' },
      headers: { 'content-type': 'application/json' },
    });
  });

  it.each([[{}], [{ email: 1 }], [{ email: [EMAIL] }], [{ email: null }]])(
    'JAM-3: answers 400 and names the field for %j',
    async (body) => {
      const answer = await callApi('POST', '/{app}/authenticate', { body });
      expect(answer).toMatchObject({
        status: 400,
        json: { message: '"email" must be a string.', code: 'invalid_parameter' },
      });
      expect(answer.calls).toEqual([]);
    },
  );

  it('S18: answers 429 with Retry-After when a limit is reached', async () => {
    const changes = { signIn: { start: refuses('too_many_requests', { retryAfterSeconds: 61 }) } };
    expect(await callApi('POST', '/{app}/authenticate', { body: { email: EMAIL } }, changes)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '61', 'access-control-allow-origin': '*' },
      json: { code: 'too_many_requests' },
    });
  });

  it('M19: answers 503 with Retry-After when no more mail can wait', async () => {
    const changes = { signIn: { start: refuses('unavailable', { retryAfterSeconds: 30 }) } };
    expect(await callApi('POST', '/{app}/authenticate', { body: { email: EMAIL } }, changes)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '30' },
    });
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('does not answer %s', async (method) => {
    const answer = await callApi(method, '/{app}/authenticate', { body: { email: EMAIL } });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' }, calls: [] });
  });
});

describe('POST /{appId}/code', () => {
  const body = { requestId: 'r'.repeat(43), code: '123456' };

  it('gives tokens for the typed code', async () => {
    const answer = await callApi('POST', '/{app}/code', { body });
    expect(answer).toMatchObject({
      status: 200,
      json: { idToken: 'id.of.code', refreshToken: 'refresh-of-code' },
      headers: { 'cache-control': 'no-store' },
    });
    expect(answer.calls).toEqual([{ name: 'finishWithCode', input: [body.requestId, body.code, 'api'] }]);
  });

  it('M7: answers 401 for a code that is wrong, used or expired, in the same words', async () => {
    const changes = { signIn: { finishWithCode: refuses('wrong_code') } };
    expect(await callApi('POST', '/{app}/code', { body }, changes)).toMatchObject({
      status: 401,
      json: { message: 'The code is wrong or no longer valid.', code: 'wrong_code' },
    });
  });

  it('answers 400 and names the field for a code sent as a number', async () => {
    const answer = await callApi('POST', '/{app}/code', { body: { ...body, code: 123456 } });
    expect(answer).toMatchObject({ status: 400, json: { message: '"code" must be a string.' }, calls: [] });
  });
});

describe('POST /{appId}/exchange', () => {
  it('gives tokens for the code of the redirect, without refreshToken where the app hands out none', async () => {
    const answer = await callApi('POST', '/{app}/exchange', { body: { code: 'c' } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ idToken: 'id.of.exchange' });
    expect(answer.calls).toEqual([{ name: 'exchangeDeliveryCode', input: ['c'] }]);
  });

  it.each(['invalid_code', 'delivery_not_by_code'] as const)('answers 400 for %s', async (code) => {
    const changes = { signIn: { exchangeDeliveryCode: refuses(code) } };
    expect(await callApi('POST', '/{app}/exchange', { body: { code: 'c' } }, changes)).toMatchObject({
      status: 400,
      json: { code },
    });
  });
});

describe('a body that is no JSON object', () => {
  it.each(['authenticate', 'code', 'exchange', 'verify', 'refresh'])(
    'JAM-3: is answered 400 by %s',
    async (name) => {
      const headers = { 'content-type': 'application/json' };
      const body = new TextEncoder().encode('[]');
      expect(await callApi('POST', `/{app}/${name}`, { headers, body })).toMatchObject({
        status: 400,
        json: { message: expect.any(String), code: 'invalid_json' },
        calls: [],
      });
    },
  );

  it.each(['authenticate', 'code', 'exchange', 'verify', 'refresh'])(
    'is answered 415 by %s if it is a form',
    async (name) => {
      expect(await callApi('POST', `/{app}/${name}`, { body: 'email=a' })).toMatchObject({
        status: 415,
        calls: [],
      });
    },
  );
});

import { createBrowserSignInClient, SignInError } from 'countersign/sign-in/browser';
import { describe, expect, it } from 'vitest';
import { APP_ID, APP_URL, clientWith, ID_TOKEN, REFRESH_TOKEN } from './support/client-with.js';
import { rejectionOf } from './support/rejection.js';
import { empty, json, text } from './support/scripted-fetch.js';

describe('unexpected answers', () => {
  it.each([
    ['with a body', text(500, 'Internal Server Error', 'oops'), '500 Internal Server Error: oops'],
    ['without a body', empty(503, 'Service Unavailable'), '503 Service Unavailable: <no error message>'],
    ['of a success that is not the one', text(201, 'Created', 'made'), '201 Created: made'],
    ['that would send us elsewhere (K5)', redirect, '302 Found: <no error message>'],
    ['with control characters', text(500, 'Oops', 'a\r\n\u001b[31mb'), '500 Oops: a [31mb'],
  ])('JAM-4: carries status line and body: answer %s', async (_what, answer, message) => {
    const { client, sent } = clientWith(answer);
    const error = await rejectionOf(client.startSignIn('ana@example.com'));
    expect(error).toMatchObject({ reason: 'unexpected_answer', message });
    expect(sent).toHaveLength(1);
  });

  it('JAM-4: cuts a long body', async () => {
    const { client } = clientWith(text(500, 'Oops', 'so long '.repeat(5000)));
    const error = await rejectionOf(client.startSignIn('ana@example.com'));
    expect(error.message).toHaveLength(500);
  });

  it('reads no error body over 64 KiB', async () => {
    const { client } = clientWith(text(500, 'Oops', 'x '.repeat(40_000)));
    const error = await rejectionOf(client.startSignIn('ana@example.com'));
    expect(error).toMatchObject({ reason: 'unexpected_answer', status: 500 });
    expect(error.message).toContain('over 65536 bytes');
  });

  it.each([
    ['the token itself', (token: string) => token],
    ['in JSON', (token: string) => JSON.stringify({ message: `token ${token} is unknown`, token })],
    ['percent-encoded', (token: string) => `no route /user/refresh/${encodeURIComponent(token)}`],
  ])('S6: withholds a token that the answer echoes: %s', async (_what, echo) => {
    for (const refreshToken of [REFRESH_TOKEN, 'A'.repeat(60), `${'/+'.repeat(40)}==`, '12345678']) {
      for (const status of [400, 404, 500]) {
        const { client } = clientWith(text(status, 'Oops', echo(refreshToken)));
        const errors = await Promise.all([
          rejectionOf(client.refreshIdToken(refreshToken)),
          rejectionOf(client.deleteRefreshToken(ID_TOKEN, refreshToken)),
        ]);
        for (const { message } of errors) {
          expect(message).not.toContain(refreshToken);
          expect(message).not.toContain(encodeURIComponent(refreshToken));
        }
      }
    }
  });

  it('leaves the text whole when something very short was sent as a token', async () => {
    const { client } = clientWith(text(500, 'Oops', 'no such user'));
    const error = await rejectionOf(client.refreshIdToken('s'));
    expect(error.message).toBe('500 Oops: no such user');
  });

  it('S6: withholds tokens of others that an answer carries', async () => {
    const { client } = clientWith(text(201, 'Created', JSON.stringify({ idToken: ID_TOKEN })));
    const error = await rejectionOf(client.refreshIdToken(REFRESH_TOKEN));
    expect(error.message).toBe('201 Created: {"idToken":"[withheld]"}');
  });
});

describe('no answer', () => {
  const refused = () => Object.assign(new TypeError('fetch failed'), { cause: systemError('ECONNREFUSED') });

  it('says unreachable, with the system code and the cause', async () => {
    const { client } = clientWith(refused);
    const error = await rejectionOf(client.startSignIn('ana@example.com'));
    expect(error).toMatchObject({
      reason: 'unreachable',
      message: 'POST /authenticate: no answer (ECONNREFUSED)',
      status: undefined,
    });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect('code' in error).toBe(false);
  });

  it('S6: drops the cause of calls that carry a secret, for it may hold the URL', async () => {
    const { client } = clientWith(() => new Error(`request to ${APP_URL}/user/refresh/12345678 failed`));
    const error = await rejectionOf(client.deleteRefreshToken(ID_TOKEN, '12345678'));
    expect(error.message).toBe('DELETE /user/refresh: no answer (request failed)');
    expect(error.cause).toBeUndefined();
  });

  it('gives up after timeoutMs', async () => {
    const client = createBrowserSignInClient({
      appId: APP_ID,
      baseUrl: 'https://sign-in.example',
      timeoutMs: 20,
      fetch: (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    const error = await rejectionOf(client.startSignIn('ana@example.com'));
    expect(error).toMatchObject({
      reason: 'unreachable',
      message: 'POST /authenticate: no answer within 20 ms',
    });
  });
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function redirect(): Response {
  return new Response(null, {
    status: 302,
    statusText: 'Found',
    headers: { location: 'http://169.254.169.254/' },
  });
}

describe('callers without types', () => {
  it('leave the judgement of what is no text to the authority', async () => {
    const { client, sent } = clientWith(json(400, { message: 'email must be text' }));
    const nothing = undefined as never;
    await rejectionOf(client.startSignIn(nothing));
    await rejectionOf(client.refreshIdToken(nothing));
    await rejectionOf(client.exchangeCode(7 as never));
    await rejectionOf(client.finishWithCode(nothing, nothing));
    await rejectionOf(client.verifyIdTokenRemotely(nothing));
    expect(sent.map(({ init }) => init.body)).toEqual(['{}', '{}', '{"code":7}', '{}', '{}']);
  });
});

describe('SignInError', () => {
  it('JAM-14: is an ordinary Error that catch blocks for errors catch', async () => {
    const { client } = clientWith(empty(500));
    const error = await rejectionOf(client.startSignIn('ana@example.com'));
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('SignInError');
    expect(String(error)).toBe('SignInError: 500 : <no error message>');
  });

  it('JAM-6: has the property code for refused credentials only', () => {
    expect('code' in new SignInError('unreachable', 'x')).toBe(false);
    expect('code' in new SignInError('key_source_unavailable', 'x')).toBe(false);
    expect(new SignInError('not_verified', 'x').code).toBe('unauthorized');
  });
});

/** Both demos are served under two host names, and each is at home under one of them. */
import { describe, expect, it } from 'vitest';
import { demoOauthRoutes, demoRoutes } from '../../src/demo/index.js';
import { createRequestHandler } from '../../src/http/request-handler.js';
import { httpRequest } from '../support/http-request.js';
import { silentLogger } from '../support/recording-logger.js';

const APP_ID = '6f1c1d1e-7a50-4a3c-9d5e-0b7f3f6f2c11';
const [NAME, ADDRESS] = ['localhost:8080', '127.0.0.1:8080'];

function handlerOf(issuer: string) {
  return createRequestHandler({
    routes: [
      ...demoRoutes({ appId: APP_ID, issuer, mailbox: true }),
      ...demoOauthRoutes({ issuer, mailbox: true }),
    ],
    issuer,
    allowedHosts: [ADDRESS, 'proxy.example'],
    renderErrorPage: ({ code }) => code,
    clock: () => 1_700_000_000,
    logger: silentLogger,
  });
}

async function get(host: string, path: string, issuer = `http://${NAME}`) {
  const { status, headers } = await handlerOf(issuer).handle(httpRequest({ path, headers: { host } }));
  return [status, headers['location'], headers['set-cookie']];
}

describe('a demo under the name of the other', () => {
  it.each([
    [ADDRESS, NAME, '/'],
    [ADDRESS, NAME, '/demo'],
    [ADDRESS, NAME, '/demo/callback?idToken=a.b.c&refreshToken=x'],
    [ADDRESS, NAME, '/demo/account'],
    [NAME, ADDRESS, '/demo/oauth'],
    [NAME, ADDRESS, '/demo/oauth/start'],
    [NAME, ADDRESS, '/demo/oauth/callback?code=a&state=b'],
  ])('leads from %s to %s, with nothing begun: %s', async (host, home, path) => {
    expect(await get(host, path)).toEqual([303, `http://${home}${path}`, undefined]);
  });

  it('keeps the path of the issuer', async () => {
    expect(await get(ADDRESS, '/auth/demo', `http://${NAME}/auth`)).toEqual([
      303,
      `http://${NAME}/auth/demo`,
      undefined,
    ]);
  });

  it.each([
    [NAME, '/demo'],
    [ADDRESS, '/demo/oauth'],
    ['proxy.example', '/demo'],
    ['proxy.example', '/demo/oauth'],
  ])('answers at home, and under a name that is neither: %s %s', async (host, path) => {
    expect((await get(host, path))[0]).toBe(200);
  });

  it('leads nowhere where the host has one name', async () => {
    for (const path of ['/demo', '/demo/oauth'])
      expect((await get('auth.example', path, 'https://auth.example'))[0]).toBe(200);
  });
});

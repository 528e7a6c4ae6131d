import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Client, DEVICE_CODE } from '../../../src/domain/oauth/client.js';
import { httpRequest } from '../../support/http-request.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import { type OauthAuthority, openOauthAuthority, postForm } from '../../support/oauth-endpoints.js';
import { addPerson } from '../../support/oauth-rows.js';
import { hiddenFields, type PageAnswer, PageVisitor } from '../../support/page-visitor.js';
import { ISSUER } from '../../support/request-handler.js';

const SESSION_COOKIE = '__Host-countersign-session';
let authority: OauthAuthority;

beforeEach(async () => {
  authority = await openOauthAuthority();
});
afterEach(() => authority.close());

interface Device {
  readonly client: TestClient;
  readonly userCode: string;
  /** What its next poll is told. */
  poll(): Promise<unknown>;
}

async function aDevice(changes: Partial<Client> = {}): Promise<Device> {
  const client = await addClient(authority.store, {
    name: 'Big Screen',
    authMethod: 'none',
    grantTypes: [DEVICE_CODE],
    redirectUris: [],
    ...changes,
  });
  const { clientId: client_id } = client;
  const headers = { 'user-agent': 'Mozilla/5.0 (Linux; Android 9) Chrome/80' };
  const form = { client_id, scope: 'openid read' };
  const { json } = await postForm(authority, '/device_authorization', form, {
    headers,
    clientIp: '198.51.100.4',
  });
  const device_code = String(json['device_code']);
  return {
    client,
    userCode: String(json['user_code']),
    async poll() {
      const asked = { grant_type: DEVICE_CODE, client_id, device_code };
      const answer = await postForm(authority, '/token', asked);
      return answer.json['error'] ?? answer.status;
    },
  };
}

async function signedIn(): Promise<PageVisitor> {
  const visitor = new PageVisitor(authority.handler, ISSUER);
  const { secret } = await authority.loginSessions.start(await addPerson(authority.store), undefined);
  visitor.cookies.set(SESSION_COOKIE, secret);
  return visitor;
}

const type = (visitor: PageVisitor, userCode: string) =>
  visitor.post('/device', { user_code: userCode, action: 'look' });

async function decide(visitor: PageVisitor, userCode: string, action: string): Promise<PageAnswer> {
  const asked = await type(visitor, userCode);
  return visitor.post('/device', { ...hiddenFields(asked.body), action });
}

const headingOf = ({ body }: PageAnswer) => /<h1>(.*?)<\/h1>/.exec(body)?.[1]?.replace(/<[^>]+>/g, '');

describe('the page for the code', () => {
  it('RFC 8628 3.3: is for people who are signed in; others sign in first, with the code they came with', async () => {
    const stranger = new PageVisitor(authority.handler, ISSUER);
    const locations = [
      await stranger.get('/device'),
      await stranger.get('/device?user_code=wdjb-mjht'),
      await stranger.get('/device?user_code=https://evil.example'),
      await type(stranger, 'wdjbmjht'),
    ].map(({ status, location }) => [status, location]);
    expect(locations).toEqual([
      [303, '/login?return=device'],
      [303, '/login?return=device&user_code=WDJB-MJHT'],
      [303, '/login?return=device'],
      [303, '/login?return=device&user_code=WDJB-MJHT'],
    ]);
  });

  it('RFC 8628 3.3.1: has the code of the device`s link filled in, and looks nothing up', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    for (let opened = 0; opened < 10; opened += 1) {
      const { status, body } = await visitor.get(`/device?user_code=${device.userCode}`);
      expect(status).toBe(200);
      expect(body).toContain(`value="${device.userCode}"`);
      expect(body).not.toContain('Big Screen');
    }
    expect(await device.poll()).toBe('authorization_pending');
  });

  it('O5: takes one code at a time', async () => {
    const { status } = await (await signedIn()).get('/device?user_code=a&user_code=b');
    expect(status).toBe(400);
  });

  it.each(['BCDF-GHJK', 'nonsense', '', 'A'.repeat(10_000), "' OR 1=1--", '<script>'])(
    'RFC 8628 6.1: says the same of every code that is none: %j',
    async (typed) => {
      const { status, body } = await type(await signedIn(), typed);
      expect(status).toBe(400);
      expect(body).toContain('No device waits with this code.');
      expect(body).not.toContain('<script>');
    },
  );

  it.each(['lower case', 'no hyphen', 'spaces'])('RFC 8628 6.1: takes %s', async (how) => {
    const { userCode } = await aDevice();
    const typed = {
      'lower case': userCode.toLowerCase(),
      'no hyphen': userCode.replace('-', ''),
      spaces: ` ${userCode.replace('-', ' ')} `,
    }[how];
    expect((await type(await signedIn(), typed ?? '')).status).toBe(200);
  });

  it('O26: is an own page only, in no frame, in no cache', async () => {
    const { headers } = await (await signedIn()).get('/device');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain("form-action 'self'");
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });
});

describe('the approval page', () => {
  it('O32 RFC 8628 5.4: says what asks, from where and when, for what, and as whom', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    authority.clock.advance(120);
    const { status, body } = await type(visitor, device.userCode);
    expect(status).toBe(200);
    for (const text of [
      'Big Screen',
      'Chrome on Android at 198.51.100.4',
      '2 minutes ago',
      device.userCode,
      'https://api.example',
      '<code>read</code>',
      '@example.com',
    ])
      expect(body).toContain(text);
  });

  it('RFC 8628 3.3: connects the device by its button', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const answer = await decide(visitor, device.userCode, 'connect');
    expect([answer.status, headingOf(answer)]).toEqual([200, 'The device is connected']);
    expect(await device.poll()).toBe(200);
  });

  it('RFC 8628 3.3: tells the device of a no', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const answer = await decide(visitor, device.userCode, 'deny');
    expect([answer.status, headingOf(answer)]).toEqual([200, 'The device was not connected']);
    expect(await device.poll()).toBe('access_denied');
  });

  it('O25: connects nothing by a form that was merely sent', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const shown = hiddenFields((await type(visitor, device.userCode)).body);
    for (const fields of [
      { user_code: device.userCode, action: 'connect' },
      { ...shown, nonce: 'nonce', action: 'connect' },
      { ...shown, action: 'look' },
      shown,
    ])
      expect(headingOf(await visitor.post('/device', fields))).toBe('Connect Big Screen?');
    expect(await device.poll()).toBe('authorization_pending');
  });

  it('O25: has buttons for its own session and its own code', async () => {
    const [one, other] = [await aDevice(), await aDevice()];
    const [ada, eve] = [await signedIn(), await signedIn()];
    const shown = hiddenFields((await type(eve, one.userCode)).body);
    await ada.post('/device', { ...shown, action: 'connect' });
    await eve.post('/device', { ...shown, user_code: other.userCode, action: 'connect' });
    expect([await one.poll(), await other.poll()]).toEqual([
      'authorization_pending',
      'authorization_pending',
    ]);
  });

  it('O25: takes forms from our own pages only', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const shown = hiddenFields((await type(visitor, device.userCode)).body);
    const body = new URLSearchParams({ ...shown, action: 'connect' }).toString();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ])
      expect((await visitor.request('POST', '/device', { headers, body })).status).toBe(403);
    expect(await device.poll()).toBe('authorization_pending');
  });

  it('is answered once: afterwards the code waits no more', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const shown = hiddenFields((await type(visitor, device.userCode)).body);
    await visitor.post('/device', { ...shown, action: 'deny' });
    const again = await visitor.post('/device', { ...shown, action: 'connect' });
    expect([again.status, headingOf(again)]).toEqual([410, 'This code is no longer waiting']);
    expect((await type(visitor, device.userCode)).status).toBe(400);
    expect(await device.poll()).toBe('access_denied');
  });

  it('RFC 8628 3.2: shows and decides nothing after ten minutes', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const shown = hiddenFields((await type(visitor, device.userCode)).body);
    authority.clock.advance(600);
    expect((await visitor.post('/device', { ...shown, action: 'connect' })).status).toBe(410);
    expect((await type(visitor, device.userCode)).status).toBe(400);
  });

  it('O15: sends people whose session has ended to sign in', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const shown = hiddenFields((await type(visitor, device.userCode)).body);
    const session = await authority.loginSessions.find(visitor.cookies.get(SESSION_COOKIE));
    await authority.loginSessions.end(session?.sessionId ?? '');
    const answer = await visitor.post('/device', { ...shown, action: 'connect' });
    expect(answer.location).toBe(`/login?return=device&user_code=${device.userCode}`);
    expect(await device.poll()).toBe('authorization_pending');
  });

  it('O15: asks for no client that is disabled', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    const { client, clientId } = device.client;
    await authority.store.oauth.clients.update(clientId, 1, { ...client, disabled: true }, authority.clock());
    expect((await type(visitor, device.userCode)).status).toBe(400);
  });
});

describe('guesses of user codes', () => {
  const guess = (visitor: PageVisitor, clientIp = '192.0.2.1') =>
    authority.handler.handle(
      httpRequest({
        method: 'POST',
        path: '/device',
        headers: {
          'sec-fetch-site': 'same-origin',
          cookie: `${SESSION_COOKIE}=${visitor.cookies.get(SESSION_COOKIE)}`,
        },
        body: 'user_code=BCDFGHJK&action=look',
        clientIp,
      }),
    );

  it('O32 RFC 8628 5.1: are five a minute, and then even the right one must wait', async () => {
    const [device, visitor] = [await aDevice(), await signedIn()];
    for (let tries = 0; tries < 5; tries += 1) expect((await guess(visitor)).status).toBe(400);
    const { status, headers } = await type(visitor, device.userCode);
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
    authority.clock.advance(61);
    expect((await type(visitor, device.userCode)).status).toBe(200);
  });

  it('O32 RFC 8628 5.1: are counted by network too, whoever is signed in there', async () => {
    for (let tries = 0; tries < 5; tries += 1) expect((await guess(await signedIn())).status).toBe(400);
    expect((await guess(await signedIn())).status).toBe(429);
  });

  it('O32 RFC 8628 5.1: are counted by session too, wherever it comes from', async () => {
    const visitor = await signedIn();
    const from = (network: number) => guess(visitor, `203.0.113.${network}`);
    for (let network = 1; network <= 5; network += 1) expect((await from(network)).status).toBe(400);
    expect((await from(6)).status).toBe(429);
  });

  it('O32 RFC 8628 5.1: sent at once are counted before any is looked at', async () => {
    const visitor = await signedIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess(visitor)));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
  });

  it('S6: are logged without the code', async () => {
    await guess(await signedIn());
    const line = authority.log.findLast(({ event }) => event === 'oauth_user_code_unknown');
    expect(Object.keys(line?.fields ?? {})).toEqual(['person', 'session']);
    expect(JSON.stringify(authority.log)).not.toMatch(/BCDF-?GHJK/);
  });
});

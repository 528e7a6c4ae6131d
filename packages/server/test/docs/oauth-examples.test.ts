/** The programs of the guide to OAuth for which there has to be a person: they start as they stand there. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DEVICE_CODE } from '../../src/domain/oauth/client.js';
import { cleanEnvironment, type Environment } from '../support/authority-process.js';
import { type RunningProcess, startExample } from '../support/example-process.js';
import { freePort } from '../support/free-port.js';
import { REPOSITORY } from '../support/guides.js';
import { hiddenFields } from '../support/page-visitor.js';
import { Person } from '../support/person.js';
import { type RegisteredClient, type ServedAuthority, serveAuthority } from '../support/served-authority.js';

let authority: ServedAuthority;
let orders: string;
let api: RunningProcess;

beforeAll(async () => {
  const port = await freePort();
  orders = `http://localhost:${port}`;
  authority = await serveAuthority();
  const resourceServer = await authority.createClient({
    grantTypes: [],
    redirectUris: [],
    access: [],
    introspects: [orders],
  });
  api = await startExample('oauth/api.mjs', environmentOf(resourceServer), port);
});
afterAll(async () => {
  await api?.stop();
  await authority?.stop();
});

function environmentOf({ id, secret }: RegisteredClient): Environment {
  return { ISSUER: authority.issuer, ORDERS: orders, CLIENT_ID: id, CLIENT_SECRET: secret };
}

describe('app.mjs', () => {
  /** People reach it under its address: `localhost` is no redirect URI. */
  async function startShop(
    environment: Environment = {},
  ): Promise<{ url: string; id: string; output(): string }> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const client = await authority.createClient({
      redirectUris: ['http://127.0.0.1/signed-in'],
      postLogoutRedirectUris: [`${url}/bye`],
      backchannelLogoutUri: `${url}/logged-out`,
      access: [{ audience: environment['ORDERS'] ?? orders, scopes: ['orders:read'] }],
    });
    const shop = await startExample('oauth/app.mjs', { ...environmentOf(client), ...environment }, port);
    onTestFinished(shop.stop);
    return { url, id: client.id, output: shop.output };
  }

  /** Signs in, and is where the application shows the orders. */
  async function enter(person: Person, url: string): Promise<void> {
    const back = await person.arriveBy(new URL(url));
    expect(back.href.startsWith(`${url}/signed-in?`)).toBe(true);
    expect((await person.browser.get(back.href)).status).toBe(303);
  }

  const read = async (person: Person, url: string) => {
    const answer = await person.browser.get(url);
    return answer.status === 200 ? answer.text() : answer.headers.get('location');
  };

  it('signs a person in, who allows it, and reads their orders', async () => {
    const { url } = await startShop();
    const person = new Person(authority);
    await enter(person, url);
    expect(person.pages).toEqual(['/login/sign-in', '/login/check-mail', '/consent']);
    expect(await read(person, url)).toMatch(new RegExp(`^Hello ${person.email}\n{"orders":\\[\\]`));
  });

  it('O12: refreshes its tokens, also where requests come at once, and goes on', async () => {
    const { url } = await startShop({ REFRESH_EARLY_MS: '3600000' });
    const person = new Person(authority);
    await enter(person, url);
    const before = rotations();
    const answers = await Promise.all(Array.from({ length: 5 }, () => read(person, url)));
    for (const answer of answers) expect(answer).toContain('"orders"');
    expect(rotations()).toBeGreaterThan(before);
    expect(await read(person, url)).toContain('"orders"');
  });

  it('logs out here and at the authority', async () => {
    const { url } = await startShop();
    const person = new Person(authority);
    await enter(person, url);
    const leaving = await person.browser.get(`${url}/log-out`);
    const left = await person.browser.get(leaving.headers.get('location') ?? '');
    expect([left.status, left.headers.get('location')]).toEqual([302, `${url}/bye`]);
    const again = await person.arriveBy(new URL(url));
    expect(again.searchParams.has('code')).toBe(true);
    expect(person.pages.filter((page) => page === '/login/sign-in')).toHaveLength(2);
  });

  it('hears of it when somebody logs out at the authority', async () => {
    const { url } = await startShop();
    const person = new Person(authority);
    await enter(person, url);
    const logout = `${authority.issuer}/logout`;
    const page = await (await person.browser.get(logout)).text();
    await person.browser.post(logout, { ...hiddenFields(page), action: 'logout' });
    await vi.waitFor(async () => expect(await read(person, url)).toContain('/authorize?'), 5000);
  });

  it.each(['eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30.', 'no token'])(
    'O28: takes no word about logouts but the authority’s: %s',
    async (token) => {
      const { url } = await startShop();
      const body = new URLSearchParams({ logout_token: token });
      expect((await fetch(`${url}/logged-out`, { method: 'POST', body })).status).toBe(400);
    },
  );

  it('O9: shows whoever comes without having begun to the front, and keeps no code in its log', async () => {
    const { url, output } = await startShop();
    const answer = await fetch(`${url}/signed-in?code=abc&state=x`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(output()).toBe('');
  });

  /** Ends every grant of the application, as an operator does. */
  async function disable(id: string): Promise<void> {
    await authority.authority.clients.update(id, { disabled: true });
    await authority.authority.clients.update(id, { disabled: false });
  }

  it('O22: begins anew when the API refuses its token, which was revoked', async () => {
    const { url, id } = await startShop();
    const person = new Person(authority);
    await enter(person, url);
    expect(await read(person, url)).toContain('"orders"');
    await disable(id);
    await vi.waitFor(async () => expect(await read(person, url)).toContain('/authorize?'), 5000);
    await enter(person, url);
    expect(await read(person, url)).toContain('"orders"');
  });

  it('does not send people round and round where the API refuses every token', async () => {
    const port = await freePort();
    const refusing = createServer((_request, response) => response.writeHead(401).end()).listen(port);
    onTestFinished(() => void refusing.close());
    const { url, output } = await startShop({ ORDERS: `http://localhost:${port}` });
    const person = new Person(authority);
    await enter(person, url);
    expect((await person.browser.get(url)).status).toBe(503);
    expect(output()).toBe('orders_401\n');
  });

  it('O12: asks people to sign in again when it cannot refresh, and then begins anew', async () => {
    const { url, id, output } = await startShop({ REFRESH_EARLY_MS: '3600000' });
    const person = new Person(authority);
    await enter(person, url);
    await disable(id);
    expect((await person.browser.get(url)).status).toBe(401);
    expect(output()).toBe('invalid_grant\n');
    expect(await read(person, url)).toContain('/authorize?');
  });

  it('says in its log that a person did not allow it', async () => {
    const { url, output } = await startShop();
    const person = new Person(authority);
    const back = await person.arriveBy(new URL(url), 'deny');
    expect((await person.browser.get(back.href)).status).toBe(401);
    expect(output()).toBe('access_denied\n');
    expect(await read(person, url)).toContain('/authorize?');
  });

  it('S5: keeps on one line of its log whatever an answer says', async () => {
    const { url, output } = await startShop();
    const person = new Person(authority);
    const back = await person.arriveBy(new URL(url), 'deny');
    back.searchParams.set('error', `a\nb\u009b31m${'c'.repeat(100)}`);
    expect((await person.browser.get(back.href)).status).toBe(401);
    expect(output()).toBe(`a?b?31m${'c'.repeat(73)}\n`);
  });

  it.each(['CLIENT_ID', 'CLIENT_SECRET'])('ends at once without %s, and says so', async (name) => {
    const client = await authority.createClient();
    const environment: Environment = { ...environmentOf(client), [name]: '' };
    await expect(startExample('oauth/app.mjs', environment)).rejects.toThrow(
      /^it ended with 2:\nSet CLIENT_ID and CLIENT_SECRET: .*\n$/,
    );
  });

  const rotations = () =>
    authority.lines.filter(
      ({ event, fields }) => event === 'oauth_token_issued' && fields['grantType'] === 'refresh_token',
    ).length;
});

describe('the others', () => {
  /** Gives what it printed; `during` is given each part as it comes. */
  function run(name: string, environment: Environment, during: (printed: string) => void = () => {}) {
    const child = spawn(process.execPath, [`${REPOSITORY}docs/examples/oauth/${name}`], {
      env: cleanEnvironment(environment),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill());
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      during(printed);
    });
    return new Promise<string>((resolve) => child.once('close', () => resolve(printed)));
  }

  it('device.mjs waits until somebody has connected it', async () => {
    const client = await authority.createClient({
      authMethod: 'none',
      redirectUris: [],
      grantTypes: [DEVICE_CODE, 'refresh_token'],
      access: [{ audience: orders, scopes: ['orders:read'] }],
    });
    let decided: Promise<string> | undefined;
    const printed = await run('device.mjs', environmentOf(client), (text) => {
      const [, link] = /^or open (\S+)\n/m.exec(text) ?? [];
      if (link !== undefined) decided ??= new Person(authority).decideDevice(link);
    });
    expect(printed).toMatch(/^200 and on$/m);
    expect(await decided).toContain('<h1');
  }, 20_000);

  it('push.mjs prints a link of which nothing can be read, and that leads to the client', async () => {
    const client = await authority.createClient({
      redirectUris: ['http://127.0.0.1/signed-in'],
      requirePar: true,
    });
    const link = new URL((await run('push.mjs', environmentOf(client))).trim());
    expect([...link.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const back = await new Person(authority).arriveBy(link);
    expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1:3000\/signed-in\?code=/);
  });
});

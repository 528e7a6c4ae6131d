/** The examples of docs/examples/gate: each is run, and called with a token of every kind. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  cleanEnvironment,
  REPOSITORY,
  runAtTakenPort,
  startExampleServer,
} from '../support/example-process.js';

const EXAMPLES = 'docs/examples/gate';
/** Those that answer over HTTP; the others have tests of their own below. */
const SERVERS = ['express', 'fastify', 'fetch', 'h3', 'hono', 'koa', 'nest', 'node'];

/** By the kind of token that the example prints: who that is, and what comes of removing an order. */
const KINDS = {
  person: { subject: 'ada@example.com', removing: 403 },
  application: { subject: 'user-1', removing: 204 },
  service: { subject: 'billing', removing: 403 },
  'api-token': { subject: 'user-1', removing: 204 },
} as const;

/** The tokens that an example has printed, each as a call with curl. */
function readTokens(output: string): Readonly<Record<string, string>> {
  const printed = [...output.matchAll(/^(\S+): curl -H 'Authorization: Bearer (\S+)' http:\S+$/gm)];
  return Object.fromEntries(printed.map(([, kind = '', token = '']) => [kind, token]));
}

async function expectGate(args: readonly string[]): Promise<void> {
  const { port, output } = await startExampleServer(args, 'api-token: curl');
  const call = (method: string, path: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
  };
  const tokens = readTokens(output);
  expect(Object.keys(tokens)).toEqual(Object.keys(KINDS));
  for (const [kind, { subject, removing }] of Object.entries(KINDS)) {
    const listed = await call('GET', '/orders', tokens[kind]);
    expect([listed.status, await listed.json()]).toEqual([200, { kind, subject }]);
    expect((await call('DELETE', '/orders/1', tokens[kind])).status).toBe(removing);
  }
  const nobody = await call('GET', '/orders');
  expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="api"']);
  expect((await call('DELETE', '/orders/1', `${tokens['application']}x`)).status).toBe(401);
  expect(await (await call('GET', '/health')).text()).toBe('ok');
}

describe('the examples of the gate', () => {
  it.each(SERVERS)('%s: each kind of caller comes in, and nobody else does', async (name) => {
    await expectGate([`${EXAMPLES}/${name}/server.mjs`]);
  });

  it.each([...SERVERS, 'websocket'])('%s: fails where its port is taken', async (name) => {
    const { exitCode, stdout, stderr } = await runAtTakenPort(`${EXAMPLES}/${name}/server.mjs`);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('EADDRINUSE');
  });

  it('express: every line is the same with Express 4', async () => {
    const text = readFileSync(`${REPOSITORY}${EXAMPLES}/express/server.mjs`, 'utf8')
      .replace("from 'express'", "from 'express4'")
      .replace("'../callers.mjs'", `'${REPOSITORY}${EXAMPLES}/callers.mjs'`);
    expect(text).toContain("from 'express4'");
    await expectGate(['--input-type=module', '--eval', text]);
  });

  it('websocket: each kind of caller comes in, and nobody else does', async () => {
    const { port, output } = await startExampleServer(
      [`${EXAMPLES}/websocket/server.mjs`],
      'api-token: curl',
    );
    const connect = (headers: Record<string, string>) =>
      new WebSocket(`ws://127.0.0.1:${port}/`, { headers });
    for (const [kind, token] of Object.entries(readTokens(output))) {
      const socket = connect({ authorization: `Bearer ${token}` });
      const [message] = await once(socket, 'message');
      expect(JSON.parse(String(message))).toMatchObject({ kind });
      socket.terminate();
    }
    const [error] = await once(connect({}), 'error');
    expect(error.message).toBe('Unexpected server response: 401');
  });

  it('lambda: the authorizers answer as API Gateway wants it', async () => {
    const args = [`${EXAMPLES}/lambda/invoke.mjs`];
    const options = { cwd: REPOSITORY, env: cleanEnvironment() };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    expect(stdout.trim().split('\n')).toEqual([
      'person Allow ada@example.com false',
      'application Allow user-1 true',
      'service Allow billing false',
      'api-token Allow user-1 true',
      'nobody Unauthorized',
    ]);
  });

  it('are all run here, and short', () => {
    const files = readdirSync(REPOSITORY + EXAMPLES, { recursive: true, encoding: 'utf8' });
    const folders = files.filter((name) => name.includes('/')).map((name) => name.split('/')[0]);
    expect([...new Set(folders)].sort()).toEqual([...SERVERS, 'lambda', 'websocket'].sort());
    for (const name of files.filter((each) => each.endsWith('.mjs')))
      expect(readFileSync(`${REPOSITORY}${EXAMPLES}/${name}`, 'utf8').split('\n').length).toBeLessThan(41);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, commandLine, temporaryFolder } from '../support/authority-process.js';
import { finishCommand } from '../support/finished-command.js';
import { freePort } from '../support/free-port.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Starts `serve` and waits for the first line of its result. */
async function startServe(args: readonly string[], data: string) {
  const port = await freePort();
  const environment = { COUNTERSIGN_DATA_FOLDER: join(folder.path, data), COUNTERSIGN_PORT: String(port) };
  const child = spawn(process.execPath, [commandLine(), 'serve', ...args], {
    env: cleanEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return { port, child, stdout: () => stdout, stderr: () => stderr };
}

describe('serve', () => {
  it('says where to go, serves, and ends with 0 on SIGTERM (S15)', async () => {
    const { port, child, stdout } = await startServe(['--demo'], 'text');
    const url = `http://localhost:${port}`;
    for (const place of [url, `${url}/demo`, `${url}/mailbox`, `${url}/healthz`])
      expect(stdout()).toContain(place);
    expect(stdout()).toContain(`Demo     http://127.0.0.1:${port}/demo/oauth (OpenID Connect)\n`);
    expect(stdout()).toContain(`Listens  127.0.0.1:${port}\n`);
    expect(stdout()).toContain(`Data     ${join(folder.path, 'text', 'countersign.db')}\n`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says it as one JSON object with --json, and ends with 0 on SIGINT (S15)', async () => {
    const { port, child, stdout } = await startServe(['--json'], 'json');
    const url = `http://localhost:${port}`;
    expect(JSON.parse(stdout())).toEqual({
      url,
      mode: 'development',
      host: '127.0.0.1',
      port,
      demoUrl: null,
      demoOauthUrl: null,
      mailboxUrl: `${url}/mailbox`,
      healthUrl: `${url}/healthz`,
    });
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('S12: goes on serving when nobody reads its log any more', async () => {
    const { port, child } = await startServe([], 'unread');
    child.stderr.destroy();
    for (let count = 0; count < 3; count += 1)
      expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('stops at once at a second signal, though an answer is still under way', async () => {
    const { port, child, stderr } = await startServe(['--demo'], 'twice');
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const head = [
      'POST /demo/sign-in HTTP/1.1',
      `Host: localhost:${port}`,
      `Origin: http://localhost:${port}`,
    ];
    const body = ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 10'];
    socket.write([...head, ...body, 'Expect: 100-continue', '', ''].join('\r\n'));
    expect(String(await once(socket, 'data'))).toContain('100 Continue');
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    while (!stderr().includes('Stopping')) await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect(await exited).toEqual([143, null]);
    socket.destroy();
  });

  it('ends with 3 where another program listens already, and says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exitCode, stdout, stderr } = await finishCommand(['serve', '--port', String(port)], {
      COUNTERSIGN_DATA_FOLDER: join(folder.path, 'taken'),
    });
    other.close();
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toContain(`Cannot listen on 127.0.0.1:${port}. Another program listens there already`);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { decodeUnverifiedJwt } from 'countersign';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runCommand, temporaryFolder } from '../support/authority-process.js';
import { finishCommand } from '../support/finished-command.js';
import { runInProcess } from '../support/in-process-command.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) console.warn('SKIPPED: curl is missing');

const folder = temporaryFolder();
const keys = ['--issuer', 'billing', '--key-dir', folder.path];

beforeAll(() => {
  runCommand(['keys', 'generate', '--issuer', 'billing', '--out', folder.path], {});
});
afterAll(() => folder.remove());

/** The command lines of all processes, where the system shows them as files. */
function commandLines(): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });
}

async function startServer(
  answer: (request: IncomingMessage, body: string) => { status: number; location?: string },
) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, location } = answer(request, Buffer.concat(chunks).toString());
    response.writeHead(status, location === undefined ? {} : { location }).end('answered');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!hasCurl)('curl', () => {
  it('S6: sends a token for the origin of the URL, which no list of processes shows', async () => {
    const seen: { authorization: string; body: string; lines: string[] }[] = [];
    const origin = await startServer(({ headers }, body) => {
      seen.push({ authorization: headers.authorization ?? '', body, lines: commandLines() });
      return { status: 200 };
    });
    const args = [
      'curl',
      ...keys,
      '--claim',
      'tenant=a',
      '--',
      '--silent',
      '--json',
      '{"a":1}',
      `${origin}/orders`,
    ];
    expect(await finishCommand(args, {})).toEqual({ exitCode: 0, stdout: 'answered', stderr: '' });
    const [{ authorization = '', body, lines = [] } = {}] = seen;
    expect(authorization).toMatch(/^Bearer ey/);
    expect(decodeUnverifiedJwt(authorization.slice(7)).unverifiedClaims).toMatchObject({
      aud: origin,
      tenant: 'a',
    });
    expect(body).toBe('{"a":1}');
    expect(lines.filter((line) => line.includes(authorization.slice(7)))).toEqual([]);
    if (lines.length > 0) expect(lines.some((line) => line.startsWith('curl\0--config\0-\0'))).toBe(true);
  });

  it("ends with curl's own exit code", async () => {
    const origin = await startServer(() => ({ status: 404 }));
    const args = ['curl', ...keys, '--', '--silent', '--fail', origin];
    expect((await finishCommand(args, {})).exitCode).toBe(22);
  });

  it('ASAP-14: the token does not follow a redirect to another host', async () => {
    const seen: (string | undefined)[] = [];
    const other = await startServer(({ headers }) => {
      seen.push(headers.authorization);
      return { status: 200 };
    });
    const location = other.replace('localhost', '127.0.0.1');
    const origin = await startServer(() => ({ status: 302, location }));
    const { exitCode } = await finishCommand(['curl', ...keys, '--', '--silent', '--location', origin], {});
    expect(exitCode).toBe(0);
    expect(seen).toEqual([undefined]);
  });

  it('ASAP-14: the token goes to no address that has no scheme', async () => {
    let connections = 0;
    const other = createSocketServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const origin = await startServer(() => ({ status: 200 }));
    const bare = `localhost:${(other.address() as AddressInfo).port}/`;
    const args = ['curl', ...keys, '--', '--silent', origin, bare];
    const { exitCode, stdout } = await finishCommand(args, {});
    expect({ stdout, connections }).toEqual({ stdout: 'answered', connections: 0 });
    expect(exitCode).not.toBe(0);
  });

  it('says so where curl is missing', async () => {
    const args = ['curl', ...keys, '--json', '--', 'https://orders.example/'];
    const { exitCode, stderr } = await finishCommand(args, { PATH: folder.path });
    expect(exitCode).toBe(3);
    expect(JSON.parse(stderr).error.code).toBe('curl_missing');
  });
});

describe('curl, before it is run', () => {
  it.each([
    [['http://orders.example/'], 'must begin with https://'],
    [['orders.example'], 'beginning with https://'],
    [['https://orders.example/', 'https://other.example/'], 'URLs of one service'],
    [['--location-trusted', 'https://orders.example/'], '--location-trusted does not go together'],
    [['--next', 'https://orders.example/'], '--next does not go together'],
    [['--proto', '=http', 'https://orders.example/'], '--proto does not go together'],
    [['--data', '@-', 'https://orders.example/'], 'give it the body as @file'],
    [['-d@-', 'https://orders.example/'], 'give it the body as @file'],
    [['-sT', '-', 'https://orders.example/'], 'give it the body as @file'],
    [['-F', 'a=@-', 'https://orders.example/'], 'give it the body as @file'],
    [['-K', '-', 'https://orders.example/'], 'give it the body as @file'],
    [['-H', 'Authorization: Basic x', 'https://orders.example/'], 'Authorization does not go together'],
  ])('%j is refused: %s', async (args, problem) => {
    const { exitCode, stdout, stderr } = await runInProcess(['curl', ...keys, '--', ...args], {});
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
  });
});

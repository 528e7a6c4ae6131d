import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPemRepository } from '../../src/keys/pem-repository.js';
import { startConnectProxy } from './support/connect-proxy.js';
import { PEM, resolveKid } from './support/scripted-pem.js';
import { createSelfSigned } from './support/self-signed.js';

const RESOLVE_KEY = fileURLToPath(new URL('support/resolve-key.mjs', import.meta.url));

/** A repository over https, and processes that trust its certificate. */
async function startHttpsRepository() {
  const certificate = createSelfSigned(['keys.example', 'localhost']);
  const requests: (string | undefined)[] = [];
  const server = createServer(certificate, ({ url }, response) => {
    requests.push(url);
    response.writeHead(url === '/asap/svc/one' ? 200 : 404, { 'content-type': 'application/x-pem-file' });
    response.end(PEM);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  writeFileSync(join(folder, 'ca.pem'), certificate.cert);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const resolveInProcess = async (baseUrl: string, kid: string, environment: Record<string, string>) => {
    const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), ...environment };
    const { stdout } = await promisify(execFile)(process.execPath, [RESOLVE_KEY, baseUrl, kid], { env });
    return JSON.parse(stdout) as unknown;
  };
  return { port: (server.address() as AddressInfo).port, requests, resolveInProcess };
}

describe('a repository behind a proxy', () => {
  it('ASAP-17: the proxy that HTTPS_PROXY names tunnels to the repository, and the process ends by itself', async () => {
    const { port, requests, resolveInProcess } = await startHttpsRepository();
    const { address, asked } = await startConnectProxy(port);
    const environment = { HTTPS_PROXY: `http://user:hunter%32@${address}` };
    const base = 'https://keys.example/asap';
    expect(await resolveInProcess(base, 'svc/one', environment)).toEqual({
      kid: 'svc/one',
      algorithm: 'ES256',
    });
    expect(await resolveInProcess(base, 'svc/two', environment)).toEqual({
      code: 'key_not_found',
      problem: 'absent',
      status: 404,
    });
    const credentials = `Basic ${Buffer.from('user:hunter2').toString('base64')}`;
    expect(asked).toEqual(Array(2).fill({ target: 'keys.example:443', credentials }));
    expect(requests).toEqual(['/asap/svc/one', '/asap/svc/two']);
  });

  it('ASAP-15, ASAP-17: https to this machine works, and takes no proxy', async () => {
    const { port, requests, resolveInProcess } = await startHttpsRepository();
    const { address, asked } = await startConnectProxy(undefined);
    const found = await resolveInProcess(`https://localhost:${port}/asap`, 'svc/one', {
      HTTPS_PROXY: address,
    });
    expect(found).toEqual({ kid: 'svc/one', algorithm: 'ES256' });
    expect(asked).toEqual([]);
    expect(requests).toEqual(['/asap/svc/one']);
  });

  it('ASAP-17: a proxy that is named outweighs the environment', async () => {
    const [named, other] = [await startConnectProxy(undefined), await startConnectProxy(undefined)];
    const repository = createPemRepository({
      baseUrl: 'https://keys.example/',
      proxy: `http://${named.address}`,
      environment: { HTTPS_PROXY: `http://${other.address}` },
    });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({
      code: 'key_source_unavailable',
      cause: { problem: 'no_answer', cause: expect.any(TypeError) },
    });
    expect(named.asked).toEqual([{ target: 'keys.example:443', credentials: undefined }]);
    expect(other.asked).toEqual([]);
  });

  it('ASAP-17: the environment is read when a repository is created, and not again', async () => {
    const [first, second] = [await startConnectProxy(undefined), await startConnectProxy(undefined)];
    const environment: Record<string, string> = { https_proxy: first.address };
    const repository = createPemRepository({ baseUrl: 'https://keys.example/', environment });
    environment['https_proxy'] = second.address;
    await expect(resolveKid(repository, 'svc/one')).rejects.toBeDefined();
    expect(first.asked).toHaveLength(1);
    expect(second.asked).toHaveLength(0);
  });

  it('ASAP-18: a proxy that cannot be reached is a failure with its system code, without its password', async () => {
    const repository = createPemRepository({
      baseUrl: 'https://keys.example/',
      proxy: 'http://user:hunter2@127.0.0.1:1',
    });
    const error: unknown = await resolveKid(repository, 'svc/one').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: 'the key repository https://keys.example/ gave no answer (ECONNREFUSED)',
    });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('ASAP-17: a fetch that is given decides for itself', async () => {
    const { address, asked } = await startConnectProxy(undefined);
    const repository = createPemRepository({
      baseUrl: 'https://keys.example/',
      environment: { HTTPS_PROXY: address },
      fetch: async () => new Response(null, { status: 404 }),
    });
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({ code: 'key_not_found' });
    expect(asked).toEqual([]);
  });
});

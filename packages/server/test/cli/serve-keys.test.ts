import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportPrivatePem, exportPublicPem, generateKeyPair } from 'countersign';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/authority-process.js';
import { type RunningProcess, startKeyServer } from '../support/example-process.js';
import { finishCommand } from '../support/finished-command.js';

const folder = temporaryFolder();
const root = join(folder.path, 'public-keys');
const pair = generateKeyPair('ES256');
const pem = exportPublicPem(pair.publicKey);
let server: RunningProcess;

const put = (name: string, content: string) => {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), content);
};
const get = (kid: string, init?: RequestInit) => fetch(server.url + kid, init);

beforeAll(async () => {
  put('billing/a.pem', pem);
  server = await startKeyServer(root);
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

it('ASAP-15: answers as the authority does', async () => {
  const answer = await get('billing/a.pem');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-pem-file');
  expect(answer.headers.get('cache-control')).toBe(
    'public, max-age=300, stale-while-revalidate=300, stale-if-error=300',
  );
  expect(answer.headers.get('last-modified')).toMatch(/ GMT$/);
  expect(await answer.text()).toBe(pem);
  const etag = answer.headers.get('etag') ?? '';
  expect((await get('billing/a.pem', { headers: { 'if-none-match': etag } })).status).toBe(304);
  const head = await get('billing/a.pem', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it('answers for what is put there and taken away, at once', async () => {
  expect((await get('billing/b.pem')).status).toBe(404);
  put('billing/b.pem', pem);
  expect((await get('billing/b.pem')).status).toBe(200);
});

it('A4: gives out nothing but public keys below its folder', async () => {
  put('billing/private.pem', exportPrivatePem(pair.privateKey));
  put('billing/text.pem', 'no key');
  put('billing/both.pem', pem + exportPrivatePem(pair.privateKey));
  writeFileSync(join(folder.path, 'outside.pem'), pem);
  symlinkSync(join(folder.path, 'outside.pem'), join(root, 'billing/link.pem'));
  symlinkSync(folder.path, join(root, 'up'));
  const kids = [
    'billing/private.pem',
    'billing/text.pem',
    'billing/both.pem',
    'billing/link.pem',
    'up/outside.pem',
  ];
  const paths = [
    '',
    'billing',
    'billing/',
    '..%2foutside.pem',
    '%2e%2e/outside.pem',
    'billing/%2e%2e/%2e%2e/outside.pem',
  ];
  for (const path of [...kids, ...paths, 'billing%2fa.pem', 'billing//a.pem', 'a%00', 'x'.repeat(300)]) {
    const answer = await get(path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(await answer.text()).not.toContain('KEY-----');
  }
  expect((await get('billing/a.pem', { method: 'PUT', body: pem })).status).toBe(405);
  expect(server.output()).toContain('private_key_refused');
});

it.each([
  [['nowhere'], 'cannot be read'],
  [[join(root, 'billing/a.pem')], 'is no folder'],
  [[root, '--port', '70000'], 'whole number'],
])('%j ends with 2: %s', async (args, problem) => {
  const { exitCode, stderr } = await finishCommand(['serve-keys', ...args], {});
  expect(exitCode).toBe(2);
  expect(stderr).toContain(problem);
});

/** Two services and a key repository as three processes: the examples of the documentation, and the built program. */
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { exportPrivatePem, generateKeyPair } from 'countersign';
import { createAsapSigner, createPrivateKeyDirectory, createStaticPrivateKey } from 'countersign/asap';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand, temporaryFolder } from '../support/authority-process.js';
import { type RunningProcess, startExample, startKeyServer } from '../support/example-process.js';

/** The default of createPemRepository. */
const COOL_DOWN_SECONDS = 5;

const folder = temporaryFolder();
const privateKeys = join(folder.path, 'private-keys');
const publicKeys = join(folder.path, 'public-keys');
let repository: RunningProcess;
let orders: RunningProcess;
let billing: RunningProcess;

function generateKey(issuer: string, name: string, privateFolder = privateKeys): void {
  const out = ['--out', privateFolder, '--public-out', publicKeys];
  runCommand(['keys', 'generate', '--issuer', issuer, '--name', name, ...out], {});
}

beforeAll(async () => {
  generateKey('billing', '2026-01');
  generateKey('shipping', '2026-01');
  repository = await startKeyServer(publicKeys);
  orders = await startExample('service-to-service/orders.mjs', { KEYS_URL: repository.url });
  billing = await startExample('service-to-service/billing.mjs', {
    ORDERS_URL: orders.url,
    PRIVATE_KEYS: privateKeys,
  });
});

afterAll(async () => {
  for (const running of [billing, orders, repository]) await running?.stop();
  folder.remove();
});

/** What billing was answered by orders. */
async function callThroughBilling(): Promise<{ status: number; answer: string }> {
  return (await fetch(billing.url)).json() as Promise<{ status: number; answer: string }>;
}

function tokenOf(issuer: string, audience: string): string {
  const keys = createPrivateKeyDirectory({ root: privateKeys });
  return createAsapSigner({ issuer, keys, algorithm: 'ES256' }).sign({ audience });
}

const callOrders = (token: string) => fetch(orders.url, { headers: { authorization: `Bearer ${token}` } });

/** Requests for keys that the repository answered with this status. */
const answered = (status: number) =>
  repository.output().split(`"route":"/asap/*kid","status":${status}`).length - 1;

const isAnsweredFor = (kid: string) => ({
  status: 200,
  answer: JSON.stringify({ caller: kid.split('/')[0], keyId: kid }),
});

it('calls pass, each with a token of its own, and the key is fetched once', async () => {
  const calls = await Promise.all(Array.from({ length: 20 }, callThroughBilling));
  expect(calls).toEqual(calls.map(() => isAnsweredFor('billing/2026-01.pem')));
  expect(answered(200)).toBe(1);
});

it('nobody gets in without a token, nor with one for somebody else', async () => {
  const none = await fetch(orders.url);
  expect(none.status).toBe(401);
  expect(none.headers.get('www-authenticate')).toBe('Bearer');
  const other = await callOrders(tokenOf('billing', 'payroll'));
  expect(other.status).toBe(401);
  expect(other.headers.get('www-authenticate')).toContain('error="invalid_token"');
});

it('A9: a token is taken once', async () => {
  const token = tokenOf('billing', 'orders');
  expect((await callOrders(token)).status).toBe(200);
  const again = await callOrders(token);
  expect(again.status).toBe(401);
  expect(await again.text()).toBe('Unauthorized: Invalid token - duplicate jti');
});

it('A10: of 100 presentations of one token at once, one passes', async () => {
  const token = tokenOf('billing', 'orders');
  const answers = await Promise.all(Array.from({ length: 100 }, () => callOrders(token)));
  expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
});

it('a key is rotated by dropping a file in, and no call notices', async () => {
  // As the documentation says: published first, then put where the service signs.
  generateKey('billing', '2026-02', join(folder.path, 'staging'));
  const calls: Promise<{ status: number }>[] = [];
  for (let round = 0; round < 10; round += 1) {
    calls.push(...Array.from({ length: 5 }, callThroughBilling));
    if (round === 4) {
      const name = join('billing', '2026-02.pem');
      renameSync(join(folder.path, 'staging', name), join(privateKeys, name));
    }
    await Promise.all(calls);
  }
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200));
  expect(await callThroughBilling()).toEqual(isAnsweredFor('billing/2026-02.pem'));
  expect(readdirSync(join(privateKeys, 'billing'))).toEqual(['2026-01.pem', '2026-02.pem']);
});

it('A12: 1,000 unknown key ids cause one fetch in a cool-down, and known callers go on meanwhile', async () => {
  const pem = exportPrivatePem(generateKeyPair('ES256').privateKey);
  const tokens = Array.from({ length: 1000 }, (_, index) => {
    const issuer = `stranger-${index}`;
    const keys = createStaticPrivateKey({ kid: `${issuer}/key`, pem });
    return createAsapSigner({ issuer, keys, algorithm: 'ES256', lifetimeSeconds: 600 }).sign({
      audience: 'orders',
    });
  });
  const startedAt = Date.now();
  const statuses: number[] = [];
  for (let at = 0; at < tokens.length; at += 100) {
    const answers = await Promise.all(tokens.slice(at, at + 100).map(callOrders));
    statuses.push(...answers.map(({ status }) => status));
    expect((await callThroughBilling()).status).toBe(200);
  }
  const coolDowns = Math.ceil((Date.now() - startedAt) / (COOL_DOWN_SECONDS * 1000));
  // The one that was looked for is not there; of the others nothing is said yet.
  expect(new Set(statuses)).toEqual(new Set([401, 503]));
  expect(answered(404)).toBeGreaterThan(0);
  expect(answered(404)).toBeLessThanOrEqual(coolDowns);
});

it('known callers go on while the repository is stopped, and strangers are told to come back', async () => {
  await repository.stop();
  expect((await callThroughBilling()).status).toBe(200);
  const token = tokenOf('shipping', 'orders');
  const answer = await callOrders(token);
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

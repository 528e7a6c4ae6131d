import { createPemRepository, createRemoteJwks, exportPublicPem, generateKeyPair } from 'countersign';
import type { TestKeyServer } from 'countersign/testing';
import { createTestClock, createTestKeyServer } from 'countersign/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usageProblem } from '../support/usage.js';

const { publicKey } = generateKeyPair('ES256', { kid: 'billing/key-1' });

async function setUp(): Promise<TestKeyServer> {
  const server = await createTestKeyServer();
  onTestFinished(server.close);
  return server;
}

/** What a key source makes of the server's answer. */
async function outcomeOf(server: TestKeyServer, timeoutMs = 5000): Promise<string> {
  const url = `${server.origin}/.well-known/jwks.json`;
  const clock = createTestClock(1_800_000_000);
  const jwks = createRemoteJwks({ url, algorithms: ['ES256'], clock, timeoutMs });
  return jwks.document().then(
    ({ keys }) => `${keys.length} keys`,
    (error) => error.code,
  );
}

describe('createTestKeyServer', () => {
  it('publishes a key set and its metadata for an issuer at or below its origin', async () => {
    const server = await setUp();
    const issuer = `${server.origin}/app`;
    server.publish(issuer, [publicKey]);
    for (const path of [
      '/.well-known/oauth-authorization-server/app',
      '/app/.well-known/openid-configuration',
    ]) {
      const metadata = (await (await fetch(server.origin + path)).json()) as Record<string, string>;
      expect(metadata).toEqual({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
      const keySet = (await (await fetch(metadata['jwks_uri'] ?? '')).json()) as { keys: { kid: string }[] };
      expect(keySet.keys.map(({ kid }) => kid)).toEqual(['billing/key-1']);
    }
    expect((await fetch(`${server.origin}/.well-known/jwks.json`)).status).toBe(404);
    expect(server.requests).toHaveLength(5);
  });

  it('publishes the keys of services as PEM files', async () => {
    const server = await setUp();
    server.publish('billing', [publicKey]);
    const repository = createPemRepository({ baseUrl: server.repositoryUrl, allowHttpLoopback: true });
    const key = await repository.resolve({ kid: 'billing/key-1', algorithm: 'ES256' });
    expect(exportPublicPem(key as typeof publicKey)).toBe(exportPublicPem(publicKey));
    await expect(repository.resolve({ kid: 'billing/key-2', algorithm: 'ES256' })).rejects.toThrow();
    expect(server.requests).toEqual(['/asap/billing/key-1', '/asap/billing/key-2']);
  });

  it('takes keys out again, and sends the headers that it is given', async () => {
    const server = await setUp();
    server.headers = { 'cache-control': 'max-age=60' };
    server.publish(server.origin, [publicKey]);
    const answer = await fetch(`${server.origin}/.well-known/jwks.json`);
    expect(answer.headers.get('cache-control')).toBe('max-age=60');
    expect(await outcomeOf(server)).toBe('1 keys');
    server.publish(server.origin, []);
    expect(await outcomeOf(server)).toBe('key_source_unavailable');
  });

  it('refuses to publish for an issuer of another server', async () => {
    const server = await setUp();
    for (const issuer of ['https://other.example', `${server.origin}0/app`])
      expect(usageProblem(() => server.publish(issuer, []))).toMatch(
        /^invalid_options: the issuer must be http/,
      );
  });

  it('breaks in the way it is told to, and is well again after', async () => {
    const server = await setUp();
    server.publish(server.origin, [publicKey]);
    const faults = [
      'down',
      { status: 500 },
      { bodyBytes: 50_000_000 },
      { redirectTo: 'http://127.0.0.1:1/' },
    ] as const;
    for (const fault of faults) {
      server.fault = fault;
      expect(await outcomeOf(server)).toBe('key_source_unavailable');
    }
    for (const fault of ['silent', { delayMs: 1000 }] as const) {
      server.fault = fault;
      expect(await outcomeOf(server, 20)).toBe('key_source_unavailable');
    }
    server.fault = { delayMs: 1 };
    expect(await outcomeOf(server)).toBe('1 keys');
    server.fault = null;
    expect(await outcomeOf(server)).toBe('1 keys');
    expect(server.requests).toHaveLength(8);
  });

  it.each([
    ['dwon', 'fault must be one of down, silent, did you mean "down"?'],
    [undefined, 'fault must be one of down, silent, not undefined'],
    [{ staus: 500 }, 'unknown option "staus", did you mean "status"?'],
    [{ status: 99 }, 'status must be an HTTP status from 200 to 599, not 99'],
    [{ delayMs: '5' }, 'delayMs must be a whole number of milliseconds'],
    [{}, 'one of delayMs, status, bodyBytes, redirectTo must be given, and one only'],
    [
      { status: 500, delayMs: 5 },
      'one of delayMs, status, bodyBytes, redirectTo must be given, and one only',
    ],
  ])('C8: breaks in no other way than those: %j', async (fault, problem) => {
    const server = await setUp();
    expect(usageProblem(() => Object.assign(server, { fault }))).toContain(`invalid_options: ${problem}`);
    expect(server.fault).toBeNull();
  });

  it('C8: publishes nothing but public keys', async () => {
    const server = await setUp();
    for (const keys of [publicKey, ['key'], generateKeyPair('ES256').privateKey] as never[])
      expect(usageProblem(() => server.publish('billing', keys))).toContain(
        'keys must be an array of public keys',
      );
    expect(usageProblem(() => server.publish('', [publicKey]))).toContain(
      'issuer must be a non-empty string',
    );
  });

  it('is gone once it is closed', async () => {
    const server = await setUp();
    await server.close();
    await expect(fetch(server.origin)).rejects.toThrow('fetch failed');
  });
});

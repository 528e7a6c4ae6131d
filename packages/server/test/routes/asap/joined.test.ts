import { randomBytes } from 'node:crypto';
import { createPemRepository } from 'countersign';
import { createAsapVerifier } from 'countersign/asap';
import { createTestClock } from 'countersign/testing';
import { expect, it } from 'vitest';
import { createAuthority } from '../../../src/app.js';
import { loadConfiguration } from '../../../src/config/index.js';
import { createWebHandler } from '../../../src/http/web-handler.js';
import { createMemoryRateLimits } from '../../../src/store/memory/index.js';
import { ADMIN, ADMIN_TOKEN } from '../../support/asap-routes.js';
import { asapToken } from '../../support/asap-token.js';
import { aKeyPair } from '../../support/published-pem.js';
import { silentLogger } from '../../support/recording-logger.js';
import { openTemporaryStore } from '../../support/temporary-store.js';

it('ASAP-15, K8: services find keys at the authority, ask again with the tag, and learn of a revocation', async () => {
  const temporary = await openTemporaryStore();
  const clock = createTestClock(1_700_000_000);
  const { settings } = loadConfiguration({ flags: {}, environment: {} });
  const authority = await createAuthority({
    settings,
    masterKey: randomBytes(32),
    store: temporary.store,
    rateLimits: createMemoryRateLimits(),
    mailTransport: null,
    adminToken: ADMIN_TOKEN,
    logger: silentLogger,
    clock,
  });
  const serve = createWebHandler({ handler: authority.handler, clientIp: () => '192.0.2.1' });
  const baseUrl = `${settings.issuer}/asap`;
  const change = async (method: string, kid: string, body?: string) => {
    const headers = { ...ADMIN, 'content-type': 'application/x-pem-file' };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    return (await serve(new Request(`${baseUrl}/${kid}`, init))).status;
  };

  const statuses: number[] = [];
  const verifier = createAsapVerifier({
    keys: createPemRepository({
      baseUrl,
      clock,
      allowHttpLoopback: true,
      fetch: async (url, init) => {
        const answer = await serve(new Request(url, init));
        statuses.push(answer.status);
        return answer;
      },
    }),
    audience: 'receiver',
    issuers: 'svc',
    clock,
  });
  const pair = aKeyPair('svc/2024/key.pem');
  const call = () => verifier.verifyAsync(asapToken(pair.privateKey, clock(), { aud: 'receiver' }));

  await expect(call()).rejects.toMatchObject({ code: 'key_not_found' });
  expect(await change('PUT', 'svc/2024/key.pem', pair.pem)).toBe(201);
  clock.advance(60);
  expect(await call()).toMatchObject({ issuer: 'svc', keyId: 'svc/2024/key.pem' });
  clock.advance(300);
  expect(await call()).toMatchObject({ issuer: 'svc' });
  expect(await change('DELETE', 'svc/2024/key.pem')).toBe(204);
  clock.advance(600);
  await expect(call()).rejects.toMatchObject({ code: 'key_not_found' });
  expect(statuses).toEqual([404, 200, 304, 410]);
  await temporary.close();
});

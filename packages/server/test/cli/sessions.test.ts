import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from 'countersign';
import { describe, expect, it } from 'vitest';
import { AUTHORITY_APP_ID } from '../../src/domain/app.js';
import type { Store } from '../../src/domain/stores.js';
import { ensureAuthorityApp } from '../../src/services/oauth/authority-app.js';
import { createVault } from '../../src/services/vault.js';
import { migrateSqlite, openSqliteStore } from '../../src/store/sqlite/index.js';
import { createCommandRunner } from '../support/command-runner.js';
import { addClient } from '../support/oauth-clients.js';
import { addGrant, aSession, OFFLINE } from '../support/oauth-rows.js';
import { silentLogger } from '../support/recording-logger.js';
import { aMail, anOutcome, aRequest } from '../support/store-rows.js';

/** Commands over the data of an authority to which Ada is signed in from two browsers, and a client that she uses. */
async function adaSignedInTwice() {
  const runner = createCommandRunner();
  await runner.runJson(['clients', 'list']); // Makes the database.
  const file = runner.at('data', 'countersign.db');
  await migrateSqlite({ file });
  const store = await openSqliteStore({ file, logger: silentLogger });
  const settings = { signingAlgorithm: 'ES256' } as const;
  const vault = createVault(randomBytes(32));
  await ensureAuthorityApp({ store, vault, clock: systemClock, issuer: 'https://auth.example', settings });
  const now = Math.floor(systemClock());
  const { clientId } = await addClient(store, { backchannelLogoutUri: 'https://client.example/out' });
  const person = await signIn(store, now);
  const times = { authenticatedAt: now, createdAt: now, expiresAt: now + 3600 };
  const sessions = [aSession(person, times), aSession(person, times)] as const;
  for (const session of sessions) {
    await store.oauth.loginSessions.replace(session, null);
    const lasting = { createdAt: now, rotatedAt: now, expiresAt: now + 3600, idleExpiresAt: now + 3600 };
    await addGrant(store, { clientId, session }, { ...lasting, access: OFFLINE });
  }
  const left = async () => {
    const found = sessions.map(({ secretHash }) => store.oauth.loginSessions.find(secretHash, now));
    return (await Promise.all(found)).filter((session) => session !== undefined).length;
  };
  return { ...runner, store, sessions, left, close: () => store.close() };
}

async function signIn(store: Store, now: number) {
  const address = { email: 'ada@example.com', emailKey: 'ada@example.com' };
  const request = aRequest(AUTHORITY_APP_ID, {
    ...address,
    linkExpiresAt: now + 60,
    codeExpiresAt: now + 60,
  });
  await store.signIns.replace(request, aMail(AUTHORITY_APP_ID));
  const key = { appId: AUTHORITY_APP_ID, linkHash: request.linkHash, starterHash: null, nowSeconds: now };
  const person = await store.signIns.consumeByLink(key, anOutcome());
  if (person === undefined) throw new Error('nobody has signed in');
  return person;
}

describe('sessions end', () => {
  it('logs a person out everywhere, whatever the spelling of the address, and has the clients told', async () => {
    const { run, store, left, close } = await adaSignedInTwice();
    const { exitCode, stdout } = await run(['sessions', 'end', '--email', 'Ada@Example.com']);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('Sessions ended: 2. Applications to be told: 2.\n');
    expect(await left()).toBe(0);
    const revoked = await store.oauth.revocations.list({ after: null, nowSeconds: systemClock(), limit: 10 });
    expect(revoked).toHaveLength(2);
    await close();
  });

  it('ends one session alone, and what it granted but for access while away', async () => {
    const { runJson, sessions, left, close } = await adaSignedInTwice();
    const args = ['sessions', 'end', '--session', sessions[0].sessionId];
    expect(await runJson(args)).toEqual({ ended: 1, clientsToTell: 1 });
    expect(await left()).toBe(1);
    expect(await runJson(args)).toEqual({ ended: 0, clientsToTell: 0 });
    expect(await runJson(['sessions', 'end', '--session', randomUUID()])).toMatchObject({ ended: 0 });
    await close();
  });

  it('says when nobody has that address, and when it was not said whose sessions', async () => {
    const { runRefused } = createCommandRunner();
    const end = (...args: readonly string[]) => runRefused(['sessions', 'end', ...args]);
    expect(await end('--email', 'eve@example.com')).toMatchObject({ exitCode: 1, code: 'unknown_person' });
    expect(await end('--email', 'eve@')).toMatchObject({ code: 'invalid_email' });
    expect(await end()).toMatchObject({ exitCode: 2, code: 'usage' });
    expect(await end('--email', 'a@example.com', '--session', 'x')).toMatchObject({ exitCode: 2 });
  });
});

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSqlStore } from '../../../src/store/sql/index.js';
import { migrate } from '../../../src/store/sql/migrate.js';
import { MIGRATIONS } from '../../../src/store/sql/migrations/index.js';
import { openDatabase } from '../../../src/store/sqlite/open-database.js';
import { createSqliteDriver } from '../../../src/store/sqlite/sqlite-driver.js';
import { temporaryFolder } from '../../support/authority-process.js';
import { aClient, addGrant, addPerson, aRefresh, aSession } from '../../support/oauth-rows.js';
import { aPublishedKey, NOW } from '../../support/store-rows.js';

it('S10: people who signed in before there was OAuth have sessions and grants after it', async () => {
  const folder = temporaryFolder();
  const database = await openDatabase(join(folder.path, 'countersign.db'), 0);
  const driver = createSqliteDriver({ database, lockTimeoutMs: 0 });
  const store = createSqlStore(driver);
  await migrate(driver, MIGRATIONS.slice(0, 3));
  const [person, key] = [await addPerson(store), aPublishedKey()];
  await store.publishedKeys.insertOnce(key);
  expect(await migrate(driver, MIGRATIONS.slice(0, 4))).toEqual({ from: 3, to: 4, applied: ['0004-oauth'] });
  await migrate(driver);

  const [client, session] = [aClient(), aSession(person)];
  await store.oauth.clients.insertOnce(client, null);
  await store.oauth.loginSessions.replace(session, null);
  const grant = await addGrant(store, { clientId: client.id, session });
  expect((await store.oauth.grants.rotate(aRefresh(grant))).outcome).toBe('rotated');
  expect(await store.publishedKeys.find(key.kid)).toEqual(key);
  await store.apps.delete(person.appId);
  expect(await store.oauth.loginSessions.find(session.secretHash, NOW)).toBeUndefined();
  expect(await store.oauth.grants.find(grant.id)).toBeUndefined();
  await store.close();
  folder.remove();
});

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/sqlite/open-database.js';
import { temporaryFolder } from '../../support/authority-process.js';
import { addBasics, addGrant, aRefresh } from '../../support/oauth-rows.js';
import { migratedStore } from '../../support/sqlite-stores.js';
import { watchDatabase } from '../../support/watched-database.js';

it('a refresh that wins is one statement, on rows found by their primary keys, and touches no index', async () => {
  const folder = temporaryFolder();
  const database = await openDatabase(join(folder.path, 'countersign.db'), 0);
  const executed: string[] = [];
  const store = await migratedStore(
    watchDatabase(database, (sql) => executed.push(sql)),
    0,
  );
  const grant = await addGrant(store, await addBasics(store));
  executed.length = 0;
  expect((await store.oauth.grants.rotate(aRefresh(grant))).outcome).toBe('rotated');
  const transaction = ['BEGIN IMMEDIATE', 'SAVEPOINT item', 'RELEASE item', 'COMMIT'];
  const statements = executed.filter((sql) => !transaction.includes(sql));
  expect(statements).toEqual([expect.stringMatching(/^UPDATE oauth_grants /)]);

  const [rotate = ''] = statements;
  const parameters = [...rotate.matchAll(/\?/g)].map(() => null);
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${rotate}`).all(...parameters) as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual([
    'SEARCH oauth_grants USING INDEX sqlite_autoindex_oauth_grants_1 (id=?)',
    'SEARCH oauth_clients USING INDEX sqlite_autoindex_oauth_clients_1 (id=?)',
  ]);
  const [, changed = ''] = /SET (.*?) FROM/s.exec(rotate) ?? [];
  const columns = [...changed.matchAll(/(\w+) = /g)].map(([, column = '']) => column);
  const indexed = database
    .prepare(
      `SELECT columns.name AS name FROM pragma_index_list('oauth_grants') AS indexes
        JOIN pragma_index_info(indexes.name) AS columns`,
    )
    .all() as { name: string }[];
  expect(columns).toContain('idle_expires_at');
  expect(indexed.map(({ name }) => name)).toContain('expires_at');
  expect(indexed.filter(({ name }) => columns.includes(name))).toEqual([]);
  await store.close();
  folder.remove();
});

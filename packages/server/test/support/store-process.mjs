// Runs one task of a parent test in a process of its own, on the built program. Talks by messages: the task comes in,
// `{ ready: true }` goes out, 'go' comes in, then whatever the task reports, then `{ done: true }`.

import { migrate } from '../../dist/store/sql/migrate.js';
import { migrateSqlite, openSqliteStore } from '../../dist/store/sqlite/index.js';
import { openDatabase } from '../../dist/store/sqlite/open-database.js';
import { createSqliteDriver } from '../../dist/store/sqlite/sqlite-driver.js';

const nothing = () => {};
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const report = (message) => process.send(message);
const received = () => new Promise((resolve) => process.once('message', resolve));

const tasks = {
  /** Migrates files one after the other. */
  async migrate({ files }) {
    for (const file of files) report({ file, applied: (await migrateSqlite({ file })).applied });
  },

  /** Migrates, and is killed right before the given statement. */
  async dieMigrating({ file, atStatement }) {
    const database = await openDatabase(file, 1000);
    let executed = 0;
    const count = (statement) => (values) => {
      if (executed === atStatement) process.kill(process.pid, 'SIGKILL');
      executed += 1;
      return statement(...values);
    };
    const watched = {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => {
        const statement = database.prepare(sql);
        const all = count(statement.all.bind(statement));
        const run = count(statement.run.bind(statement));
        return { all: (...values) => all(values), run: (...values) => run(values) };
      },
      close: () => database.close(),
    };
    await migrate(createSqliteDriver({ database: watched, lockTimeoutMs: 1000 }));
  },

  /** Redeems links, so many at once, each with its refresh token, and reports each as soon as it is answered. */
  async redeem({ file, appId, links, atOnce, nowSeconds }) {
    const store = await openSqliteStore({ file, logger });
    const left = [...links];
    const redeemNext = async () => {
      for (let link = left.shift(); link !== undefined; link = left.shift()) {
        const person = await store.signIns.consumeByLink(
          { appId, linkHash: link.linkHash, starterHash: null, nowSeconds },
          {
            newPersonId: `${process.pid}-${link.linkHash}`,
            refreshToken: { hash: link.tokenHash, expiresAt: nowSeconds + 1000 },
            deliveryCode: null,
          },
        );
        report({ linkHash: link.linkHash, redeemed: person !== undefined });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, redeemNext));
    await store.close();
  },
};

const { task, ...input } = await received();
const go = received();
report({ ready: true });
await go;
await tasks[task](input);
report({ done: true });
process.disconnect();

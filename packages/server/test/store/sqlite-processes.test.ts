import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/domain/stores.js';
import { migrateSqlite, openSqliteStore } from '../../src/store/sqlite/index.js';
import { temporaryFolder } from '../support/authority-process.js';
import { silentLogger } from '../support/recording-logger.js';
import { startStoreProcess } from '../support/store-process.js';
import { aHash, aMail, anApp, aRequest, NOW } from '../support/store-rows.js';

interface Redemption {
  readonly linkHash: string;
  readonly redeemed: boolean;
}

const KILLS = 8;

describe('a SQLite store that other processes use', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  const app = anApp();
  const open = () => openSqliteStore({ file, logger: silentLogger });

  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder.path, 'countersign.db');
    await migrateSqlite({ file });
  });
  afterEach(() => folder.remove());

  async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    const store = await open();
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  const addLinks = (count: number) =>
    withStore(async (store) => {
      await store.apps.insertOnce(app, []);
      const requests = Array.from({ length: count }, () => aRequest(app.id));
      await Promise.all(requests.map((request) => store.signIns.replace(request, aMail(app.id))));
      return requests.map(({ linkHash, emailKey }) => ({ linkHash, emailKey, tokenHash: aHash() }));
    });

  const startRedeeming = (links: readonly { linkHash: string; tokenHash: string }[], atOnce: number) =>
    startStoreProcess<Redemption>({ task: 'redeem', file, appId: app.id, links, atOnce, nowSeconds: NOW });

  it('M4: two processes that redeem the same 200 links at once redeem each exactly once', async () => {
    const links = await addLinks(200);
    const rivals = links.map(({ linkHash }) => ({ linkHash, tokenHash: aHash() }));
    const processes = await Promise.all([startRedeeming(links, 40), startRedeeming(rivals, 40)]);
    const ended = await Promise.all(processes.map((each) => each.run()));
    expect(ended.map(({ done, reports }) => [done, reports.length])).toEqual([
      [true, 200],
      [true, 200],
    ]);
    const redeemed = ended.flatMap(({ reports }) => reports.filter((report) => report.redeemed));
    expect(redeemed.map(({ linkHash }) => linkHash).sort()).toEqual(
      links.map(({ linkHash }) => linkHash).sort(),
    );
    const uses = await withStore((store) =>
      Promise.all(
        [...links, ...rivals].map(({ tokenHash }) => store.refreshTokens.use(app.id, tokenHash, NOW)),
      ),
    );
    expect(uses.filter(({ outcome }) => outcome === 'valid')).toHaveLength(200);
  });

  it('A9: has seen a used token also after the only process was ended and started again', async () => {
    const use = { issuer: 'svc', tokenHash: aHash(), expiresAt: NOW + 60 };
    const insert = () => withStore((store) => store.replayedTokens.insertOnce(use));
    expect(await insert()).toBe('inserted');
    expect(await insert()).toBe('seen');
  });

  it('S11: killed in a stream of redemptions, each acknowledged link stays used and none is half-made', async () => {
    const unfinished: number[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const links = await addLinks(150);
      const child = await startRedeeming(links, 8);
      let acknowledged = 0;
      const { reports } = await child.run(() => {
        acknowledged += 1;
        if (acknowledged === 1 + round * 12) child.kill();
      });
      const used = new Set(reports.map(({ linkHash }) => linkHash));
      expect(reports.every(({ redeemed }) => redeemed)).toBe(true);
      const found = await withStore((store) =>
        Promise.all(
          links.map(async ({ linkHash, emailKey, tokenHash }) => ({
            acknowledged: used.has(linkHash),
            live: (await store.signIns.findByLink(app.id, linkHash, NOW)) !== undefined,
            person: (await store.people.findByEmailKey(app.id, emailKey)) !== undefined,
            token: (await store.refreshTokens.use(app.id, tokenHash, NOW)).outcome,
          })),
        ),
      );
      expect(found.filter((each) => each.acknowledged && each.live)).toEqual([]);
      const halfMade = found.filter(
        ({ live, person, token }) => person === live || (token === 'valid') === live,
      );
      expect(halfMade).toEqual([]);
      unfinished.push(found.filter(({ live }) => live).length);
    }
    expect(unfinished.some((count) => count > 0)).toBe(true);
  }, 60_000);
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import { startAuthorityProcess, temporaryFolder } from '../support/authority-process.js';
import { freePort } from '../support/free-port.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import { type Outcomes, RestlessClient } from '../support/restless-client.js';
import {
  API,
  type RunningClient,
  redeemCode,
  registerClient,
  signIn,
  tally,
} from '../support/running-oauth.js';

const KILLS = 100;
const CLIENTS = 8;
/** Long enough for each client to be answered several times, short enough for the kill to find most of them at work. */
const LONGEST_LIFE_MS = 150;
/**
 * Whoever has waited for so long is answered before the next kill: on a busy machine one life after the other may end
 * too soon, and the grace of 10 seconds for a repeated refresh is over in the end, as it should be.
 */
const LONGEST_WAIT_MS = 4_000;

/** Rows that only half of a step would leave behind. */
const HALVES = {
  'used codes without their grant': `SELECT COUNT(*) AS n FROM oauth_codes
    WHERE used_at IS NOT NULL AND grant_id NOT IN (SELECT id FROM oauth_grants)`,
  'grants without their used code': `SELECT COUNT(*) AS n FROM oauth_grants
    WHERE id NOT IN (SELECT grant_id FROM oauth_codes WHERE used_at IS NOT NULL)`,
  'revoked grants that no gate is told of': `SELECT COUNT(*) AS n FROM oauth_grants WHERE revoked_at IS NOT NULL
    AND id NOT IN (SELECT value FROM oauth_revocations WHERE kind = 'grant')`,
  'revocations of grants that are not revoked': `SELECT COUNT(*) AS n FROM oauth_grants WHERE revoked_at IS NULL
    AND id IN (SELECT value FROM oauth_revocations WHERE kind = 'grant')`,
};

describe('S11: kill -9 while codes are redeemed and tokens are refreshed', () => {
  const folder = temporaryFolder();
  const outcomes: Outcomes = new Map();
  let mail: MailCatcher;
  let port: number;
  let client: RunningClient;
  let restless: readonly RestlessClient[];

  const start = () =>
    startAuthorityProcess({
      dataFolder: folder.path,
      port,
      environment: {
        COUNTERSIGN_SMTP_URL: mail.smtpUrl,
        COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example',
      },
    });

  beforeAll(async () => {
    mail = await startMailCatcher();
    port = await freePort();
    const authority = await start();
    client = registerClient(folder.path, '--introspects', API);
    const browser = await signIn(authority.url, mail, 'ada@example.com');
    restless = Array.from(
      { length: CLIENTS },
      () => new RestlessClient(client, authority.url, browser, outcomes),
    );
    await authority.stop();
  });

  afterAll(async () => {
    await mail?.close();
    folder.remove();
  });

  it(`O13 O14 S11: ${KILLS} times nothing that was used works again, and nobody is locked out`, async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const authority = await start();
      const work = Promise.all(restless.map((each) => each.work()));
      await Promise.race([work, sleep(Math.random() * LONGEST_LIFE_MS)]);
      while (restless.some(({ unansweredMs }) => unansweredMs > LONGEST_WAIT_MS)) await sleep(10);
      await authority.kill();
      await work;
    }
    const authority = await start();
    for (const each of restless) await each.settle();
    const codes = restless.flatMap(({ usedCodes }) => usedCodes);
    const replayed = [];
    for (const code of codes) replayed.push(await redeemCode(client, authority.url, code));
    expect(tally(replayed)).toEqual({ invalid_grant: codes.length });
    await authority.stop();

    const lines = [...outcomes].sort().map(([outcome, times]) => `  ${times} × ${outcome}`);
    console.info([`${KILLS} kills:`, ...lines].join('\n'));
    for (const outcome of [
      'refresh: rotated, the lost answer repeated',
      'code: used, its answer lost, refused',
    ])
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
  });

  it('S11: no step was left half done', async () => {
    const database = await openDatabase(join(folder.path, 'countersign.db'), 1000);
    for (const [half, sql] of Object.entries(HALVES))
      expect(database.prepare(sql).all(), half).toEqual([{ n: 0 }]);
    database.close();
  });
}, 600_000);

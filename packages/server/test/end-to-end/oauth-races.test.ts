/** Fifty at once over two processes on one database: what is used once is used once, and what is repeated is the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeUnverifiedJwt } from 'countersign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityProcess, temporaryFolder } from '../support/authority-process.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import type { PageClient } from '../support/page-client.js';
import { hiddenFields } from '../support/page-visitor.js';
import {
  API,
  atOnce,
  authorizationQuery,
  isActive,
  type OauthReply,
  postAs,
  type RunningClient,
  redeemCode,
  refresh,
  registerClient,
  signIn,
  startAuthorities,
  takeCode,
  tally,
} from '../support/running-oauth.js';

const AT_ONCE = 50;
const ROUNDS = 10;
const GRACE_SECONDS = 10;
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

describe('fifty at once, over two processes', () => {
  const folder = temporaryFolder();
  let processes: readonly AuthorityProcess[] = [];
  let mail: MailCatcher;
  let issuer: string;
  let client: RunningClient;
  let browser: PageClient;

  beforeAll(async () => {
    mail = await startMailCatcher();
    processes = await startAuthorities(2, { dataFolder: folder.path, mail });
    issuer = processes[0]?.url ?? '';
    const grants = ['authorization_code', 'refresh_token', 'device_code'].flatMap((type) => [
      '--grant-type',
      type,
    ]);
    client = registerClient(folder.path, ...grants, '--introspects', API);
    browser = await signIn(issuer, mail, 'ada@example.com');
  });

  afterAll(async () => {
    for (const authority of processes) await authority.stop();
    await mail?.close();
    folder.remove();
  });

  const poll = (origin: string, deviceCode: unknown) =>
    postAs(client, `${origin}/token`, { grant_type: DEVICE_CODE, device_code: String(deviceCode) });

  const tokensOf = (replies: readonly OauthReply[]) =>
    replies.find(({ status }) => status === 200)?.body ?? {};

  /** Refused by both, each with the answer of the standards. */
  async function expectDead(tokens: OauthReply['body']): Promise<void> {
    for (const { url } of processes) {
      expect(await isActive(client, url, tokens['access_token'])).toBe(false);
      expect(tally([await refresh(client, url, String(tokens['refresh_token']))])).toEqual({
        invalid_grant: 1,
      });
    }
  }

  it('O6 O7: one code gives tokens once, and the others take them back, ten times in a row', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const code = await takeCode(browser, issuer, client);
      const replies = await atOnce(AT_ONCE, processes, (origin) => redeemCode(client, origin, code));
      expect(tally(replies)).toEqual({ 200: 1, invalid_grant: AT_ONCE - 1 });
      await expectDead(tokensOf(replies));
    }
  });

  it('O11 O12 O13: one refresh token has one successor, ten times in a row, and after the grace the family dies', async () => {
    const families: {
      readonly used: string;
      readonly live: OauthReply['body'];
      readonly rotatedAt: number;
    }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { body } = await redeemCode(client, issuer, await takeCode(browser, issuer, client));
      const used = String(body['refresh_token']);
      const replies = await atOnce(AT_ONCE, processes, (origin) => refresh(client, origin, used));
      expect(tally(replies)).toEqual({ 200: AT_ONCE });
      expect(new Set(replies.map((reply) => reply.body['refresh_token'])).size).toBe(1);
      const claims = replies.map(
        (reply) => decodeUnverifiedJwt(String(reply.body['access_token'])).unverifiedClaims,
      );
      expect(new Set(claims.map(({ jti, iat, exp }) => `${jti} ${iat} ${exp}`)).size).toBe(1);
      families.push({ used, live: replies[0]?.body ?? {}, rotatedAt: Number(claims[0]?.['iat']) });
    }

    // These are processes of their own, and have no clock but that of the machine.
    const lastRotatedAt = Math.max(...families.map(({ rotatedAt }) => rotatedAt));
    await sleep((lastRotatedAt + GRACE_SECONDS + 1) * 1000 - Date.now());
    for (const [index, { used, live }] of families.entries()) {
      expect(await isActive(client, issuer, live['access_token'])).toBe(true);
      const reused = await refresh(client, processes[index % 2]?.url ?? '', used);
      expect(tally([reused])).toEqual({ invalid_grant: 1 });
      await expectDead(live);
    }
  });

  it('O11 O12: the live token and its grandparent at once leave no live branch', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { body } = await redeemCode(client, issuer, await takeCode(browser, issuer, client));
      const grandparent = String(body['refresh_token']);
      const parent = String((await refresh(client, issuer, grandparent)).body['refresh_token']);
      const live = String((await refresh(client, issuer, parent)).body['refresh_token']);
      let index = 0;
      const replies = await atOnce(AT_ONCE, processes, (origin) => {
        index += 1;
        return refresh(client, origin, index % 5 === 0 ? grandparent : live);
      });
      expect(replies.every(({ status }) => status === 200 || status === 400)).toBe(true);
      const given = replies.filter(({ status }) => status === 200);
      expect(new Set(given.map((reply) => reply.body['refresh_token'])).size).toBeLessThanOrEqual(1);
      await expectDead(given[0]?.body ?? body);
    }
  });

  it('RFC 8628 3.5: one approval by fifty presses of its button, and fifty polls take the tokens once', async () => {
    for (let round = 0; round < 4; round += 1) {
      const begun = await postAs(client, `${issuer}/device_authorization`, { scope: 'read' });
      const userCode = String(begun.body['user_code']);
      const page = await browser.post(`${issuer}/device`, { user_code: userCode });
      const fields = { ...hiddenFields(await page.text()), user_code: userCode, action: 'connect' };
      const pressed = await atOnce(AT_ONCE, processes, async (origin) => {
        const answer = await browser.post(`${origin}/device`, fields);
        await answer.arrayBuffer();
        return { status: answer.status, body: {} };
      });
      expect(tally(pressed)).toEqual({ 200: 1, 410: AT_ONCE - 1 });
      const polls = await atOnce(AT_ONCE, processes, (origin) => poll(origin, begun.body['device_code']));
      expect(tally(polls)).toEqual({ 200: 1, invalid_grant: AT_ONCE - 1 });
      expect(await isActive(client, issuer, tokensOf(polls)['access_token'])).toBe(true);
    }
  });

  it('RFC 8628 3.5: of fifty polls that come too early one is told to wait, and the others to slow down', async () => {
    const begun = await postAs(client, `${issuer}/device_authorization`, { scope: 'read' });
    const polls = await atOnce(AT_ONCE, processes, (origin) => poll(origin, begun.body['device_code']));
    expect(tally(polls)).toEqual({ authorization_pending: 1, slow_down: AT_ONCE - 1 });
  });

  it('O25: one consent gives one code, however often its button is pressed, ten times in a row', async () => {
    const asking = registerClient(folder.path, '--no-skip-consent');
    for (let round = 0; round < ROUNDS; round += 1) {
      const { query, verifier } = authorizationQuery(asking, { prompt: 'consent' });
      const asked = await browser.get(`${issuer}/authorize?${query}`);
      const page = await browser.get(asked.headers.get('location') ?? '');
      const fields = { ...hiddenFields(await page.text()), action: 'allow' };
      const answers = await atOnce(AT_ONCE, processes, async (origin) => {
        const answer = await browser.post(`${origin}/consent`, fields);
        await answer.arrayBuffer();
        return answer;
      });
      const codes = answers.flatMap(({ headers }) => {
        const location = headers.get('location');
        return location === null ? [] : [new URL(location).searchParams.get('code') ?? ''];
      });
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(AT_ONCE - 1);
      expect(codes).toHaveLength(1);
      expect((await redeemCode(asking, issuer, { code: codes[0] ?? '', verifier })).status).toBe(200);
    }
  });
}, 120_000);

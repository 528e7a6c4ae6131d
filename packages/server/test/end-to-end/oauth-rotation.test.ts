/** The keys of joined authorities change under load, and gates that find them by discovery refuse nobody. */
import { decodeUnverifiedJwt } from 'countersign';
import { accessTokens, createGate } from 'countersign/gate';
import { createTestClock, type TestClock } from 'countersign/testing';
import { expect, it } from 'vitest';
import { createKeyRotationWorker } from '../../src/services/oauth/key-rotation-worker.js';
import { type GuardedApi, startGuardedApi } from '../support/guarded-api.js';
import { type JoinedAuthorities, startJoinedAuthorities } from '../support/joined-authorities.js';
import { silentLogger } from '../support/recording-logger.js';
import { API, postAs, type RunningClient } from '../support/running-oauth.js';

const SECONDS = 600;
const TOKENS_PER_SECOND_AND_PROCESS = 10;
/** Longer than key sets are kept. */
const TOKEN_LIFETIME_SECONDS = 420;
/** Below the lead of a next key: it rotates as soon as that is over. */
const ROTATE_AFTER_SECONDS = 200;
const KEY_SET_MAX_AGE_SECONDS = 300;
/** Until every process sees what another did to the keys. */
const SPREAD_SECONDS = 5;
const COMMAND_TOO_EARLY_AT = 300;
const LAST_ROTATION_BY_TIME_AT = 420;
const COMMAND_AT = 545;

interface Lane {
  /** Where tokens come from. */
  readonly origin: string;
  /** Behind a gate that has its keys from the other process. */
  readonly api: GuardedApi;
}

async function startLanes(
  { issuer, authorities }: JoinedAuthorities,
  clock: TestClock,
): Promise<readonly Lane[]> {
  const origins = authorities.map(({ origin }) => origin);
  return Promise.all(
    origins.map(async (origin, index) => {
      const other = origins.at(index - 1) ?? '';
      const gate = createGate({
        accept: [accessTokens({ issuer, audience: API })],
        fetch: (url, init) => fetch(url.replace(issuer, other), init),
        clock,
      });
      return { origin, api: await startGuardedApi(gate) };
    }),
  );
}

async function addClient({ authorities }: JoinedAuthorities): Promise<RunningClient> {
  const created = await authorities[0]?.clients.create({
    name: 'Billing',
    grantTypes: ['client_credentials'],
    access: [{ audience: API, scopes: ['read'] }],
    accessTokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  return { id: created?.client.id ?? '', secret: created?.secret ?? '' };
}

const kidOf = (token: string) => String(decodeUnverifiedJwt(token).unverifiedHeader['kid']);

async function takeTokens(client: RunningClient, origin: string, count: number): Promise<readonly string[]> {
  const replies = await Promise.all(
    Array.from({ length: count }, () =>
      postAs(client, `${origin}/token`, { grant_type: 'client_credentials' }),
    ),
  );
  return replies.map(({ body }) => String(body['access_token']));
}

/** So many tokens each second, each used at once, and one of each second again when its life is nearly over. */
function createLoad(client: RunningClient, lanes: readonly Lane[], clock: TestClock) {
  const answers: number[] = [];
  const signedBy = new Set<string>();
  const old: { readonly token: string; readonly api: GuardedApi; readonly oldEnoughAt: number }[] = [];
  const call = async (api: GuardedApi, tokens: readonly string[]) =>
    answers.push(...(await Promise.all(tokens.map((token) => api.call(token)))));
  return {
    answers,
    signedBy,
    async second(): Promise<void> {
      for (const { origin, api } of lanes) {
        const tokens = await takeTokens(client, origin, TOKENS_PER_SECOND_AND_PROCESS);
        await call(api, tokens);
        const [token = ''] = tokens;
        signedBy.add(kidOf(token));
        old.push({ token, api, oldEnoughAt: clock() + TOKEN_LIFETIME_SECONDS - 1 });
      }
      for (let next = old[0]; next !== undefined && next.oldEnoughAt <= clock(); next = old[0]) {
        old.shift();
        await call(next.api, [next.token]);
      }
    },
  };
}

it('K12: rotations by time and by command in ten minutes under load refuse no call; a withdrawn key does', async () => {
  const clock = createTestClock(1_800_000_000);
  const joined = await startJoinedAuthorities(2, clock);
  const client = await addClient(joined);
  const lanes = await startLanes(joined, clock);
  const { store, vault, authorities } = joined;
  const rotation = createKeyRotationWorker({
    ...{ store, vault, clock, logger: silentLogger },
    rotateAfterSeconds: ROTATE_AFTER_SECONDS,
  });
  const [byCommand] = authorities.map(({ keys }) => keys);
  const load = createLoad(client, lanes, clock);
  clock.advance(ROTATE_AFTER_SECONDS); // The first keys are no newborns.

  for (let second = 0; second < SECONDS; second += 1) {
    clock.advance(1);
    if (second % 60 === 0 && second <= LAST_ROTATION_BY_TIME_AT) await rotation.rotateDue();
    if (second === COMMAND_TOO_EARLY_AT)
      await expect(byCommand?.rotate()).rejects.toMatchObject({ code: 'next_key_too_young' });
    if (second === COMMAND_AT) await byCommand?.rotate();
    await load.second();
  }
  expect(new Set(load.answers)).toEqual(new Set([200]));
  expect(load.answers.length).toBeGreaterThan(SECONDS * lanes.length * TOKENS_PER_SECOND_AND_PROCESS);
  // At the beginning, by time, by command.
  expect(load.signedBy.size).toBe(3);

  const [first] = lanes;
  const stolen = await takeTokens(client, first?.origin ?? '', 1);
  await byCommand?.withdraw(kidOf(stolen[0] ?? ''));
  clock.advance(SPREAD_SECONDS);
  for (const { origin } of lanes) {
    const tokens = await takeTokens(client, origin, TOKENS_PER_SECOND_AND_PROCESS);
    for (const token of tokens) expect(await first?.api.call(token), 'of the new key').toBe(200);
  }
  // The other gate has seen no new key, and learns of it as its copy of the key set runs out.
  clock.advance(KEY_SET_MAX_AGE_SECONDS - SPREAD_SECONDS);
  for (const { api } of lanes) expect(await api.call(stolen[0] ?? '')).toBe(401);
}, 120_000);

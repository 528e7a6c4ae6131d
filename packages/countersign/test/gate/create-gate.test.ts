import type { ReplayVerdict } from 'countersign/asap';
import { createMemoryReplayStore } from 'countersign/asap';
import type { Acceptor, GateOptions, GateRequest } from 'countersign/gate';
import { asap, createGate } from 'countersign/gate';
import { describe, expect, it } from 'vitest';
import { keyPairFor } from '../support/keys.js';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { authorizedBy, requestWith } from './support/gate-requests.js';
import { answerOf, checkToken, gateWith } from './support/gates.js';
import { plainLane, plainToken } from './support/plain-lane.js';

const PREFLIGHT = requestWith({
  method: 'OPTIONS',
  fields: [
    ['Origin', 'https://app.example'],
    ['Access-Control-Request-Method', 'PUT'],
  ],
});

/** Runs with a member that somebody has put on the prototype of all objects. */
async function withPollution<Result>(name: string, value: unknown, run: () => Promise<Result>) {
  Object.defineProperty(Object.prototype, name, { value, configurable: true });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
}

const replayStore = () => createMemoryReplayStore({ clock: () => NOW });

/** One request that passes several guards. */
function carried(token: string): GateRequest {
  return { ...authorizedBy(`Bearer ${token}`), carrier: {} };
}

describe('the options of a gate', () => {
  it('are checked together, and misspelt names refused', () => {
    const options = {
      accept: [],
      realm: 'a\nb',
      toleranceSeconds: 301,
      cache: { maxTokens: 1, maxByte: 5 },
      revocation: { source: {}, whenUnavailable: 'ignore' },
      answer: 'asap',
      clock: 5,
    } as unknown as GateOptions;
    expect(usageProblem(() => createGate(options)).split('; ')).toEqual([
      'invalid_options: unknown option "answer", did you mean "answers"?',
      'accept must be a non-empty array of what acceptor functions give, not an empty array',
      'realm must be 1 to 256 characters of printable ASCII, not a string',
      'toleranceSeconds must be a number of seconds from 0 to 300, not 301',
      'cache is not right: unknown option "maxByte", did you mean "maxBytes"?',
      'maxTokens must be a whole number of tokens from 2 to 10000000, not 1',
      'revocation is not right: source must be a revocation source: an object with check',
      'whenUnavailable must be refuse or accept: there is no default, not a string',
      'clock must be a function, not 5',
    ]);
  });

  it('may not hold two acceptors that could both claim a token', () => {
    const accept = [plainLane().acceptor, plainLane().acceptor];
    expect(usageProblem(() => createGate({ accept }))).toContain('two plain in accept');
    const services = { audience: 'api', issuers: null, keys: keyPairFor('ES256').publicKey };
    expect(usageProblem(() => createGate({ accept: [asap(services), asap(services)] }))).toContain('asap');
  });

  it('are copied: changing the list later changes nothing', async () => {
    const accept: Acceptor[] = [plainLane().acceptor];
    const { guard } = gateWith({ accept });
    accept.length = 0;
    expect(await answerOf(guard, plainToken())).toBe('caller');
  });

  it('for one route are checked when its guard is made', () => {
    const { gate } = gateWith({ accept: [plainLane().acceptor] });
    expect(usageProblem(() => gate.guard({ kinds: 'person' }))).toBe(
      'invalid_options: kinds: the gate accepts no callers of kind "person"',
    );
  });

  it('C14: a polluted prototype makes no caller of a request that breaks the rules of its route', async () => {
    const { guard } = gateWith({ accept: [plainLane().acceptor] }, { check: () => false });
    const answer = await withPollution('outcome', 'caller', () => answerOf(guard, plainToken()));
    expect(answer).toBe('refused_by_check');
    const outcome = await withPollution('outcome', 'caller', () => checkToken(guard, plainToken()));
    expect(outcome).toMatchObject({ outcome: 'refused', status: 403 });
  });

  it('for a cookie make every answer vary with it', () => {
    const accept = [plainLane().acceptor];
    expect(gateWith({ accept }).guard.vary).toBe('Authorization');
    const { guard } = gateWith({ accept, cookie: 'token' });
    expect(guard.vary).toBe('Authorization, Cookie');
    expect(guard.check(requestWith())).toMatchObject({ headers: { vary: 'Authorization, Cookie' } });
  });
});

describe('the way through a gate', () => {
  it('ends in order: structure, signature, claims, revocation, single use, rules', async () => {
    const replay = replayStore();
    const lane = plainLane({ replay });
    const seen: string[] = [];
    const source = { check: () => (seen.push('asked') > 1 ? 'good' : 'revoked') as 'good' | 'revoked' };
    const { guard } = gateWith(
      { accept: [lane.acceptor], revocation: { source, whenUnavailable: 'refuse' } },
      { scopes: 'write' },
    );
    expect(await answerOf(guard, 'a.b')).toBe('malformed_token');
    expect(await answerOf(guard, `${plainToken()}A`)).toBe('bad_signature');
    expect(await answerOf(guard, plainToken({ exp: NOW }))).toBe('token_expired');
    expect([seen.length, replay.size]).toEqual([0, 0]);
    expect(await answerOf(guard, plainToken())).toBe('token_revoked');
    expect(replay.size).toBe(0);
    expect(await answerOf(guard, plainToken())).toBe('insufficient_scope');
    expect(await answerOf(guard, plainToken())).toBe('token_replayed');
  });

  it('C17: text that can be no token is malformed, and asks no verifier', async () => {
    const lane = plainLane();
    const { guard } = gateWith({ accept: [lane.acceptor] });
    expect(await checkToken(guard, 'a.b.ü')).toMatchObject({ status: 400, reason: 'credentials_malformed' });
    expect(lane.verifications).toBe(0);
  });

  it.each([
    ' ',
    '\t',
    ',',
    ', ',
    ` ${plainToken()}`,
    `,${plainToken()}`,
    `, Bearer ${plainToken()}`,
    ', Basic YTpi',
  ])('C17: a good token is malformed with %j behind it, known or not', async (more) => {
    const { guard } = gateWith({ accept: [plainLane().acceptor] });
    const malformed = { status: 400, reason: 'credentials_malformed' };
    expect(await checkToken(guard, plainToken() + more)).toMatchObject(malformed);
    expect(await answerOf(guard, plainToken())).toBe('caller');
    expect(await checkToken(guard, plainToken() + more)).toMatchObject(malformed);
  });

  it('ASAP-30: with the answers of the original what cannot be read is no token', async () => {
    const { guard } = gateWith({ accept: [plainLane().acceptor], answers: 'asap' });
    expect(guard.check(authorizedBy('Bearer  two spaces'))).toMatchObject({
      status: 401,
      reason: 'token_missing',
      body: 'Unauthorized',
    });
  });

  it('lets preflight requests pass where it was told to, and no others', () => {
    const accept = [plainLane().acceptor];
    expect(gateWith({ accept }).guard.check(PREFLIGHT)).toMatchObject({ reason: 'token_missing' });
    const { guard } = gateWith({ accept, letPreflightPass: true });
    expect(guard.check(PREFLIGHT)).toEqual({ outcome: 'preflight', caller: undefined, reason: null });
    const origin = [['Origin', 'https://app.example']] as const;
    const others = [
      { method: 'OPTIONS', fields: origin },
      { method: 'options', fields: origin },
      { fields: origin },
    ];
    for (const each of others) expect(guard.check(requestWith(each))).toMatchObject({ outcome: 'refused' });
    expect(guard.check({ ...PREFLIGHT, method: 'GET' })).toMatchObject({ outcome: 'refused' });
  });

  it('a token that is bound to a key is refused where no proof is asked for', async () => {
    const lane = plainLane({ boundTo: { jkt: 'a'.repeat(43) } });
    const { guard } = gateWith({ accept: [lane.acceptor] });
    for (const _ of [1, 2]) expect(await answerOf(guard, plainToken())).toBe('proof_of_possession_missing');
  });

  it('gives no promise where nothing has to be waited for', () => {
    const { gate } = gateWith({ accept: [plainLane().acceptor] });
    const request = authorizedBy(`Bearer ${plainToken()}`);
    expect(gate.guard().check(request)).toMatchObject({ outcome: 'caller' });
    expect(gate.guard({ check: () => true }).check(request)).toMatchObject({ outcome: 'caller' });
    expect(gate.guard({ check: async () => true }).check(request)).toBeInstanceOf(Promise);
  });
});

describe('the modes of a gate (rows ASAP-33 and ASAP-34)', () => {
  const modes = ['required', 'optional', 'unsafePermissive'] as const;
  const answers = async (token: string | undefined, rules: object = {}) => {
    const { gate } = gateWith({ accept: [plainLane().acceptor] });
    const request = token === undefined ? requestWith() : authorizedBy(`Bearer ${token}`);
    return Promise.all(
      modes.map(async (mode) => {
        const { outcome } = await gate.guard({ mode, ...rules }).check(request);
        return outcome;
      }),
    );
  };

  it('differ where there is no token, and where it is bad', async () => {
    expect(await answers(undefined)).toEqual(['refused', 'anonymous', 'anonymous']);
    expect(await answers(plainToken({ exp: NOW }))).toEqual(['refused', 'refused', 'anonymous']);
    expect(await answers('garb age')).toEqual(['refused', 'refused', 'anonymous']);
    expect(await answers(plainToken())).toEqual(['caller', 'caller', 'caller']);
  });

  it('differ where a caller does not meet the rules', async () => {
    expect(await answers(plainToken(), { scopes: 'write' })).toEqual(['refused', 'refused', 'anonymous']);
    expect(await answers(plainToken(), { check: () => false })).toEqual(['refused', 'refused', 'anonymous']);
  });

  it('C18: agree where it cannot be decided', async () => {
    const check = () => {
      throw new Error('the database is down');
    };
    expect(await answers(plainToken(), { check })).toEqual(['refused', 'refused', 'refused']);
  });
});

describe('single use', () => {
  it('refuses a token that comes with a second request', async () => {
    const { guard } = gateWith({ accept: [plainLane({ replay: replayStore() }).acceptor] });
    expect(await guard.check(carried(plainToken()))).toMatchObject({ outcome: 'caller' });
    expect(await guard.check(carried(plainToken()))).toMatchObject({ reason: 'token_replayed' });
    expect(await answerOf(guard, plainToken())).toBe('token_replayed');
  });

  it('ASAP-35: lets one request pass any number of guards of one gate, one after the other or at once', async () => {
    const memory = replayStore();
    const stores = [memory, { insertOnce: async (entry: never) => memory.insertOnce(entry) }];
    for (const replay of stores) {
      const { gate, guard } = gateWith({ accept: [plainLane({ replay }).acceptor] });
      const token = plainToken({ jti: `of store ${stores.indexOf(replay)}` });
      const request = carried(token);
      const outcomes = await Promise.all([guard.check(request), gate.guard().check(request)]);
      expect([...outcomes, await gate.guard({ kinds: 'application' }).check(request)]).toMatchObject([
        { outcome: 'caller' },
        { outcome: 'caller' },
        { outcome: 'caller' },
      ]);
      expect(await guard.check(carried(token))).toMatchObject({ reason: 'token_replayed' });
    }
  });

  it('knows a token by its jti alone: another one on the same request is another use', async () => {
    const { guard } = gateWith({ accept: [plainLane({ replay: replayStore() }).acceptor] });
    const carrier = {};
    const check = (jti: string) => guard.check({ ...carried(plainToken({ jti })), carrier });
    expect([check('a'), check('b'), check('a')]).toMatchObject([
      { outcome: 'caller' },
      { outcome: 'caller' },
      { reason: 'token_replayed' },
    ]);
  });

  it('asks again after an outage of the store, and remembers no failure for the request', async () => {
    const verdicts: (() => Promise<ReplayVerdict>)[] = [
      () => Promise.reject(new Error('down')),
      async () => 'full',
      async () => 'inserted',
    ];
    const replay = { insertOnce: () => (verdicts.shift() as () => Promise<ReplayVerdict>)() };
    const { guard } = gateWith({ accept: [plainLane({ replay }).acceptor] });
    const request = carried(plainToken());
    expect(await guard.check(request)).toMatchObject({ status: 503, reason: 'replay_store_unavailable' });
    expect(await guard.check(request)).toMatchObject({ status: 503, reason: 'replay_store_full' });
    expect(await guard.check(request)).toMatchObject({ outcome: 'caller' });
  });

  it('cannot be had of a token without jti', async () => {
    const { guard } = gateWith({ accept: [plainLane({ replay: replayStore() }).acceptor] });
    expect(await answerOf(guard, plainToken({ jti: undefined }))).toBe('claim_missing');
  });
});

describe('failures (row C18)', () => {
  it('of the key source, the clock, a verifier or the request itself are answered 503, and let nobody in', async () => {
    const lane = plainLane();
    lane.beforeKeys = () => Promise.reject(new Error('unreachable'));
    const { gate } = gateWith({ accept: [lane.acceptor] });
    for (const mode of ['required', 'optional', 'unsafePermissive'] as const) {
      expect(await checkToken(gate.guard({ mode }), plainToken())).toMatchObject({
        status: 503,
        reason: 'unexpected_error',
        headers: { 'retry-after': '10' },
      });
    }
    const unreadable = { method: 'GET', url: '/', headers: () => fail() };
    expect(await gate.guard({ mode: 'optional' }).check(unreadable)).toMatchObject({ status: 503 });
    const clockless = gateWith({ accept: [plainLane().acceptor], clock: () => fail() });
    expect(await answerOf(clockless.guard, plainToken())).toBe('unexpected_error');
  });

  it('of warming up are told to whoever waits until the gate is ready', async () => {
    const accept = [plainLane({ warmUp: () => Promise.reject(new Error('unreachable')) }).acceptor];
    await expect(gateWith({ accept }).gate.ready()).rejects.toThrow('unreachable');
    const source = { check: () => 'good' as const, warmUp: () => Promise.reject(new Error('secret')) };
    const { gate } = gateWith({
      accept: [plainLane().acceptor],
      revocation: { source, whenUnavailable: 'accept' },
    });
    await expect(gate.ready()).rejects.toMatchObject({ code: 'revocation_unavailable' });
    await expect(gateWith({ accept: [plainLane().acceptor] }).gate.ready()).resolves.toBeUndefined();
  });
});

function fail(): never {
  throw new Error('broken');
}

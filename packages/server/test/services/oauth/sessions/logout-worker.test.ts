import { createGuardedFetch, createJwtVerifier, decodeUnverifiedJwt } from 'countersign';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOGOUT_DELIVERY_SECONDS, type LoginSession } from '../../../../src/domain/oauth/grant.js';
import { StoreUnavailableError } from '../../../../src/domain/stores.js';
import {
  createLogoutWorker,
  type LogoutWorkerOptions,
} from '../../../../src/services/oauth/sessions/logout-worker.js';
import { createTokenIssuer } from '../../../../src/services/oauth/tokens/token-issuer.js';
import { startLogoutReceiver } from '../../../support/logout-receiver.js';
import { createManualTimers, type ManualTimers } from '../../../support/manual-timers.js';
import { addClient } from '../../../support/oauth-clients.js';
import { type OauthAuthority, openOauthAuthority, signInPerson } from '../../../support/oauth-endpoints.js';
import { addGrant } from '../../../support/oauth-rows.js';
import { createRecordingLogger, type LogLine } from '../../../support/recording-logger.js';
import { ISSUER } from '../../../support/request-handler.js';

let authority: OauthAuthority;
let timers: ManualTimers;
let lines: readonly LogLine[];
let started: ReturnType<typeof createLogoutWorker>[];

beforeEach(async () => {
  authority = await openOauthAuthority();
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map(stopSoon));
  await authority.close();
});

/** A worker on the store of this test, which runs; stopped after it. */
function startWorker(changes: Partial<LogoutWorkerOptions> = {}) {
  const { store, clock, keys } = authority;
  const recording = createRecordingLogger();
  timers = createManualTimers();
  lines = recording.lines;
  const worker = createLogoutWorker({
    store,
    clock,
    logger: recording.logger,
    tokens: createTokenIssuer({ keys, clock, issuer: ISSUER }),
    setTimer: timers.setTimer,
    ...changes,
  });
  started.push(worker);
  worker.start();
  return worker;
}

/** Stops it without waiting for those who never answer. */
async function stopSoon(worker: ReturnType<typeof createLogoutWorker>): Promise<void> {
  let isStopped = false;
  const stopped = worker.stop().then(() => {
    isStopped = true;
  });
  await until(() => {
    timers.fire();
    expect(isStopped).toBe(true);
  });
  await stopped;
}

/** Somebody logs out of a session from which this client had a grant. */
async function queueLogout(url: string): Promise<{ clientId: string; session: LoginSession }> {
  const { store, clock } = authority;
  const { clientId } = await addClient(store, { backchannelLogoutUri: url });
  const session = await signInPerson(store);
  await addGrant(store, { clientId, session });
  const { sessionId } = session;
  await store.oauth.loginSessions.end({ sessionId }, clock(), () => `delivery-${clientId}`);
  return { clientId, session };
}

const events = () => lines.map(({ event }) => event);
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 5000, interval: 5 });
const untilSaid = (event: string, times = 1) =>
  until(() => expect(events().filter((each) => each === event)).toHaveLength(times));
/** What is left, whenever it may be due. */
const waiting = () =>
  authority.store.oauth.logoutDeliveries.claimDue({ nowSeconds: 1e10, leaseSeconds: 0, limit: 100 });
/** Every name is one of this machine. */
const toLoopback: NonNullable<LogoutWorkerOptions['lookup']> = (_host, { all }, callback) =>
  all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);
/** Lets time pass and the worker look again. */
const passSeconds = (seconds: number) => {
  authority.clock.advance(seconds);
  timers.fire();
};

describe('a client that can be told of logouts (OpenID Connect Back-Channel Logout 1.0)', () => {
  it('gets a logout token as a form, once', async () => {
    const { url, received } = await startLogoutReceiver();
    const { clientId, session } = await queueLogout(url);
    startWorker();
    await untilSaid('logout_delivered');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ method: 'POST', fields: ['logout_token'] });
    expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const verifier = createJwtVerifier({
      keys: await authority.keys.verificationKeys(),
      algorithms: ['ES256'],
      issuer: ISSUER,
      audience: clientId,
      type: 'logout+jwt',
      maxAgeSeconds: 120,
      requiredClaims: ['iat', 'jti'],
      clock: authority.clock,
    });
    const { claims } = verifier.verify(received[0]?.token ?? '');
    expect(claims).toEqual({
      iss: ISSUER,
      aud: clientId,
      sub: session.personId,
      sid: session.sessionId,
      iat: authority.clock(),
      exp: authority.clock() + 120,
      jti: expect.any(String),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(await waiting()).toEqual([]);
  });

  it('is told at once when the worker is woken, and at the next look where another process queued it', async () => {
    const { url, received } = await startLogoutReceiver(204);
    const worker = startWorker();
    await until(() => expect(timers.waiting).toBe(1));
    await queueLogout(url);
    worker.wake();
    await untilSaid('logout_delivered');
    await queueLogout(url);
    expect(received).toHaveLength(1);
    await until(() => timers.fire());
    await untilSaid('logout_delivered', 2);
  });

  it('is not asked again after a 400: it will never take it', async () => {
    const { url, received } = await startLogoutReceiver(400);
    await queueLogout(url);
    startWorker();
    await untilSaid('logout_refused');
    expect(await waiting()).toEqual([]);
    passSeconds(100);
    expect(received).toHaveLength(1);
  });

  it('is told again with growing pauses, by a token of its own each time, until it answers', async () => {
    const { url, received } = await startLogoutReceiver((response, before) =>
      response.writeHead(before < 3 ? 503 : 200).end(),
    );
    await queueLogout(url);
    startWorker();
    for (const [index, seconds] of [3, 11, 47, 0].entries()) {
      await until(() => expect(received).toHaveLength(index + 1));
      if (index === 3) break;
      await untilSaid('logout_delayed', index + 1);
      await until(() => expect(timers.waiting).toBe(1));
      passSeconds(seconds);
      await until(() => expect(timers.waiting).toBe(1));
      expect(received, 'too early').toHaveLength(index + 1);
      passSeconds(seconds);
    }
    await untilSaid('logout_delivered');
    const tokens = received.map(({ token }) => decodeUnverifiedJwt(token).unverifiedClaims);
    expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(4);
    for (const { iat, exp } of tokens) expect(Number(exp) - Number(iat)).toBe(120);
    expect(tokens[3]?.['iat']).toBe(authority.clock());
  });

  it.each([401, 403, 404, 429, 500, 502])('is told again after a %d', async (status) => {
    const { url } = await startLogoutReceiver(status);
    await queueLogout(url);
    startWorker();
    await untilSaid('logout_delayed');
    expect(lines.at(-1)?.fields).toMatchObject({ reason: `status ${status}`, attempts: 1 });
    expect(await waiting()).toHaveLength(1);
  });

  it('O31: is not followed to another address', async () => {
    const elsewhere = await startLogoutReceiver();
    const { url } = await startLogoutReceiver((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    await queueLogout(url);
    startWorker();
    await untilSaid('logout_delayed');
    expect(elsewhere.received).toHaveLength(0);
  });

  it('is given up after a day', async () => {
    const { url, received } = await startLogoutReceiver(500);
    await queueLogout(url);
    startWorker();
    await untilSaid('logout_delayed');
    await until(() => expect(timers.waiting).toBe(1));
    passSeconds(LOGOUT_DELIVERY_SECONDS - 2);
    await untilSaid('logout_given_up');
    expect(received).toHaveLength(2);
    expect(await waiting()).toEqual([]);
  });

  it('is not told at all where the day was over before anybody could', async () => {
    const { url, received } = await startLogoutReceiver();
    await queueLogout(url);
    authority.clock.advance(LOGOUT_DELIVERY_SECONDS);
    startWorker();
    await untilSaid('logout_expired');
    expect(received).toHaveLength(0);
  });
});

describe('O31: an address on a private network', () => {
  it('is reached where the URL says it itself, and not where a name stands for it', async () => {
    const { url, received } = await startLogoutReceiver();
    const { port } = new URL(url);
    await queueLogout(`http://client.example:${port}/logout`);
    startWorker({ lookup: toLoopback });
    await untilSaid('logout_delayed');
    expect(lines.at(-1)?.fields).toMatchObject({ reason: 'PrivateAddressError' });
    expect(received).toHaveLength(0);
    await queueLogout(`http://localhost:${port}/logout`);
    await until(() => expect(timers.waiting).toBe(1));
    timers.fire();
    await untilSaid('logout_delivered');
  });
});

describe('in development', () => {
  it('a name that stands for an address on a private network is reached too', async () => {
    const { url } = await startLogoutReceiver();
    await queueLogout(`http://client.example:${new URL(url).port}/logout`);
    startWorker({ fetch: createGuardedFetch({ allow: 'all', lookup: toLoopback }) });
    await untilSaid('logout_delivered');
  });
});

describe('the worker', () => {
  it('waits for an answer for as long as it was told to', async () => {
    const silent = await startLogoutReceiver(() => {});
    await queueLogout(silent.url);
    startWorker({ timeoutMs: 50 });
    await untilSaid('logout_delayed');
    expect(lines.at(-1)?.fields).toMatchObject({ reason: 'timeout' });
  });

  it('tells of one logout once, also in two processes', async () => {
    const { url, received } = await startLogoutReceiver();
    await Promise.all(Array.from({ length: 20 }, () => queueLogout(url)));
    startWorker();
    const other = await authority.startProcess();
    startWorker({ store: other.store });
    await until(() => expect(received).toHaveLength(20));
    await until(async () => expect(await waiting()).toEqual([]));
    expect(received).toHaveLength(20);
  });

  it('is not held up by a client that never answers', async () => {
    const silent = await startLogoutReceiver(() => {});
    const { url, received } = await startLogoutReceiver();
    for (let count = 0; count < 10; count += 1) await queueLogout(silent.url);
    await queueLogout(url);
    startWorker();
    await until(() => expect(received).toHaveLength(1));
  });

  it('stops in bounded time, and leaves what it could not tell in the queue', async () => {
    const silent = await startLogoutReceiver(() => {});
    await queueLogout(silent.url);
    const worker = startWorker();
    await until(() => expect(silent.received).toHaveLength(1));
    await stopSoon(worker);
    expect(await waiting()).toHaveLength(1);
  });

  it('S12: goes on where the store could not answer for a while', async () => {
    const { url, received } = await startLogoutReceiver();
    await queueLogout(url);
    const { logoutDeliveries } = authority.store.oauth;
    let isDown = true;
    const claimDue: typeof logoutDeliveries.claimDue = async (claim) => {
      if (isDown) throw new StoreUnavailableError('busy');
      return logoutDeliveries.claimDue(claim);
    };
    startWorker({ store: { oauth: { logoutDeliveries: { ...logoutDeliveries, claimDue } } } });
    await untilSaid('logout_queue_unavailable');
    isDown = false;
    await until(() => timers.fire());
    await until(() => expect(received).toHaveLength(1));
    expect(events()).toContain('logout_queue_available');
  });

  it('S6: writes no token, no address and no person to the log', async () => {
    const { url, received } = await startLogoutReceiver(503);
    const { session } = await queueLogout(url);
    await queueLogout('http://127.0.0.1:1/refused');
    startWorker();
    await untilSaid('logout_delayed', 2);
    const log = JSON.stringify(lines);
    for (const secret of [received[0]?.token ?? '', '127.0.0.1', session.personId, session.sessionId])
      expect(log).not.toContain(secret);
    expect(log).toContain('ECONNREFUSED');
  });
});

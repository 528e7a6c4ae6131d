import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { App, AppSettings } from '../../src/domain/app.js';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import type { FinishedSignIn } from '../../src/services/sign-in-service.js';
import { openTestServices, TEST_ORIGIN, type TestServices } from '../support/services.js';

const WRONG_CODE = { code: 'wrong_code', status: 401, message: 'The code is wrong or no longer valid.' };
const otherThan = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0');
const LAX = { limit: 1000, windowSeconds: 60 };
const randomText = () => randomBytes(32).toString('base64url');

let services: TestServices;
let app: App;
let people = 0;

beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  app = await createApp();
});

function createApp(changes: Partial<AppSettings> = {}): Promise<App> {
  return services.createApp({ algorithm: 'ES256', ...changes });
}

/** Somebody new asks from a device of their own. */
async function start(to: App = app, email = `person-${++people}@example.com`) {
  const { requestId } = await services.signIn.start(to, email, { ...TEST_ORIGIN, clientIp: `c${people}` });
  const { linkSecret, code } = services.mail.last();
  return { email, requestId, linkSecret, code };
}

function tokensOf(finished: FinishedSignIn | undefined): { idToken: string; refreshToken: string | null } {
  if (finished?.delivery.kind !== 'tokens') throw new Error('no tokens');
  const { idToken, refreshToken } = finished.delivery;
  return { idToken, refreshToken };
}

describe('finishing with the mailed link', () => {
  it('hands out an ID token, and a refresh token where the app allows one', async () => {
    const { email, linkSecret } = await start();
    const finished = await services.signIn.finishWithLink(app, linkSecret, null);
    expect(finished?.email).toBe(email);
    const { idToken, refreshToken } = tokensOf(finished);
    expect(await services.tokens.verifyIdToken(app, idToken)).toEqual({ email });
    expect(refreshToken).toBeNull();

    const allowing = await createApp({ allowRefresh: true });
    const again = await services.signIn.finishWithLink(allowing, (await start(allowing)).linkSecret, null);
    const refreshed = await services.tokens.refresh(allowing, tokensOf(again).refreshToken);
    expect(await services.tokens.verifyIdToken(allowing, refreshed.idToken)).toEqual({ email: again?.email });
  });

  it('M1, M10: showing it says whose and whence, tells the starting browser apart, and consumes nothing', async () => {
    const { email, linkSecret, requestId } = await start();
    const shown = { email, requestedFrom: 'Firefox on Linux', requestedAt: Math.floor(services.clock()) };
    for (let shows = 0; shows < 3; shows++) {
      expect(await services.signIn.describeLink(app, linkSecret, null)).toEqual({
        ...shown,
        startedHere: false,
      });
      expect(await services.signIn.describeLink(app, linkSecret, randomText())).toMatchObject({
        startedHere: false,
      });
      expect(await services.signIn.describeLink(app, linkSecret, requestId)).toEqual({
        ...shown,
        startedHere: true,
      });
    }
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeDefined();
    expect(await services.signIn.describeLink(app, linkSecret, requestId)).toBeUndefined();
  });

  it('M3: used, expired, replaced, of another app, changed or made up: nothing tells them apart', async () => {
    const used = await start();
    await services.signIn.finishWithLink(app, used.linkSecret, null);
    const replaced = await start();
    await start(app, replaced.email);
    const foreign = await start(await createApp());
    const good = await start();
    const lastButOne = good.linkSecret[41] === 'A' ? 'B' : 'A';
    const changed = good.linkSecret.slice(0, 41) + lastButOne + good.linkSecret.slice(42);
    const madeUp = [randomText(), '', 'x'.repeat(100_000), "' OR 1=1--", 'a\0b', good.requestId, good.code];
    const dead = [used.linkSecret, replaced.linkSecret, foreign.linkSecret, changed, ...madeUp];
    for (const secret of dead) {
      expect(await services.signIn.describeLink(app, secret, null)).toBeUndefined();
      expect(await services.signIn.finishWithLink(app, secret, null)).toBeUndefined();
    }
    expect(await services.signIn.finishWithLink(app, good.linkSecret, null)).toBeDefined();
  });

  it('M3: lives for fifteen minutes and not a second more', async () => {
    const [early, late] = [await start(), await start()];
    services.clock.advance(15 * 60 - 1);
    expect(await services.signIn.finishWithLink(app, early.linkSecret, null)).toBeDefined();
    expect(await services.signIn.describeLink(app, late.linkSecret, null)).toBeDefined();
    services.clock.advance(1);
    expect(await services.signIn.describeLink(app, late.linkSecret, null)).toBeUndefined();
    expect(await services.signIn.finishWithLink(app, late.linkSecret, null)).toBeUndefined();
  });

  it('M4: signs in once, however often it is confirmed at the same time in two processes', async () => {
    const other = await services.startProcess();
    const allowing = await createApp({ allowRefresh: true });
    const { linkSecret } = await start(allowing);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? services : other).signIn.finishWithLink(allowing, linkSecret, null),
      ),
    );
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
  });

  it('M2: bound to the starting browser, works there alone and stays good when tried elsewhere', async () => {
    const bound = await createApp({ linkBinding: 'same-browser' });
    const { linkSecret, requestId } = await start(bound);
    for (const elsewhere of [null, randomText(), '', 'x', requestId.toLowerCase()]) {
      expect(await services.signIn.finishWithLink(bound, linkSecret, elsewhere)).toBeUndefined();
    }
    expect(await services.signIn.finishWithLink(bound, linkSecret, requestId)).toBeDefined();
  });

  it('any browser may finish by default, also one that started something else', async () => {
    const { linkSecret } = await start();
    const elsewhere = await start();
    expect(await services.signIn.finishWithLink(app, linkSecret, elsewhere.requestId)).toBeDefined();
  });

  it('M17: the secret of a link is nothing but that', async () => {
    const allowing = await createApp({ allowRefresh: true, delivery: 'code' });
    const { linkSecret, requestId, code } = await start(allowing);
    const { tokens, signIn } = services;
    await expect(tokens.verifyIdToken(allowing, linkSecret)).rejects.toMatchObject({
      code: 'malformed_token',
    });
    await expect(tokens.refresh(allowing, linkSecret)).rejects.toMatchObject({
      code: 'unknown_refresh_token',
    });
    await expect(signIn.exchangeDeliveryCode(allowing, linkSecret)).rejects.toMatchObject({
      code: 'invalid_code',
    });
    await expect(signIn.finishWithCode(allowing, linkSecret, code, 'api')).rejects.toMatchObject(WRONG_CODE);
    expect(await signIn.describeRequest(allowing, linkSecret)).toBeUndefined();
    expect(await signIn.finishWithLink(allowing, requestId, requestId)).toBeUndefined();
  });

  it('S12: stays good when the keys cannot be read at that moment', async () => {
    const { linkSecret, requestId, code } = await start();
    const down = async (): Promise<never> => {
      throw new StoreUnavailableError('busy');
    };
    const signIn = services.createSignIn({
      tokens: { ...services.tokens, publicKeySet: down, issueIdToken: down },
    });
    await expect(signIn.finishWithLink(app, linkSecret, null)).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(signIn.finishWithCode(app, requestId, code, 'page')).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeDefined();
  });
});

describe('finishing with the typed code', () => {
  it('signs in whoever started, once, and the link is used up with it', async () => {
    const { email, requestId, code, linkSecret } = await start();
    const typed = `${code.slice(0, 3)} ${code.slice(3)}`;
    const finished = await services.signIn.finishWithCode(app, requestId, typed, 'page');
    expect(finished.email).toBe(email);
    expect(await services.tokens.verifyIdToken(app, tokensOf(finished).idToken)).toEqual({ email });
    await expect(services.signIn.finishWithCode(app, requestId, code, 'page')).rejects.toMatchObject(
      WRONG_CODE,
    );
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeUndefined();
  });

  it('M7: is compared five times at most: the right one as the fifth is good', async () => {
    const { requestId, code } = await start();
    for (let tries = 1; tries <= 4; tries++) {
      const guess = services.signIn.finishWithCode(app, requestId, otherThan(code, tries), 'page');
      await expect(guess).rejects.toMatchObject(WRONG_CODE);
    }
    expect(await services.signIn.finishWithCode(app, requestId, code, 'page')).toBeDefined();
  });

  it('M7: the right one as the sixth is refused like any other, and the link stays good', async () => {
    const { requestId, code, linkSecret } = await start();
    for (let tries = 1; tries <= 5; tries++) {
      const guess = services.signIn.finishWithCode(app, requestId, otherThan(code, tries), 'page');
      await expect(guess).rejects.toMatchObject(WRONG_CODE);
    }
    await expect(services.signIn.finishWithCode(app, requestId, code, 'page')).rejects.toMatchObject(
      WRONG_CODE,
    );
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeDefined();
  });

  it('M7: twenty wrong codes a day for one address, over all its requests; its links go on', async () => {
    const signIn = services.createSignIn({ limits: { mailsPerAddress: LAX, mailsPerIp: LAX } });
    const email = 'guessed@example.com';
    const ask = async () => {
      const { requestId } = await signIn.start(app, email, TEST_ORIGIN);
      return { requestId, ...services.mail.last() };
    };
    for (let requests = 0; requests < 4; requests++) {
      const { requestId, code } = await ask();
      for (let tries = 1; tries <= 5; tries++) {
        const guess = signIn.finishWithCode(app, requestId, otherThan(code, tries), 'page');
        await expect(guess).rejects.toMatchObject(WRONG_CODE);
      }
    }
    const { requestId, code, linkSecret } = await ask();
    await expect(signIn.finishWithCode(app, requestId, code, 'page')).rejects.toMatchObject({
      code: 'too_many_requests',
      retryAfterSeconds: 24 * 60 * 60,
    });
    expect(await signIn.finishWithLink(app, linkSecret, null)).toBeDefined();
  });

  it('M7: a right code costs nothing of what wrong ones may', async () => {
    const signIn = services.createSignIn({ limits: { mailsPerAddress: LAX, mailsPerIp: LAX } });
    for (let times = 0; times < 25; times++) {
      const { requestId } = await signIn.start(app, 'often@example.com', TEST_ORIGIN);
      expect(await signIn.finishWithCode(app, requestId, services.mail.last().code, 'page')).toBeDefined();
    }
  });

  it('M7: a hundred guesses at once are five tries', async () => {
    const { requestId, code } = await start();
    const compared: string[] = [];
    const counting = services.createSignIn({
      store: {
        people: services.store.people,
        signIns: {
          ...services.store.signIns,
          consumeByCode: async (key, outcome) => {
            const result = await services.store.signIns.consumeByCode(key, outcome);
            if (result.outcome === 'wrong') compared.push(key.codeHash);
            return result;
          },
        },
      },
    });
    const guesses = Array.from({ length: 100 }, (_, index) =>
      counting.finishWithCode(app, requestId, otherThan(code, index + 1), 'page'),
    );
    const results = await Promise.allSettled(guesses);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(compared).toHaveLength(5);
    await expect(services.signIn.finishWithCode(app, requestId, code, 'page')).rejects.toMatchObject(
      WRONG_CODE,
    );
  });

  it('M7: lives for ten minutes and not a second more, while the link lives on', async () => {
    const [early, late] = [await start(), await start()];
    services.clock.advance(10 * 60 - 1);
    expect(await services.signIn.finishWithCode(app, early.requestId, early.code, 'page')).toBeDefined();
    services.clock.advance(1);
    const expired = services.signIn.finishWithCode(app, late.requestId, late.code, 'page');
    await expect(expired).rejects.toMatchObject(WRONG_CODE);
    expect(await services.signIn.finishWithLink(app, late.linkSecret, null)).toBeDefined();
  });

  it('M7: belongs to one request: another one, a newer one, another app or none do not take it', async () => {
    const first = await start();
    const second = await start();
    const otherApp = await createApp();
    const tries: [App, unknown, unknown][] = [
      [app, second.requestId, first.code === second.code ? otherThan(first.code) : first.code],
      [otherApp, first.requestId, first.code],
      [app, null, first.code],
      [app, undefined, first.code],
      [app, '', first.code],
      [app, [first.requestId], first.code],
      [app, randomText(), first.code],
      [app, first.requestId, Number(first.code)],
      [app, first.requestId, null],
      [app, first.requestId, ''],
      [app, first.requestId, `${first.code}0`],
      [app, first.requestId, "' OR 1=1--"],
    ];
    for (const [to, requestId, code] of tries) {
      await expect(services.signIn.finishWithCode(to, requestId, code, 'page')).rejects.toMatchObject(
        WRONG_CODE,
      );
    }
    await start(app, first.email);
    const replaced = services.signIn.finishWithCode(app, first.requestId, first.code, 'page');
    await expect(replaced).rejects.toMatchObject(WRONG_CODE);
  });

  it('what is no code at all costs no try', async () => {
    const { requestId, code } = await start();
    for (let tries = 0; tries < 10; tries++) {
      await expect(services.signIn.finishWithCode(app, requestId, '12345', 'page')).rejects.toMatchObject(
        WRONG_CODE,
      );
    }
    expect(await services.signIn.finishWithCode(app, requestId, code, 'page')).toBeDefined();
  });

  it('a request is described to its starter until it is finished or expired', async () => {
    const { email, requestId } = await start();
    expect(await services.signIn.describeRequest(app, requestId)).toEqual({ email });
    for (const other of [randomText(), '', "' OR 1=1--"]) {
      expect(await services.signIn.describeRequest(app, other)).toBeUndefined();
    }
    services.clock.advance(15 * 60);
    expect(await services.signIn.describeRequest(app, requestId)).toBeUndefined();
  });
});

describe('delivery by code', () => {
  let byCode: App;
  beforeEach(async () => {
    byCode = await createApp({ delivery: 'code', allowRefresh: true });
  });

  async function signIn(): Promise<{ email: string; code: string }> {
    const { linkSecret } = await start(byCode);
    const finished = await services.signIn.finishWithLink(byCode, linkSecret, null);
    if (finished?.delivery.kind !== 'code') throw new Error('no delivery code');
    return { email: finished.email, code: finished.delivery.code };
  }

  it('hands out a code of 43 characters, and the tokens for it once', async () => {
    const { email, code } = await signIn();
    expect(code).toMatch(/^[\w-]{43}$/);
    const { idToken, refreshToken } = await services.signIn.exchangeDeliveryCode(byCode, code);
    expect(await services.tokens.verifyIdToken(byCode, idToken)).toEqual({ email });
    await services.tokens.refresh(byCode, refreshToken);
    await expect(services.signIn.exchangeDeliveryCode(byCode, code)).rejects.toMatchObject({
      code: 'invalid_code',
      status: 400,
    });
  });

  it('gives no refresh token where the app does not allow one', async () => {
    byCode = await createApp({ delivery: 'code' });
    const { code } = await signIn();
    expect((await services.signIn.exchangeDeliveryCode(byCode, code)).refreshToken).toBeNull();
  });

  it('the code lives for a minute and not a second more', async () => {
    const [early, late] = [await signIn(), await signIn()];
    services.clock.advance(59);
    await services.signIn.exchangeDeliveryCode(byCode, early.code);
    services.clock.advance(1);
    const expired = services.signIn.exchangeDeliveryCode(byCode, late.code);
    await expect(expired).rejects.toMatchObject({ code: 'invalid_code' });
  });

  it('of fifty exchanges at once in two processes one gets the tokens', async () => {
    const other = await services.startProcess();
    const { code } = await signIn();
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? services : other).signIn.exchangeDeliveryCode(byCode, code),
      ),
    );
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(49);
    for (const refusal of refused) expect(refusal).toMatchObject({ code: 'invalid_code' });
  });

  it('the typed code delivers likewise on a page, and tokens to an API client', async () => {
    const [onPage, byApi] = [await start(byCode), await start(byCode)];
    const paged = await services.signIn.finishWithCode(byCode, onPage.requestId, onPage.code, 'page');
    expect(paged.delivery.kind).toBe('code');
    const called = await services.signIn.finishWithCode(byCode, byApi.requestId, byApi.code, 'api');
    await services.tokens.refresh(byCode, tokensOf(called).refreshToken);
  });

  it('wrong codes are refused: another app, none, made up, or an app that delivers otherwise', async () => {
    const { code } = await signIn();
    const { exchangeDeliveryCode } = services.signIn;
    await expect(exchangeDeliveryCode(await createApp({ delivery: 'code' }), code)).rejects.toMatchObject({
      code: 'invalid_code',
    });
    for (const madeUp of [randomText(), '', "' OR 1=1--"]) {
      await expect(exchangeDeliveryCode(byCode, madeUp)).rejects.toMatchObject({ code: 'invalid_code' });
    }
    for (const none of [undefined, null, 7, [code]]) {
      await expect(exchangeDeliveryCode(byCode, none)).rejects.toMatchObject({ code: 'invalid_parameter' });
    }
    await expect(exchangeDeliveryCode(app, code)).rejects.toMatchObject({ code: 'delivery_not_by_code' });
    await exchangeDeliveryCode(byCode, code);
  });
});

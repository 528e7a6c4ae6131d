import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { App, AppSettings } from '../../src/domain/app.js';
import { openTestServices, TEST_ORIGIN, type TestServices } from '../support/services.js';

const WRONG_CODE = { code: 'wrong_code', status: 401 };
const otherThan = (code: string, by: number) => String((Number(code) + by) % 1_000_000).padStart(6, '0');
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

/** Somebody asks from a device of their own. */
async function start(to: App = app, email = `person-${++people}@example.com`) {
  const { requestId } = await services.signIn.start(to, email, { ...TEST_ORIGIN, clientIp: `c${people}` });
  const { linkSecret, code } = services.mail.last();
  return { email, requestId, linkSecret, code };
}

describe('identifying a person, for a session of the authority', () => {
  it('by link or code gives the person, the same each time, and delivers nothing', async () => {
    const delivering = await createApp({ allowRefresh: true });
    const first = await start(delivering);
    const person = await services.signIn.identifyByLink(delivering, first.linkSecret, null);
    expect(person).toMatchObject({ appId: delivering.id, email: first.email });
    const second = await start(delivering, first.email);
    const { requestId, code } = second;
    expect(await services.signIn.identifyByCode(delivering, requestId, code)).toEqual(person);
    expect(services.log.filter(({ event }) => event === 'sign_in_finished').length).toBeGreaterThan(1);
  });

  it('M3, M4: uses the sign-in up, for link, code and delivery alike', async () => {
    const { linkSecret, requestId, code } = await start();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => services.signIn.identifyByLink(app, linkSecret, null)),
    );
    expect(all.filter((person) => person !== undefined)).toHaveLength(1);
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeUndefined();
    await expect(services.signIn.identifyByCode(app, requestId, code)).rejects.toMatchObject(WRONG_CODE);
  });

  it('M7: takes five codes at most, and no other than six digits from the browser that asked', async () => {
    const { requestId, code } = await start();
    for (const [id, typed] of [
      [undefined, code],
      ['x', code],
      [requestId, '12345'],
      [requestId, undefined],
    ])
      await expect(services.signIn.identifyByCode(app, id, typed)).rejects.toMatchObject(WRONG_CODE);
    for (let tries = 1; tries <= 5; tries++) {
      const guess = services.signIn.identifyByCode(app, requestId, otherThan(code, tries));
      await expect(guess).rejects.toMatchObject(WRONG_CODE);
    }
    await expect(services.signIn.identifyByCode(app, requestId, code)).rejects.toMatchObject(WRONG_CODE);
  });

  it('M2: by a bound link works in the starting browser alone', async () => {
    const bound = await createApp({ linkBinding: 'same-browser' });
    const { linkSecret, requestId } = await start(bound);
    for (const elsewhere of [null, randomText(), 'x'])
      expect(await services.signIn.identifyByLink(bound, linkSecret, elsewhere)).toBeUndefined();
    expect(await services.signIn.identifyByLink(bound, linkSecret, requestId)).toBeDefined();
  });
});

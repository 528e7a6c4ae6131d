import { APP_DEFAULTS, type App } from '../../src/domain/app.js';
import { Refusal } from '../../src/domain/refusal.js';
import type { PageServices } from '../../src/routes/pages/index.js';
import type { Delivery, RequestOrigin } from '../../src/services/sign-in-service.js';

export const NOW = 1_700_000_000;

/** A sign-in that was asked for, with the secrets of whoever asked and of whoever reads the mail. */
export interface FakeRequest {
  email: string;
  requestId: string;
  linkSecret: string;
  code: string;
}

export const LIVE_REQUEST: FakeRequest = {
  email: 'ada@example.com',
  requestId: 'r'.repeat(43),
  linkSecret: 's'.repeat(43),
  code: '123456',
};

export const TOKENS: Delivery = { kind: 'tokens', idToken: 'aaa.bbb.ccc', refreshToken: 'R'.repeat(43) };

export function exampleApp(changes: Partial<App> = {}): App {
  return {
    ...APP_DEFAULTS,
    id: '6f1c1d1e-7a50-4a3c-9d5e-0b7f3f6f2c11',
    name: 'Paper Boats',
    redirectUrl: 'https://boats.example/signed-in',
    createdAt: 0,
    updatedAt: 0,
    version: 1,
    ...changes,
  };
}

export interface FakeSignIn {
  readonly services: Omit<PageServices, 'issuer'>;
  /** Every `start`, in order. */
  readonly started: readonly { email: unknown; origin: RequestOrigin }[];
  /** Secrets and request ids that `finishWithLink` was called with. */
  readonly finished: readonly { linkSecret: string; requestId: string | null }[];
}

/** The services behind the pages, for one app with the given live sign-ins. `onStart` may refuse. */
export function createFakeSignIn(
  app: App,
  options: { live?: readonly FakeRequest[]; delivery?: Delivery; onStart?: (email: unknown) => void } = {},
): FakeSignIn {
  const { live = [LIVE_REQUEST], delivery = TOKENS, onStart } = options;
  const alive = new Set(live);
  const find = (field: keyof FakeRequest, value: unknown) =>
    [...alive].find((request) => request[field] === value);
  const finish = (request: FakeRequest) => {
    alive.delete(request);
    return { email: request.email, delivery };
  };
  const started: { email: unknown; origin: RequestOrigin }[] = [];
  const finished: { linkSecret: string; requestId: string | null }[] = [];
  const notUsed = async () => {
    throw new Error('no page calls this');
  };
  const apps: PageServices['apps'] = {
    require: async (id) => {
      if (id !== app.id) throw new Refusal('unknown_app');
      return app;
    },
    create: notUsed,
    list: notUsed,
    update: notUsed,
    delete: notUsed,
    rotateKeys: notUsed,
    withdrawKey: notUsed,
  };
  const signIn: PageServices['signIn'] = {
    async start(_app, email, origin) {
      onStart?.(email);
      started.push({ email, origin });
      return { requestId: LIVE_REQUEST.requestId };
    },
    async describeLink(_app, linkSecret, requestId) {
      const request = find('linkSecret', linkSecret);
      return (
        request && {
          email: request.email,
          requestedFrom: 'Firefox on Linux',
          requestedAt: NOW - 180,
          startedHere: request.requestId === requestId,
        }
      );
    },
    async describeRequest(_app, requestId) {
      const request = find('requestId', requestId);
      return request && { email: request.email };
    },
    async finishWithLink(_app, linkSecret, requestId) {
      finished.push({ linkSecret, requestId });
      const request = find('linkSecret', linkSecret);
      return request && finish(request);
    },
    async finishWithCode(_app, requestId, code) {
      const request = find('requestId', requestId);
      if (request === undefined || request.code !== code) throw new Refusal('wrong_code');
      return finish(request);
    },
    exchangeDeliveryCode: notUsed,
    identifyByLink: notUsed,
    identifyByCode: notUsed,
  };
  const vault: PageServices['vault'] = {
    seal: () => '',
    open: () => new Uint8Array(),
    mac: (purpose, message) =>
      Buffer.from(`${purpose} ${message}`).toString('base64url').split('').reverse().join(''),
  };
  return { services: { apps, signIn, vault, clock: () => NOW }, started, finished };
}

import { APP_DEFAULTS, type App } from '../../src/domain/app.js';
import { Refusal } from '../../src/domain/refusal.js';
import type { ApiServices } from '../../src/routes/api/api-services.js';

export const APP_ID = '2b8e1a7c-6c1f-4a55-9d0e-0a4c3f1b7d21';

/** What one test wants of the services otherwise than usual. */
export interface ApiServiceChanges {
  apps?: Partial<ApiServices['apps']>;
  signIn?: Partial<ApiServices['signIn']>;
  tokens?: Partial<ApiServices['tokens']>;
}

/** One call that reached a service. */
export interface ServiceCall {
  readonly name: string;
  readonly input: readonly unknown[];
}

const APP: App = {
  ...APP_DEFAULTS,
  id: APP_ID,
  name: 'Example',
  redirectUrl: 'https://app.example/signed-in',
  createdAt: 0,
  updatedAt: 0,
  version: 1,
};

/** Services that know one app, agree to everything and write down what they were asked. */
export function createApiServices(changes: ApiServiceChanges = {}): {
  services: ApiServices;
  calls: ServiceCall[];
} {
  const calls: ServiceCall[] = [];
  const note =
    <Result>(name: string, result: Result) =>
    async (_app: App, ...input: unknown[]): Promise<Result> => {
      calls.push({ name, input });
      return result;
    };
  const require = async (id: string): Promise<App> => {
    if (id !== APP_ID) throw new Refusal('unknown_app');
    return APP;
  };
  const services: ApiServices = {
    apps: { require, ...changes.apps },
    signIn: {
      start: note('start', { requestId: 'r'.repeat(43) }),
      finishWithCode: note('finishWithCode', {
        email: 'ann@example.com',
        delivery: { kind: 'tokens', idToken: 'id.of.code', refreshToken: 'refresh-of-code' },
      }),
      exchangeDeliveryCode: note('exchangeDeliveryCode', { idToken: 'id.of.exchange', refreshToken: null }),
      ...changes.signIn,
    },
    tokens: {
      verifyIdToken: note('verifyIdToken', { email: 'ann@example.com' }),
      refresh: note('refresh', { idToken: 'id.of.refresh' }),
      deleteRefreshToken: note('deleteRefreshToken', undefined),
      deleteAllRefreshTokens: note('deleteAllRefreshTokens', undefined),
      publicKeySet: note('publicKeySet', { json: '{"keys":[{"kid":"1"}]}', etag: '"one"' }),
      ...changes.tokens,
    },
  };
  return { services, calls };
}

/** An asynchronous function that refuses. */
export function refuses(...details: ConstructorParameters<typeof Refusal>): () => Promise<never> {
  return async () => {
    throw new Refusal(...details);
  };
}

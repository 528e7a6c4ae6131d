import type { Store } from '../domain/stores.js';
import type { Route } from '../http/exchange.js';
import { json } from '../http/respond.js';

const RETRY_AFTER_SECONDS = 5;

/** For probes, under whatever host name they use. Nothing about the system but whether it is there (S22). */
export function healthRoutes({ store }: { store: Pick<Store, 'ping'> }): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: '/healthz',
      kind: 'api',
      anyHost: true,
      handle: async () => json(200, { status: 'live' }),
    },
    {
      method: 'GET',
      pattern: '/readyz',
      kind: 'api',
      anyHost: true,
      handle: async () =>
        (await answers(store))
          ? json(200, { status: 'ready' })
          : json(503, { status: 'unavailable' }, { 'retry-after': String(RETRY_AFTER_SECONDS) }),
    },
  ];
}

async function answers(store: Pick<Store, 'ping'>): Promise<boolean> {
  try {
    await store.ping();
    return true;
  } catch {
    return false;
  }
}

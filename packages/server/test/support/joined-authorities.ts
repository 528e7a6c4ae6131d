import { randomBytes } from 'node:crypto';
import type { Clock } from 'countersign';
import { onTestFinished } from 'vitest';
import { type Authority, createAuthority } from '../../src/app.js';
import { loadConfiguration } from '../../src/config/index.js';
import type { Store } from '../../src/domain/stores.js';
import { createVault, type Vault } from '../../src/services/vault.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { freePort } from './free-port.js';
import { silentLogger } from './recording-logger.js';
import { openTemporaryStore } from './temporary-store.js';

export interface JoinedAuthorities {
  readonly issuer: string;
  readonly authorities: readonly (Authority & { readonly origin: string })[];
  readonly store: Store;
  readonly vault: Vault;
}

/** Equal authorities behind sockets on one database, as processes have them, but with a clock that can be moved. */
export async function startJoinedAuthorities(count: number, clock: Clock): Promise<JoinedAuthorities> {
  const temporary = await openTemporaryStore();
  const masterKey = randomBytes(32);
  const issuer = `http://localhost:${await freePort()}`;
  const started: { readonly authority: Authority; readonly store: Store; readonly origin: string }[] = [];
  onTestFinished(async () => {
    for (const { authority, store } of started) {
      await authority.stop();
      await store.close();
    }
    await temporary.close();
  });
  while (started.length < count) {
    const port = started.length === 0 ? new URL(issuer).port : String(await freePort());
    const { settings } = loadConfiguration({
      flags: { issuer, port, allowedHosts: `localhost:${port}` },
      environment: {},
    });
    const store = await temporary.openAgain();
    const authority = await createAuthority({
      ...{ settings, masterKey, store, clock },
      rateLimits: createMemoryRateLimits(),
      mailTransport: null,
      adminToken: null,
      logger: silentLogger,
    });
    started.push({ authority, store, origin: `http://localhost:${port}` });
    await authority.start();
  }
  const authorities = started.map(({ authority, origin }) => ({ ...authority, origin }));
  return { issuer, authorities, store: temporary.store, vault: createVault(masterKey) };
}

import { randomBytes } from 'node:crypto';
import { createTestClock, type TestClock } from 'countersign/testing';
import { onTestFinished } from 'vitest';
import { type Authority, createAuthority } from '../../src/app.js';
import { loadConfiguration } from '../../src/config/index.js';
import type { App, AppSettings } from '../../src/domain/app.js';
import type { OutgoingMail } from '../../src/services/mail-transport.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { freePort } from './free-port.js';
import { silentLogger } from './recording-logger.js';
import { appSettings } from './settings.js';
import { openTemporaryStore } from './temporary-store.js';

export interface StartedAuthority {
  readonly url: string;
  readonly clock: TestClock;
  readonly apps: Authority['apps'];
  createApp(changes?: Partial<AppSettings>): Promise<App>;
  /** The next mail that leaves. */
  nextMail(): Promise<OutgoingMail>;
}

/** A whole authority in this process, behind a socket; stopped when the test has finished. */
export async function startAuthority(
  flags: Readonly<Record<string, string>> = {},
): Promise<StartedAuthority> {
  const temporary = await openTemporaryStore();
  const clock = createTestClock(1_700_000_000);
  const { settings } = loadConfiguration({
    flags: { port: String(await freePort()), ...flags },
    environment: {},
  });
  const mails: OutgoingMail[] = [];
  let announce = () => {};
  const authority = await createAuthority({
    settings,
    masterKey: randomBytes(32),
    store: temporary.store,
    rateLimits: createMemoryRateLimits(),
    mailTransport: {
      async send(mail) {
        mails.push(mail);
        announce();
      },
      close: () => {},
    },
    adminToken: null,
    logger: silentLogger,
    clock,
  });
  const { url } = await authority.start();
  onTestFinished(async () => {
    await authority.stop();
    await temporary.close();
  });
  return {
    url,
    clock,
    apps: authority.apps,
    createApp: (changes) => authority.apps.create(appSettings({ algorithm: 'ES256', ...changes })),
    async nextMail() {
      for (;;) {
        const mail = mails.shift();
        if (mail !== undefined) return mail;
        await new Promise<void>((resolve) => {
          announce = resolve;
        });
      }
    },
  };
}

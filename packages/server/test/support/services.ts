import { randomBytes } from 'node:crypto';
import { createTestClock, type TestClock } from 'countersign/testing';
import type { App, AppSettings } from '../../src/domain/app.js';
import type { Store } from '../../src/domain/stores.js';
import { type AppService, createAppService } from '../../src/services/app-service.js';
import {
  createSignInService,
  type RequestOrigin,
  type SignInService,
} from '../../src/services/sign-in-service.js';
import { createTokenService, type TokenService } from '../../src/services/token-service.js';
import { createVault, type Vault } from '../../src/services/vault.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { createRecordingMail, type RecordingMail } from './recording-mail.js';
import { appSettings } from './settings.js';
import { openTemporaryStore } from './temporary-store.js';

export const TEST_ISSUER = 'https://auth.example';
export const TEST_ORIGIN: RequestOrigin = {
  clientIp: '192.0.2.1',
  unverifiedUserAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};

/** One process of an authority: its rules over a store that others may share. */
export interface TestProcess {
  readonly apps: AppService;
  readonly tokens: TokenService;
  readonly signIn: SignInService;
  readonly mail: RecordingMail;
  readonly log: readonly LogLine[];
}

export interface TestServices extends TestProcess {
  readonly clock: TestClock;
  readonly store: Store;
  readonly file: string;
  readonly vault: Vault;
  /** An app with these settings. */
  createApp(changes?: Partial<AppSettings>): Promise<App>;
  /** Another process on the same store, with the same master key and the same clock. */
  startProcess(): TestProcess;
  close(): Promise<void>;
}

/** The services over a real SQLite store, a clock that stands still, and mail that is only remembered. */
export async function openTestServices(): Promise<TestServices> {
  const { store, file, close } = await openTemporaryStore();
  const clock = createTestClock(1_700_000_000);
  const vault = createVault(randomBytes(32));
  const startProcess = (): TestProcess => {
    const { logger, lines } = createRecordingLogger();
    const mail = createRecordingMail();
    const apps = createAppService({ store, vault, clock });
    const tokens = createTokenService({ store, vault, clock, issuer: TEST_ISSUER });
    const signIn = createSignInService({
      store,
      vault,
      rateLimits: createMemoryRateLimits(),
      tokens,
      mail,
      clock,
      issuer: TEST_ISSUER,
      limits: {
        mailsPerAddress: { limit: 3, windowSeconds: 15 * 60 },
        mailsPerIp: { limit: 20, windowSeconds: 60 * 60 },
      },
      logger,
    });
    return { apps, tokens, signIn, mail, log: lines };
  };
  const process = startProcess();
  return {
    ...process,
    clock,
    store,
    file,
    vault,
    createApp: (changes) => process.apps.create(appSettings(changes)),
    startProcess,
    close,
  };
}

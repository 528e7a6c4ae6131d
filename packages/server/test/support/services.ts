import { randomBytes } from 'node:crypto';
import { createTestClock, type TestClock } from 'countersign/testing';
import type { App, AppSettings } from '../../src/domain/app.js';
import type { Store } from '../../src/domain/stores.js';
import { type AppService, createAppService } from '../../src/services/app-service.js';
import type { SignInContext } from '../../src/services/sign-in-context.js';
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

/** The rules of one process of an authority, over its own connection to the store. */
export interface TestProcess {
  readonly store: Store;
  readonly apps: AppService;
  readonly tokens: TokenService;
  readonly signIn: SignInService;
  readonly mail: RecordingMail;
  readonly log: readonly LogLine[];
  /** The sign-in service again, with fresh limits and some of its parts replaced. */
  createSignIn(replaced: Partial<SignInContext>): SignInService;
}

export interface TestServices extends TestProcess {
  readonly clock: TestClock;
  readonly vault: Vault;
  /** The database. */
  readonly file: string;
  /** An app with these settings. */
  createApp(changes?: Partial<AppSettings>): Promise<App>;
  /** As another process would be: its own connection and its own caches; the same master key and the same clock. */
  startProcess(): Promise<TestProcess>;
  close(): Promise<void>;
}

/** The services over a real SQLite store, a clock that stands still, and mail that is only remembered. */
export async function openTestServices(): Promise<TestServices> {
  const temporary = await openTemporaryStore();
  const clock = createTestClock(1_700_000_000);
  const vault = createVault(randomBytes(32));
  const process = createProcess(temporary.store, vault, clock);
  const others: Store[] = [];
  return {
    ...process,
    clock,
    vault,
    file: temporary.file,
    createApp: (changes) => process.apps.create(appSettings(changes)),
    async startProcess() {
      const store = await temporary.openAgain();
      others.push(store);
      return createProcess(store, vault, clock);
    },
    async close() {
      await Promise.all(others.map((store) => store.close()));
      await temporary.close();
    },
  };
}

function createProcess(store: Store, vault: Vault, clock: TestClock): TestProcess {
  const { logger, lines } = createRecordingLogger();
  const mail = createRecordingMail();
  const tokens = createTokenService({ store, vault, clock, issuer: TEST_ISSUER });
  const createSignIn = (replaced: Partial<SignInContext>) =>
    createSignInService({
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
      ...replaced,
    });
  const apps = createAppService({ store, vault, clock });
  return { store, apps, tokens, signIn: createSignIn({}), mail, log: lines, createSignIn };
}

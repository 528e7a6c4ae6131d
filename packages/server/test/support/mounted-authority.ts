import { randomBytes } from 'node:crypto';
import { createTestClock, type TestClock } from 'countersign/testing';
import { onTestFinished } from 'vitest';
import {
  type App,
  type AppSettings,
  type Authority,
  type AuthorityOptions,
  createAuthority,
  type OutgoingMail,
} from '../../src/index.js';
import { freePort } from './free-port.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { appSettings } from './settings.js';

/** Somebody's server, with the authority in it. */
export interface MountingServer {
  stop(): Promise<void>;
}

export interface MountedAuthority {
  readonly authority: Authority;
  readonly issuer: string;
  /** Of the server, without a slash at its end. */
  readonly origin: string;
  readonly clock: TestClock;
  readonly lines: readonly LogLine[];
  createApp(changes?: Partial<AppSettings>): Promise<App>;
  /** The next mail that leaves. */
  nextMail(): Promise<OutgoingMail>;
}

/** An authority as a program has it that imports the package, in a server that `mount` starts; stopped when the test has finished. */
export async function mountAuthority(
  mount: (authority: Authority, port: number) => Promise<MountingServer>,
  { path = '/auth', ...options }: { path?: string } & Partial<AuthorityOptions> = {},
): Promise<MountedAuthority> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const clock = createTestClock(1_700_000_000);
  const { logger, lines } = createRecordingLogger();
  const post = createPost();
  const authority = await createAuthority({
    issuer: `${origin}${path}`,
    masterKey: randomBytes(32),
    database: 'memory',
    mail: post.take,
    logger,
    clock,
    ...options,
  });
  const server = await mount(authority, port);
  authority.start();
  onTestFinished(async () => {
    await authority.stop();
    await server.stop();
  });
  return {
    authority,
    issuer: authority.issuer,
    origin,
    clock,
    lines,
    createApp: (changes) => authority.apps.create(appSettings(changes)),
    nextMail: post.next,
  };
}

function createPost() {
  const mails: OutgoingMail[] = [];
  const waiting: ((mail: OutgoingMail) => void)[] = [];
  return {
    async take(mail: OutgoingMail): Promise<void> {
      const first = waiting.shift();
      if (first === undefined) mails.push(mail);
      else first(mail);
    },
    async next(): Promise<OutgoingMail> {
      return mails.shift() ?? new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** The link in the text of a mail. */
export function linkIn({ text }: OutgoingMail): string {
  return /https?:\/\/\S+/.exec(text)?.[0] ?? '';
}

/** A whole authority as `createAuthority` joins it, in production mode, without a socket and with a clock that stands still. */
import { randomBytes } from 'node:crypto';
import { createTestClock, type TestClock } from 'countersign/testing';
import { type Authority, createAuthority } from '../../src/app.js';
import { loadConfiguration } from '../../src/config/index.js';
import type { Store } from '../../src/domain/stores.js';
import { createWebHandler } from '../../src/http/web-handler.js';
import type { OutgoingMail } from '../../src/services/mail-transport.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import { httpRequest } from './http-request.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { ISSUER } from './request-handler.js';
import { NOW } from './store-rows.js';
import { openTemporaryStore } from './temporary-store.js';

export const ADMIN_TOKEN = 'q3Rk/9+vLx0TzB7mWnE2uYpS5aHdGcJf';

type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is sent. Undefined leaves a field out; a list repeats it. */
export interface Sent {
  /** By default POST where there is a form or a body, else GET. */
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Form;
  /** In place of a form. */
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface JoinedAuthority {
  readonly authority: Authority;
  readonly store: Store;
  readonly clock: TestClock;
  readonly log: readonly LogLine[];
  /** The next mail that leaves. The workers work for as long as that takes. */
  nextMail(): Promise<OutgoingMail>;
  send(sent: Sent, clientIp?: string): Promise<Answer>;
  /** The tables in which anything differs once the work is done. */
  changedBy(work: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openJoinedAuthority(
  options: { adminToken?: string | null } = {},
): Promise<JoinedAuthority> {
  const { adminToken = ADMIN_TOKEN } = options;
  const temporary = await openTemporaryStore();
  const clock = createTestClock(NOW);
  const { logger, lines } = createRecordingLogger();
  const post = createPost();
  const authority = await createAuthority({
    settings: productionSettings(),
    masterKey: randomBytes(32),
    store: temporary.store,
    rateLimits: createMemoryRateLimits(),
    mailTransport: { send: post.take, close: () => {} },
    adminToken,
    logger,
    clock,
  });
  const tables = await openTables(temporary.file);
  return {
    authority,
    store: temporary.store,
    clock,
    log: lines,
    async nextMail() {
      authority.workers.start();
      const mail = await post.next();
      await authority.workers.stop();
      return mail;
    },
    send: createSender(authority),
    async changedBy(work) {
      const before = tables.read();
      await work();
      const after = tables.read();
      return [...after.keys()].filter((name) => before.get(name) !== after.get(name));
    },
    async close() {
      tables.close();
      await temporary.close();
    },
  };
}

function productionSettings() {
  const environment = {
    COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
    COUNTERSIGN_SMTP_URL: 'smtps://mail.example',
  };
  const flags = { mode: 'production', issuer: ISSUER, mailFrom: 'no-reply@auth.example' };
  return loadConfiguration({ flags, environment }).settings;
}

function createPost() {
  const mails: OutgoingMail[] = [];
  let announce = () => {};
  return {
    async take(mail: OutgoingMail) {
      mails.push(mail);
      announce();
    },
    async next(): Promise<OutgoingMail> {
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

function createSender({ handler }: Authority): JoinedAuthority['send'] {
  return async (sent, clientIp = '192.0.2.1') => {
    const body = sent.body ?? (sent.form === undefined ? undefined : encodeForm(sent.form));
    const method = sent.method ?? (body === undefined ? 'GET' : 'POST');
    const type = sent.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { ...type, ...sent.headers };
    if (method === 'GET' && body !== undefined) {
      // What no `Request` can be.
      const response = await handler.handle(
        httpRequest({ path: sent.path, headers, body: body.toString(), clientIp }),
      );
      const pairs = Object.entries(response.headers).map(
        ([name, value]) => [name, String(value)] as [string, string],
      );
      return { status: response.status, headers: new Headers(pairs), text: String(response.body) };
    }
    const handle = createWebHandler({ handler, clientIp: () => clientIp });
    const request = new Request(`${ISSUER}${sent.path}`, { method, headers, body: body ?? null });
    const response = await handle(request);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

function encodeForm(form: Form): string {
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    [value ?? []].flat().map((each) => [name, each] as [string, string]),
  );
  return new URLSearchParams(pairs).toString();
}

/** Every row of every table, looked at over a connection of its own. */
async function openTables(file: string) {
  const database = await openDatabase(file, 5_000);
  const found = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const names = found.map((row) => (row as { name: string }).name);
  const selects = names.map((name) => [name, database.prepare(`SELECT * FROM ${name}`)] as const);
  return {
    read: () => new Map(selects.map(([name, select]) => [name, JSON.stringify(select.all())])),
    close: () => database.close(),
  };
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/domain/app.js';
import type { QueuedMail } from '../../src/domain/sign-in.js';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import { createMailService, type MailService, type MailTransport } from '../../src/services/mail-service.js';
import { MailTransportError, type OutgoingMail } from '../../src/services/mail-transport.js';
import { createSmtpTransport } from '../../src/services/smtp-transport.js';
import { freePort } from '../support/free-port.js';
import { createManualTimers, type ManualTimers } from '../support/manual-timers.js';
import { createRecordingLogger, type LogLine } from '../support/recording-logger.js';
import { startScriptedSmtp } from '../support/scripted-smtp.js';
import { openTestServices, type TestServices } from '../support/services.js';
import { aRequest } from '../support/store-rows.js';

const LINK = 'https://auth.example/app/link?code=SECRET-OF-THE-LINK';

let services: TestServices;
let app: App;
let timers: ManualTimers;
let lines: readonly LogLine[];
let started: MailService[];

beforeEach(async () => {
  services = await openTestServices();
  app = await services.createApp();
  started = [];
});

afterEach(async () => {
  for (const mail of started) await mail.stop();
  await services.close();
});

/** A mail service on the store of this test; stopped after it. */
function serviceOver(
  transport: MailTransport,
  overrides: { maxWaiting?: number; mail?: object } = {},
): MailService {
  const recording = createRecordingLogger();
  lines = recording.lines;
  timers = createManualTimers();
  const service = createMailService({
    store: { mail: { ...services.store.mail, ...overrides.mail } },
    vault: services.vault,
    transport,
    clock: services.clock,
    logger: recording.logger,
    setTimer: timers.setTimer,
    ...(overrides.maxWaiting === undefined ? {} : { maxWaiting: overrides.maxWaiting }),
  });
  started.push(service);
  return service;
}

/** Queues a sign-in mail the way a sign-in does. */
async function queue(service: MailService, to = 'ada@example.com'): Promise<QueuedMail> {
  const mail = service.prepareSignInMail(app, {
    to,
    emailKey: to,
    link: LINK,
    code: '204817',
    nowSeconds: services.clock(),
  });
  await services.store.signIns.replace(aRequest(app.id, { email: to, emailKey: to }), mail);
  return mail;
}

/** A transport that keeps what it takes; `fail` is asked before each mail. */
function memoryTransport(fail: (mail: OutgoingMail) => Error | undefined = () => undefined) {
  const sent: OutgoingMail[] = [];
  let closed = 0;
  return {
    sent,
    get closed() {
      return closed;
    },
    async send(mail: OutgoingMail) {
      const error = fail(mail);
      if (error !== undefined) throw error;
      sent.push(mail);
    },
    close: () => {
      closed += 1;
    },
  };
}

const refusal = (permanent: boolean) =>
  new MailTransportError('no', { permanent, code: 'EENVELOPE', replyCode: permanent ? 550 : 450 });
const events = () => lines.map((line) => line.event);
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 5000, interval: 5 });
const untilQueueIs = (count: number) =>
  until(async () => expect(await services.store.mail.count()).toBe(count));
/** Lets the time pass that a retry may take at most, and the worker look again. */
const passSeconds = (seconds: number) => {
  services.clock.advance(seconds);
  timers.fire();
};

describe('a queued mail', () => {
  it('leaves when the worker starts, and once', async () => {
    const transport = memoryTransport();
    const service = serviceOver(transport);
    await queue(service);
    service.start();
    await untilQueueIs(0);
    expect(transport.sent.map((mail) => mail.to)).toEqual(['ada@example.com']);
    expect(transport.sent[0]?.text).toContain(LINK);
  });

  it('leaves at once when the worker is woken', async () => {
    const transport = memoryTransport();
    const service = serviceOver(transport);
    service.start();
    await queue(service);
    service.wake();
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(1);
  });

  it('leaves at the next poll when another process queued it', async () => {
    const transport = memoryTransport();
    const service = serviceOver(transport);
    service.start();
    await until(() => expect(timers.waiting).toBe(1));
    await queue(service);
    expect(transport.sent).toHaveLength(0);
    timers.fire();
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(1);
  });

  it('M14: is sealed in the store: neither address, link nor code can be read there', async () => {
    const mail = await queue(serviceOver(memoryTransport()));
    expect(mail.sealed).not.toMatch(/ada|SECRET|204817/);
    expect(Buffer.from(mail.sealed, 'base64url').toString('latin1')).not.toMatch(/ada|SECRET|204817/);
  });

  it('M19: is replaced by a newer one for the same address, which alone is sent', async () => {
    const transport = memoryTransport();
    const service = serviceOver(transport);
    await queue(service);
    await queue(service);
    service.start();
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(1);
  });

  it('of many, no more than four are under way at once', async () => {
    let underWay = 0;
    let most = 0;
    const transport = {
      async send() {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
      },
      close: () => {},
    };
    const service = serviceOver(transport);
    for (let index = 0; index < 20; index += 1) await queue(service, `ada${index}@example.com`);
    service.start();
    await untilQueueIs(0);
    expect(most).toBe(4);
  });
});

describe('M19: a mail that cannot leave', () => {
  it('is tried again after 5 s, 15 s, 1 min and then every 2 min, with 20 % of jitter', async () => {
    const service = serviceOver(memoryTransport(() => refusal(false)));
    await queue(service);
    service.start();
    const seconds = [5, 15, 60, 120, 120];
    for (const [index, delay] of seconds.entries()) {
      await until(() => expect(events().filter((event) => event === 'mail_delayed')).toHaveLength(index + 1));
      await until(() => expect(timers.waiting).toBe(1));
      passSeconds(delay * 0.79);
      await until(() => expect(timers.waiting).toBe(1));
      expect(events().filter((event) => event === 'mail_delayed')).toHaveLength(index + 1);
      passSeconds(delay * 0.42);
    }
  });

  it('is delivered after a mail server was down and came up again', async () => {
    const port = await freePort();
    const service = serviceOver(
      createSmtpTransport({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'no-reply@auth.example' }),
    );
    await queue(service);
    service.start();
    await until(() => expect(events()).toContain('mail_delayed'));
    expect(lines.find((line) => line.event === 'mail_delayed')?.fields['reason']).toBe('ECONNREFUSED');
    const server = await startScriptedSmtp({ port });
    await until(() => expect(timers.waiting).toBe(1));
    passSeconds(6);
    await untilQueueIs(0);
    expect(server.messages).toHaveLength(1);
    expect(events()).toEqual(['mail_delayed', 'mail_sent']);
    await server.close();
  });

  it('is given up when it would come too late to be of use', async () => {
    app = await services.createApp({ linkLifetimeSeconds: 60, codeLifetimeSeconds: 60 });
    const service = serviceOver(memoryTransport(() => refusal(false)));
    await queue(service);
    service.start();
    for (const _ of [1, 2, 3]) {
      await until(() => expect(timers.waiting).toBe(1));
      passSeconds(20);
    }
    await untilQueueIs(0);
    expect(events().at(-1)).toMatch(/mail_given_up|mail_expired/);
  });

  it('is dropped unsent once it has expired in the queue', async () => {
    const transport = memoryTransport();
    const service = serviceOver(transport);
    await queue(service);
    services.clock.advance(app.linkLifetimeSeconds);
    service.start();
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(0);
    expect(events()).toEqual(['mail_expired']);
  });

  it('is dropped when the server refuses it for good', async () => {
    const service = serviceOver(memoryTransport(() => refusal(true)));
    await queue(service);
    service.start();
    await untilQueueIs(0);
    expect(lines).toMatchObject([
      { level: 'warn', event: 'mail_refused', fields: { reason: 'EENVELOPE', replyCode: 550, attempts: 1 } },
    ]);
  });

  it('does not keep others from leaving', async () => {
    const transport = memoryTransport((mail) => (mail.to.startsWith('bad') ? refusal(false) : undefined));
    const service = serviceOver(transport);
    for (let index = 0; index < 6; index += 1) await queue(service, `bad${index}@example.com`);
    await queue(service, 'good@example.com');
    service.start();
    await until(() => expect(transport.sent.map((mail) => mail.to)).toEqual(['good@example.com']));
    await untilQueueIs(6);
  });

  it('whose seal does not open is dropped, and said so', async () => {
    const service = serviceOver(memoryTransport());
    const mail = await queue(service);
    await services.store.signIns.replace(aRequest(app.id), { ...mail, id: 'other', replaceKey: 'other' });
    service.start();
    await untilQueueIs(0);
    expect(events().toSorted()).toEqual(['mail_sent', 'mail_unreadable']);
  });

  it('S6: leaves no address, link or code in the log', async () => {
    const service = serviceOver(
      memoryTransport((mail) => (mail.to.startsWith('a') ? refusal(true) : undefined)),
    );
    await queue(service, 'ada@example.com');
    await queue(service, 'bob@example.com');
    service.start();
    await untilQueueIs(0);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/ada|bob|example|SECRET|204817/);
  });
});

describe('M19: a worker that dies', () => {
  it('between claim and send leaves its mail to be sent after the lease, and not before', async () => {
    const transport = memoryTransport();
    const service = serviceOver(transport);
    await queue(service);
    const claim = { nowSeconds: services.clock(), leaseSeconds: 60, limit: 4 };
    expect(await services.store.mail.claimDue(claim)).toHaveLength(1);

    service.start();
    await until(() => expect(timers.waiting).toBe(1));
    passSeconds(59.9);
    await until(() => expect(timers.waiting).toBe(1));
    expect(transport.sent).toHaveLength(0);
    passSeconds(0.1);
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(1);
  });

  it('is replaced by the next one, which takes up the queue where it was', async () => {
    const first = serviceOver(memoryTransport(() => refusal(false)));
    await queue(first);
    first.start();
    await until(() => expect(events()).toContain('mail_delayed'));
    await first.stop();
    const transport = memoryTransport();
    const second = serviceOver(transport);
    second.start();
    passSeconds(6);
    await until(() => expect(timers.waiting).toBe(1));
    timers.fire();
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(1);
  });
});

describe('the worker', () => {
  it('outlives a store that cannot answer, says so once, and goes on', async () => {
    const transport = memoryTransport();
    let isDown = true;
    const { claimDue } = services.store.mail;
    const service = serviceOver(transport, {
      mail: {
        claimDue: (claim: Parameters<typeof claimDue>[0]) =>
          isDown ? Promise.reject(new StoreUnavailableError('busy')) : claimDue(claim),
      },
    });
    await queue(service);
    service.start();
    for (const _ of [1, 2, 3]) {
      await until(() => expect(timers.waiting).toBe(1));
      timers.fire();
    }
    isDown = false;
    await until(() => expect(timers.waiting).toBe(1));
    timers.fire();
    await untilQueueIs(0);
    expect(events()).toEqual(['mail_queue_unavailable', 'mail_queue_available', 'mail_sent']);
  });

  it('does not send a mail twice that the store could not forget', async () => {
    const transport = memoryTransport();
    let failures = 1;
    const { remove } = services.store.mail;
    const service = serviceOver(transport, {
      mail: {
        remove: (id: string) =>
          failures-- > 0 ? Promise.reject(new StoreUnavailableError('full')) : remove(id),
      },
    });
    await queue(service);
    service.start();
    await until(() => expect(events()).toContain('mail_queue_unavailable'));
    await until(() => expect(timers.waiting).toBe(1));
    passSeconds(60);
    await untilQueueIs(0);
    expect(transport.sent).toHaveLength(1);
  });

  it('S15: waits on stop for the mail under way, closes the transport and takes no further mail', async () => {
    let finish = () => {};
    const transport = memoryTransport();
    const send = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const service = serviceOver({ send, close: transport.close });
    await queue(service);
    service.start();
    await until(() => expect(send).toHaveBeenCalledTimes(1));
    let isStopped = false;
    const stopping = service.stop().then(() => {
      isStopped = true;
    });
    await queue(service, 'bob@example.com');
    service.wake();
    expect(isStopped).toBe(false);
    expect(transport.closed).toBe(0);
    finish();
    await stopping;
    expect(transport.closed).toBe(1);
    expect(send).toHaveBeenCalledTimes(1);
    expect(await services.store.mail.count()).toBe(1);
    expect(timers.waiting).toBe(0);
  });

  it('S15: does not wait on stop for a mail server that hangs: its mail goes back into the queue', async () => {
    const server = await startScriptedSmtp({ replies: { '.': null } });
    const service = serviceOver(
      createSmtpTransport({ smtpUrl: server.smtpUrl, from: 'no-reply@auth.example' }),
    );
    await queue(service);
    service.start();
    await until(() => expect(server.messages).toHaveLength(1));
    const stopping = service.stop();
    await until(() => expect(timers.waiting).toBe(2));
    timers.fire();
    await stopping;
    expect(events()).toEqual(['mail_delayed']);
    expect(await services.store.mail.count()).toBe(1);
    await server.close();
  });
});

describe('the queue', () => {
  it('M19: is bounded: it has room up to its limit and none at it', async () => {
    const service = serviceOver(memoryTransport(), { maxWaiting: 2 });
    await queue(service, 'one@example.com');
    expect(await service.hasRoom()).toBe(true);
    await queue(service, 'two@example.com');
    expect(await service.hasRoom()).toBe(false);
  });

  it('expires a mail with the longer of link and code', async () => {
    app = await services.createApp({ linkLifetimeSeconds: 60, codeLifetimeSeconds: 600 });
    const mail = await queue(serviceOver(memoryTransport()));
    expect(mail.expiresAt - services.clock()).toBe(600);
  });
});

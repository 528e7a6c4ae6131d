import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/domain/app.js';
import { StoreUnavailableError } from '../../src/domain/stores.js';
import { openTestServices, TEST_ISSUER, TEST_ORIGIN, type TestServices } from '../support/services.js';

const LIMITED = { code: 'too_many_requests', status: 429 };
const from = (clientIp: string) => ({ ...TEST_ORIGIN, clientIp });
/** A client that nobody has heard of. */
const stranger = () => from(randomUUID());

describe('asking for a sign-in', () => {
  let services: TestServices;
  let app: App;
  beforeEach(async () => {
    services = await openTestServices();
    app = await services.createApp({ algorithm: 'ES256' });
  });
  afterEach(() => services.close());

  it('JAM-2, M8: mails a link under the configured issuer and a typed code, and gives the starter a secret', async () => {
    const { requestId, ...rest } = await services.signIn.start(app, ' Ada@EXAMPLE.com ', TEST_ORIGIN);
    expect(rest).toEqual({});
    expect(requestId).toMatch(/^[\w-]{43}$/);
    expect(services.mail.wakes).toBe(1);
    const { to, link, code, linkSecret } = services.mail.last();
    expect(to).toBe('Ada@example.com');
    expect(link).toBe(`${TEST_ISSUER}/${app.id}/link?code=${linkSecret}`);
    expect(linkSecret).toMatch(/^[\w-]{43}$/);
    expect(code).toMatch(/^[0-9]{6}$/);
    expect(linkSecret).not.toBe(requestId);
    expect(await services.store.mail.count()).toBe(1);
  });

  it.each([
    ['M12', 'a@b.c\r\nBcc: x@y.z'],
    ['M12', 'a@b.c,x@y.z'],
    ['M12', '"x@evil" @b.c'],
    ['M13', 'ada＠example.com'],
    ['M13', 'аdmin@example.com'],
    ['JAM-3', 'nonsense'],
    ['JAM-3', undefined],
    ['JAM-3', { email: 'ada@example.com' }],
  ])('%s: refuses %j with 400 and mails nobody', async (_row, email) => {
    const refusal = services.signIn.start(app, email, TEST_ORIGIN);
    await expect(refusal).rejects.toMatchObject({ code: 'invalid_email', status: 400 });
    expect(services.mail.prepared).toEqual([]);
  });

  it('M5: answers alike, logs alike and does the same work for a known and for an unknown address', async () => {
    await services.signIn.start(app, 'known@example.com', TEST_ORIGIN);
    await services.signIn.finishWithLink(app, services.mail.last().linkSecret, null);
    const calls: string[] = [];
    const counted = <Store extends object>(store: Store): Store =>
      new Proxy(store, {
        get(target, name) {
          const member = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => {
            calls.push(String(name));
            return member.apply(target, args);
          };
        },
      });
    const signIn = services.createSignIn({
      store: { people: counted(services.store.people), signIns: counted(services.store.signIns) },
    });
    const shapes: unknown[] = [];
    for (const email of ['known@example.com', 'unknown@example.com']) {
      calls.length = 0;
      const answer = await signIn.start(app, email, TEST_ORIGIN);
      const page = await signIn.describeRequest(app, answer.requestId);
      shapes.push({
        calls: [...calls],
        answer: Object.keys(answer),
        length: answer.requestId.length,
        page: page?.email.length,
      });
    }
    expect(shapes[0]).toMatchObject({ calls: ['findByEmailKey', 'replace', 'findByStarter'], page: 17 });
    expect({ ...(shapes[1] as object), page: 17 }).toEqual(shapes[0]);
  });

  it('M5, M13: mails the spelling that was proved, and shows whoever asks only the one that was typed', async () => {
    await services.signIn.start(app, 'Ada@example.com', TEST_ORIGIN);
    await services.signIn.finishWithLink(app, services.mail.last().linkSecret, null);
    const { requestId } = await services.signIn.start(app, 'aDA@example.com', TEST_ORIGIN);
    expect(services.mail.last().to).toBe('Ada@example.com');
    expect(await services.signIn.describeRequest(app, requestId)).toEqual({ email: 'aDA@example.com' });
    const finished = await services.signIn.finishWithLink(app, services.mail.last().linkSecret, null);
    expect(finished?.email).toBe('Ada@example.com');
  });

  it('M6: sends three mails to one address in fifteen minutes, then says when there is room again', async () => {
    for (let sent = 0; sent < 3; sent++) await services.signIn.start(app, 'ada@example.com', stranger());
    const { linkSecret } = services.mail.last();
    await expect(services.signIn.start(app, 'ada@example.com', stranger())).rejects.toMatchObject({
      ...LIMITED,
      retryAfterSeconds: 900,
    });
    expect(services.mail.prepared).toHaveLength(3);
    services.clock.advance(60);
    await expect(services.signIn.start(app, 'ada@example.com', stranger())).rejects.toMatchObject({
      retryAfterSeconds: 840,
    });
    // The refusal limits mails, not signing in: the newest link is as good as before.
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeDefined();
    services.clock.advance(840);
    await services.signIn.start(app, 'ada@example.com', stranger());
  });

  it('M6: counts spellings that end in one mailbox together', async () => {
    for (const email of ['ada.l@example.com', 'Ad.Al+boats@example.com', ' adal+x@EXAMPLE.com']) {
      await services.signIn.start(app, email, stranger());
    }
    await expect(services.signIn.start(app, 'adal@example.com', stranger())).rejects.toMatchObject(LIMITED);
    await services.signIn.start(app, 'adal@other.example', stranger());
    const otherApp = await services.createApp({ algorithm: 'ES256' });
    await services.signIn.start(otherApp, 'adal@example.com', stranger());
  });

  it('M6: sends twenty mails for one client in an hour, all apps together, whatever its address in the /64', async () => {
    const otherApp = await services.createApp({ algorithm: 'ES256' });
    for (let sent = 0; sent < 20; sent++) {
      const client = from(`2001:db8:1:2::${sent.toString(16)}`);
      await services.signIn.start(sent % 2 === 0 ? app : otherApp, `p${sent}@example.com`, client);
    }
    const same = from('2001:db8:1:2:ffff::1');
    await expect(services.signIn.start(app, 'p@example.com', same)).rejects.toMatchObject(LIMITED);
    await services.signIn.start(app, 'p@example.com', from('2001:db8:1:3::1'));
    services.clock.advance(3600);
    await services.signIn.start(app, 'q@example.com', same);
  });

  it('M6: sends as many mails in an hour as the app has for all, and another app has its own', async () => {
    const small = await services.createApp({ algorithm: 'ES256', mailsPerHour: 2 });
    for (const name of ['a', 'b']) await services.signIn.start(small, `${name}@example.com`, stranger());
    await expect(services.signIn.start(small, 'c@example.com', stranger())).rejects.toMatchObject(LIMITED);
    await services.signIn.start(app, 'c@example.com', stranger());
  });

  it('M6: a refused request takes from no budget', async () => {
    for (let sent = 0; sent < 3; sent++) await services.signIn.start(app, 'ada@example.com', TEST_ORIGIN);
    for (let refused = 0; refused < 30; refused++) {
      await expect(services.signIn.start(app, 'ada@example.com', TEST_ORIGIN)).rejects.toMatchObject(LIMITED);
    }
    for (let sent = 3; sent < 20; sent++)
      await services.signIn.start(app, `p${sent}@example.com`, TEST_ORIGIN);
    await expect(services.signIn.start(app, 'p@example.com', TEST_ORIGIN)).rejects.toMatchObject(LIMITED);
  });

  it('M19: answers 503 while the queue is full, and keeps nothing', async () => {
    await services.signIn.start(app, 'ada@example.com', stranger());
    const { linkSecret } = services.mail.last();
    services.mail.isFull = true;
    await expect(services.signIn.start(app, 'ada@example.com', stranger())).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
      retryAfterSeconds: 30,
    });
    expect(services.mail.prepared).toHaveLength(1);
    expect(await services.signIn.finishWithLink(app, linkSecret, null)).toBeDefined();
  });

  it('S12: passes on that the store cannot answer, and wakes no mail', async () => {
    const down = async () => {
      throw new StoreUnavailableError('busy');
    };
    const broken = { ...services.store.signIns, replace: down };
    const signIn = services.createSignIn({
      store: { people: services.store.people, signIns: broken },
    });
    await expect(signIn.start(app, 'ada@example.com', TEST_ORIGIN)).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    expect(services.mail.wakes).toBe(0);
  });

  it('M14, S6: neither the database nor the log holds anything that signs somebody in', async () => {
    const secrets: string[] = [];
    for (const [delivery, email] of [
      ['query', 'ada@example.com'],
      ['code', 'grace@example.com'],
    ] as const) {
      const made = await services.createApp({ algorithm: 'ES256', delivery, allowRefresh: true });
      const pending = await services.signIn.start(made, `pending-${email}`, TEST_ORIGIN);
      const waiting = services.mail.last();
      secrets.push(pending.requestId, waiting.linkSecret, waiting.code);
      const { requestId } = await services.signIn.start(made, email, TEST_ORIGIN);
      const { linkSecret, code } = services.mail.last();
      const finished = await services.signIn.finishWithLink(made, linkSecret, requestId);
      secrets.push(requestId, linkSecret, code);
      if (finished?.delivery.kind === 'code') secrets.push(finished.delivery.code);
      if (finished?.delivery.kind === 'tokens') {
        secrets.push(finished.delivery.idToken, finished.delivery.refreshToken ?? '');
      }
    }
    const files = ['', '-wal'].map((suffix) => readFileSync(services.file + suffix, 'latin1')).join('');
    const logged = JSON.stringify(services.log);
    const fields = services.log.flatMap((line) => Object.values(line.fields));
    expect(secrets).toHaveLength(15);
    for (const secret of secrets) {
      expect(secret).not.toBe('');
      expect(fields).not.toContain(secret);
      // Six digits stand in an id now and then by chance; 43 characters do not.
      if (secret.length === 6) continue;
      expect(files.includes(secret)).toBe(false);
      expect(logged).not.toContain(secret);
    }
    expect(files).not.toContain('PRIVATE KEY');
    expect(logged).not.toMatch(/ada@|grace@|example\.com/);
    expect(logged).toContain('sign_in_finished');
  });

  it('M14: two requests with the same typed code have different hashes, so that nothing can be looked up', async () => {
    const hashes = new Set<string>();
    const signIn = services.createSignIn({
      store: {
        people: services.store.people,
        signIns: {
          ...services.store.signIns,
          replace: async ({ codeHash }) => {
            hashes.add(codeHash);
          },
        },
      },
      vault: {
        ...services.vault,
        mac: (purpose, message) => services.vault.mac(purpose, message.replace(/ \d{6}$/, ' 123456')),
      },
    });
    for (let started = 0; started < 3; started++) await signIn.start(app, 'ada@example.com', TEST_ORIGIN);
    expect(hashes.size).toBe(3);
  });
});

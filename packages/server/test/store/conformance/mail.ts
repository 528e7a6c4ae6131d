import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { QueuedMail } from '../../../src/domain/sign-in.js';
import type { Store } from '../../../src/domain/stores.js';
import { aMail, anApp, aRequest, NOW } from '../../support/store-rows.js';
import { type CurrentStores, inParallel } from '../store-conformance.js';

async function appWithMails(store: Store, changes: readonly Partial<QueuedMail>[]) {
  const app = anApp();
  await store.apps.insertOnce(app, []);
  const mails = changes.map((change) => aMail(app.id, change));
  for (const mail of mails) await store.signIns.replace(aRequest(app.id), mail);
  return { app, mails };
}

const claim = (store: Store, nowSeconds = NOW, limit = 100) =>
  store.mail.claimDue({ nowSeconds, leaseSeconds: 60, limit });

export function describeMail(current: CurrentStores): void {
  describe('mail', () => {
    it('gives due mails with the claim counted, oldest first, and none that is not due', async () => {
      const { store } = current();
      const { mails } = await appWithMails(store, [
        { createdAt: NOW - 1 },
        { createdAt: NOW - 2 },
        { nextAttemptAt: NOW + 0.001 },
      ]);
      const [second, first] = mails;
      expect(await store.mail.count()).toBe(3);
      expect(await claim(store)).toEqual([
        { ...first, attempts: 1, nextAttemptAt: NOW + 60 },
        { ...second, attempts: 1, nextAttemptAt: NOW + 60 },
      ]);
    });

    it('gives a claimed mail to nobody else until the lease ends, then again', async () => {
      const { store, other } = current();
      await appWithMails(store, [{}]);
      expect(await claim(store)).toHaveLength(1);
      expect(await claim(other, NOW + 59.999)).toEqual([]);
      expect(await claim(other, NOW + 60)).toMatchObject([{ attempts: 2 }]);
    });

    it('gives each mail to one of many workers', async () => {
      const { mails } = await appWithMails(
        current().store,
        Array.from({ length: 60 }, () => ({})),
      );
      const claims = await inParallel(current(), 20, (store) => claim(store, NOW, 4));
      expect(claims.filter(({ length }) => length > 4)).toEqual([]);
      expect(
        claims
          .flat()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(mails.map(({ id }) => id).sort());
    });

    it('forgets a mail that left, and gives one back when it is told to', async () => {
      const { store } = current();
      const { mails } = await appWithMails(store, [{}, {}]);
      const [sent = aMail(''), failed = aMail('')] = mails;
      await claim(store);
      await store.mail.remove(sent.id);
      await store.mail.remove('never was');
      await store.mail.retryAt(failed.id, NOW + 5);
      await store.mail.retryAt('never was', NOW + 5);
      expect(await store.mail.count()).toBe(1);
      expect(await claim(store, NOW + 4.999)).toEqual([]);
      expect(await claim(store, NOW + 5)).toMatchObject([{ id: failed.id, attempts: 2 }]);
    });

    it('M19: a newer mail replaces an unsent one; a worker that still holds the older one changes nothing', async () => {
      const { store } = current();
      const { app, mails } = await appWithMails(store, [{ replaceKey: 'ada' }, { replaceKey: 'bob' }]);
      const [older = aMail('')] = mails;
      await claim(store);
      const newer = aMail(app.id, { replaceKey: 'ada', sealed: 'newer' });
      await store.signIns.replace(aRequest(app.id), newer);
      await store.mail.retryAt(older.id, NOW + 1000);
      await store.mail.remove(older.id);
      expect(await store.mail.count()).toBe(2);
      expect(await claim(store)).toEqual([{ ...newer, attempts: 1, nextAttemptAt: NOW + 60 }]);
    });

    it('keeps mails of two apps with the same replace key apart', async () => {
      const { store } = current();
      await appWithMails(store, [{ replaceKey: 'ada' }]);
      await appWithMails(store, [{ replaceKey: 'ada' }]);
      expect(await store.mail.count()).toBe(2);
    });

    it('keeps the newest mails for the mailbox, also those of one instant', async () => {
      const { store } = current();
      const kept = Array.from({ length: 5 }, () => ({ id: randomUUID(), sealed: 'sealed', createdAt: NOW }));
      for (const mail of kept) await store.mail.keep(mail, 3);
      const [, , third, fourth, fifth] = kept;
      expect(await store.mail.listKept(10)).toEqual([fifth, fourth, third]);
      expect(await store.mail.listKept(1)).toEqual([fifth]);
    });
  });
}

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMailbox, createMailboxTransport } from '../../src/services/mailbox.js';
import { createVault } from '../../src/services/vault.js';
import { openTestServices, type TestServices } from '../support/services.js';

let services: TestServices;

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(() => services.close());

const mailTo = (to: string) => ({ to, subject: `For ${to}`, text: 'text', html: '<p>html</p>' });

it('keeps mails, newest first, and finds each by its id', async () => {
  const transport = createMailboxTransport(services);
  await transport.send(mailTo('ada@example.com'));
  services.clock.advance(10);
  await transport.send(mailTo('bob@example.com'));
  const mailbox = createMailbox(services);
  const list = await mailbox.list();
  expect(list.map((mail) => mail.to)).toEqual(['bob@example.com', 'ada@example.com']);
  expect(await mailbox.find(list[0]?.id ?? '')).toEqual({
    ...mailTo('bob@example.com'),
    createdAt: services.clock(),
  });
});

it('drops all but the newest fifty', async () => {
  const transport = createMailboxTransport(services);
  for (let index = 0; index < 51; index += 1) await transport.send(mailTo(`ada${index}@example.com`));
  const list = await createMailbox(services).list();
  expect(list).toHaveLength(50);
  expect(list.at(-1)?.to).toBe('ada1@example.com');
});

it('finds nothing under an unknown id', async () => {
  expect(await createMailbox(services).find('no-such-mail')).toBeUndefined();
});

it('M14: keeps mails sealed, and leaves out what another master key sealed', async () => {
  await createMailboxTransport(services).send(mailTo('ada@example.com'));
  const [kept] = await services.store.mail.listKept(1);
  expect(kept?.sealed).not.toContain('ada');
  const stranger = createMailbox({ store: services.store, vault: createVault(randomBytes(32)) });
  expect(await stranger.list()).toEqual([]);
  expect(await stranger.find(kept?.id ?? '')).toBeUndefined();
});

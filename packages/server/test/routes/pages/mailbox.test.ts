import { describe, expect, it } from 'vitest';
import { mailboxRoutes } from '../../../src/routes/pages/mailbox.js';
import { PageVisitor } from '../../support/page-visitor.js';
import { createTestHandler, ISSUER } from '../../support/request-handler.js';

const MAIL = {
  id: 'mail-1',
  to: 'ada@example.com',
  subject: 'Log in to Paper Boats',
  text: 'Open https://auth.example/app/link?code=abc',
  html: '<!doctype html><html><body><script>alert(1)</script><a href="https://auth.example/">Log In Now!</a></body></html>',
  createdAt: 1_700_000_000,
};

function visitMailbox(mails: readonly (typeof MAIL)[]) {
  const mailbox = {
    list: async () => mails,
    find: async (id: string) => mails.find((mail) => mail.id === id),
  };
  return new PageVisitor(createTestHandler(mailboxRoutes({ mailbox, nodeEnv: 'test' })), ISSUER);
}

describe('the development mailbox', () => {
  it('lists mails and leads to each', async () => {
    const page = await visitMailbox([MAIL]).get('/mailbox');
    expect(page.body).toContain('href="/mailbox/mail-1"');
    expect(page.body).toContain('Log in to Paper Boats');
    expect(page.headers['refresh']).toBeUndefined();
  });

  it('says that it is empty, and looks again by itself', async () => {
    const page = await visitMailbox([]).get('/mailbox');
    expect(page.body).toContain('No mail so far.');
    expect(page.headers['refresh']).toBe('3');
  });

  it('shows one mail with a link that can be clicked', async () => {
    const page = await visitMailbox([MAIL]).get('/mailbox/mail-1');
    expect(page.body).toContain('<a href="https://auth.example/app/link?code=abc">');
    expect(page.headers['content-security-policy']).toMatch(/frame-src 'self'$/);
  });

  it('M18: gives the HTML part no script, no form, and no other window than by a click', async () => {
    const part = await visitMailbox([MAIL]).get('/mailbox/mail-1/html');
    const policy = String(part.headers['content-security-policy']);
    expect(policy).toContain('sandbox allow-top-navigation-by-user-activation;');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(part.body.startsWith('<!doctype html><base target="_top">')).toBe(true);
  });

  it.each(['/mailbox/other', '/mailbox/other/html'])('answers 404 for %s', async (path) => {
    expect((await visitMailbox([MAIL]).get(path)).status).toBe(404);
  });

  it('is not served in production', () => {
    const mailbox = { list: async () => [], find: async () => undefined };
    expect(() => mailboxRoutes({ mailbox, nodeEnv: 'production' })).toThrow('production');
  });
});

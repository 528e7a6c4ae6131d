import { describe, expect, it } from 'vitest';
import { describeLifetime, renderSignInMail } from '../../src/services/sign-in-mail.js';
import { anApp } from '../support/store-rows.js';

const LINK = 'https://auth.example/app/link?code=SECRET';
const DETAILS = { to: 'ada@example.com', link: LINK, code: '204817' };
const template = (parts: { subject?: string; text?: string; html?: string }) => ({
  mailTemplate: { subject: null, text: null, html: null, ...parts },
});

describe('the sign-in mail', () => {
  it('has the subject, heading and button that people know from the original service', () => {
    const mail = renderSignInMail(anApp({ name: 'Paper Boats' }), DETAILS);
    expect(mail.to).toBe('ada@example.com');
    expect(mail.subject).toBe('Log in to Paper Boats');
    expect(mail.html).toContain('>Log in to Paper Boats</h1>');
    expect(mail.html).toMatch(new RegExp(`href="${LINK.replace('?', '\\?')}"[^>]*>Log In Now!</a>`));
  });

  it('carries link, code and lifetimes in both parts', () => {
    const app = anApp({ linkLifetimeSeconds: 900, codeLifetimeSeconds: 600 });
    const { text, html } = renderSignInMail(app, DETAILS);
    for (const part of [text, html]) {
      expect(part).toContain(LINK);
      expect(part).toContain('204817');
      expect(part).toContain('the link for 15 minutes, the code for 10 minutes');
      expect(part).toContain('If you did not ask for this mail, ignore it.');
      expect(part).not.toMatch(/\{\w+\}/);
    }
  });

  it('loads nothing from elsewhere and needs no script', () => {
    const { html } = renderSignInMail(anApp(), DETAILS);
    expect(html).not.toMatch(/<(?:img|script|link|iframe|table)\b|url\(|@import/i);
    expect(html.match(/https?:\/\/[^"<\s]+/g)?.every((url) => url === LINK)).toBe(true);
  });

  it('lets an app replace single parts and fills in its placeholders', () => {
    const app = anApp({
      name: 'Boats',
      linkLifetimeSeconds: 900,
      codeLifetimeSeconds: 600,
      ...template({ subject: '{code} for {appName}', text: '{link} {linkMinutes} {codeMinutes}' }),
    });
    const mail = renderSignInMail(app, DETAILS);
    expect(mail.subject).toBe('204817 for Boats');
    expect(mail.text).toBe(`${LINK} 15 10`);
    expect(mail.html).toContain('Log In Now!');
  });

  it('M18: escapes what it puts into HTML and nothing in the text part', () => {
    const name = `<script>alert(1)</script> "&' Co`;
    const app = anApp({
      name,
      ...template({ html: '<p title="{appName}">{link}</p>', text: '{appName} {link}' }),
    });
    const mail = renderSignInMail(app, { ...DETAILS, link: `${LINK}&a=1` });
    expect(mail.html).toBe(
      `<p title="&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;&#39; Co">${LINK}&amp;a=1</p>`,
    );
    expect(mail.text).toBe(`${name} ${LINK}&a=1`);
  });

  it('M18: takes a value that looks like a placeholder, or like a replacement pattern, as it is', () => {
    const app = anApp({ name: '{code} {{link}} $& $1', ...template({ text: '{appName}|{code}' }) });
    expect(renderSignInMail(app, DETAILS).text).toBe('{code} {{link}} $& $1|204817');
  });

  it('M18: holds no word of whoever asked: neither address nor device', () => {
    const { subject, text, html } = renderSignInMail(anApp(), { ...DETAILS, to: 'buy-now@spam.example' });
    expect(subject + text + html).not.toContain('spam.example');
  });

  it.each(['\r\nBcc: x@y.example', '\nX: 1', '\0', '\u2028', '\u0085'])(
    'M12: keeps %j out of the subject',
    (end) => {
      const { subject } = renderSignInMail(anApp({ name: `Boats${end}` }), DETAILS);
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(subject.startsWith('Log in to Boats')).toBe(true);
    },
  );

  it.each(['a@b.example\r\nBcc: x@y.example', 'a@b.example,x@y.example', 'Ada <a@b.example>', ''])(
    'M12: is not rendered for %j',
    (to) => {
      expect(() => renderSignInMail(anApp(), { ...DETAILS, to })).toThrow('one canonical address');
    },
  );
});

it.each([
  [60, '1 minute'],
  [900, '15 minutes'],
  [959, '15 minutes'],
  [3600, '1 hour'],
  [5400, '1 hour 30 minutes'],
  [86_400, '24 hours'],
  [59, 'less than a minute'],
])('says a lifetime of %d s as %j', (seconds, words) => {
  expect(describeLifetime(seconds)).toBe(words);
});

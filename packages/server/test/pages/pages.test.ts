import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/domain/refusal.js';
import { fillOwnPaths } from '../../src/http/own-path.js';
import {
  renderCheckMailPage,
  renderConfirmPage,
  renderErrorPage,
  renderFormPostPage,
  renderLinkProblemPage,
  renderMailboxListPage,
  renderMailboxMessagePage,
  renderNoRequestPage,
  renderNothingToConfirmPage,
  renderSignInPage,
} from '../../src/pages/index.js';
import { expectAccessiblePage } from '../support/page-checks.js';

const lifetimes = { linkLifetimeSeconds: 900, codeLifetimeSeconds: 600 };
const confirm = {
  requestedFrom: 'Firefox on Linux',
  requestedAt: 1_700_000_000,
  nowSeconds: 1_700_000_200,
  startedHere: false,
  nonce: 'nonce',
};

/** Every page, with one text put wherever a page takes text. */
function allPages(text: string): [name: string, markup: string][] {
  const mail = { id: 'mail-1', to: text, subject: text, createdAt: 1_700_000_000 };
  const pages: [name: string, markup: string][] = [
    ['sign-in', renderSignInPage({ appName: text })],
    [
      'sign-in to the authority',
      renderSignInPage({ appName: text, authorityName: text, hiddenFields: { transaction: text } }),
    ],
    ['sign-in with a problem', renderSignInPage({ appName: text, typedEmail: text, problem: text })],
    ['check-mail', renderCheckMailPage({ appName: text, email: text, ...lifetimes })],
    [
      'check-mail with a problem',
      renderCheckMailPage({ appName: text, email: text, problem: text, ...lifetimes }),
    ],
    ['no request', renderNoRequestPage({ appName: text })],
    [
      'confirm',
      renderConfirmPage({ ...confirm, appName: text, email: text, requestedFrom: text, nonce: text }),
    ],
    [
      'confirm in the same browser',
      renderConfirmPage({ ...confirm, appName: text, email: text, startedHere: true }),
    ],
    ['link problem', renderLinkProblemPage({ appName: text })],
    ['nothing to confirm', renderNothingToConfirmPage({ appName: text })],
    [
      'form post',
      renderFormPostPage({ appName: text, redirectUrl: 'https://a.example/', fields: { [text]: text } }),
    ],
    ['rate limited', renderErrorPage(new Refusal('too_many_requests', { retryAfterSeconds: 90 }))],
    ['error', renderErrorPage(new Refusal('invalid_parameter', { message: text }))],
    ['mailbox', renderMailboxListPage({ mails: [mail] })],
    ['empty mailbox', renderMailboxListPage({ mails: [] })],
    ['mail', renderMailboxMessagePage({ ...mail, text })],
  ];
  return pages.map(([name, markup]) => [name, fillOwnPaths(markup, '')]);
}

describe('every page', () => {
  it.each(allPages('Paper Boats'))(
    '%s: has landmarks, one heading, labels and at most one primary action',
    (_name, markup) => {
      expectAccessiblePage(markup);
    },
  );

  it.each(allPages(`<script>alert(1)</script>"' onfocus=x {{7*7}} \${7*7} &amp; <img src=x>`))(
    'M18: %s: shows markup, braces and quotes in a text as text',
    (_name, markup) => {
      expect(markup).not.toContain('<script>');
      expect(markup).not.toContain('<img src=x');
      expect(markup).not.toContain(`"' onfocus`);
      expect(markup.replace(/&#39;|&quot;|&lt;|&gt;|&amp;/g, '')).not.toMatch(/&(?!nbsp;)/);
      expectAccessiblePage(markup.replaceAll('onfocus=', ''));
    },
  );
});

describe('the confirm page', () => {
  it('M10: says whose account, which app, from which device and when', () => {
    const markup = renderConfirmPage({ ...confirm, appName: 'Paper Boats', email: 'eve@example.com' });
    for (const text of ['eve@example.com', 'Paper Boats', 'Firefox on Linux', '3 minutes ago']) {
      expect(markup).toContain(text);
    }
    expect(markup).toContain('datetime="2023-11-14T22:13:20.000Z"');
  });

  it('M10: asks whether the person asked, unless it was asked for in this browser', () => {
    const page = { ...confirm, appName: 'Paper Boats', email: 'eve@example.com' };
    expect(renderConfirmPage(page)).toContain('Did you ask for this yourself?');
    expect(renderConfirmPage({ ...page, startedHere: true })).not.toContain('Did you ask for this yourself?');
  });

  it('M2: names the pressed button, so that a form that is merely sent is told apart', () => {
    const markup = renderConfirmPage({ ...confirm, appName: 'Paper Boats', email: 'eve@example.com' });
    expect(markup).toContain(
      '<button class="button" type="submit" name="action" value="confirm">Log in now</button>',
    );
  });
});

describe('fields', () => {
  it('ties the problem of an address to its field and keeps what was typed', () => {
    const markup = renderSignInPage({ appName: 'A', typedEmail: 'ada@', problem: 'It is cut off.' });
    expect(markup).toContain('id="email-problem">It is cut off.');
    expect(markup).toMatch(
      /<input [^>]*value="ada@"[^>]* aria-invalid="true" aria-describedby="email-problem"/,
    );
    expect(markup).toContain('<title>Problem: ');
  });

  it('ties the problem of a code to its field', () => {
    const markup = renderCheckMailPage({
      appName: 'A',
      email: 'a@b.example',
      problem: 'Wrong.',
      ...lifetimes,
    });
    expect(markup).toMatch(/<input [^>]* aria-invalid="true" aria-describedby="code-problem code-hint"/);
  });

  it('lets browsers fill in the address and the code', () => {
    expect(renderSignInPage({ appName: 'A' })).toMatch(/type="email"[^>]* autocomplete="email"/);
    expect(renderCheckMailPage({ appName: 'A', email: 'a@b.example', ...lifetimes })).toMatch(
      /inputmode="numeric" autocomplete="one-time-code"/,
    );
  });
});

describe('error pages', () => {
  it.each([
    ['unknown_app', 'not known here'],
    ['not_found', 'nothing here'],
    ['forbidden', 'not sent from our page'],
    ['unsupported_media_type', 'could not be read'],
    ['unavailable', 'cannot answer right now'],
    ['internal_error', 'on our side'],
  ] as const)('%s: says what is the matter', (code, text) => {
    expect(renderErrorPage(new Refusal(code))).toContain(text);
  });

  it('say when to try again', () => {
    expect(renderErrorPage(new Refusal('too_many_requests', { retryAfterSeconds: 61 }))).toContain(
      'in 2 minutes',
    );
    expect(renderErrorPage(new Refusal('unavailable', { retryAfterSeconds: 5 }))).toContain('in 5 seconds');
  });

  it('O33: show nothing of the refusal but its kind', () => {
    const refused = new Refusal('internal_error', {
      message: 'SELECT * FROM people',
      cause: new Error('/var/lib'),
    });
    expect(renderErrorPage(refused)).not.toMatch(/SELECT|\/var\/lib/);
  });
});

describe('the mailbox', () => {
  it('makes web addresses in a mail clickable, and no other scheme', () => {
    const text = 'Open https://auth.example/a/link?code=abc&x=1 or javascript:alert(1) now.';
    const markup = renderMailboxMessagePage({ id: '1', to: 'a@b.example', subject: 's', text, createdAt: 0 });
    expect(markup).toContain('<a href="https://auth.example/a/link?code=abc&amp;x=1">');
    expect(markup).not.toContain('href="javascript:');
  });

  it('M18: shows the HTML part without rights but to be followed by a click', () => {
    const markup = renderMailboxMessagePage({ id: 'a/b', to: 'a', subject: 's', text: '', createdAt: 0 });
    expect(fillOwnPaths(markup, '')).toContain(
      'sandbox="allow-top-navigation-by-user-activation" src="/mailbox/a%2Fb/html"',
    );
  });
});

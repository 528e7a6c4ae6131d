import { describe, expect, it } from 'vitest';
import {
  renderAuthorizedFormPage,
  renderAuthorizeErrorPage,
  renderConsentPage,
} from '../../src/pages/index.js';
import { expectAccessiblePage } from '../support/page-checks.js';

const PROBLEMS = ['unknown_client', 'redirect_uri', 'parameters', 'request_uri', 'gone'] as const;

const consent = (changes: Partial<Parameters<typeof renderConsentPage>[0]> = {}) =>
  renderConsentPage({
    clientName: 'Paper Boats',
    redirectUri: 'https://boats.example:8443/cb?x=1',
    email: 'ada@example.com',
    identityScopes: ['openid', 'offline_access', 'email'],
    resources: [{ audience: 'https://api.example', scopes: ['boats:read', 'boats:write'] }],
    refreshLifetimeSeconds: 90 * 24 * 60 * 60,
    transactionId: 'transaction',
    nonce: 'nonce',
    ...changes,
  });

/** With one text put wherever a page takes text. */
function allPages(text: string): [name: string, markup: string][] {
  const told = { redirectUri: 'https://boats.example/cb', fields: { [text]: text } };
  const resources = [
    { audience: text, scopes: [text, text] },
    { audience: text, scopes: [] },
  ];
  const texts = { clientName: text, email: text, identityScopes: ['openid', text], resources };
  return [
    ['consent', consent({ ...texts, transactionId: text, nonce: text })],
    ['form post', renderAuthorizedFormPage({ clientName: text, ...told })],
    ...PROBLEMS.map((problem): [string, string] => [problem, renderAuthorizeErrorPage({ problem })]),
  ];
}

describe('every page of the authorization endpoint', () => {
  it.each(allPages('Paper Boats'))('%s: can be used by everybody', (_name, markup) => {
    expectAccessiblePage(markup);
  });

  it.each(allPages(`<script>alert(1)</script>"' onfocus=x <img src=x>`))(
    'M18 O4: %s: shows markup and quotes as text',
    (_name, markup) => {
      expect(markup).not.toContain('<script>');
      expect(markup).not.toContain('<img src=x');
      expect(markup).not.toContain(`"' onfocus`);
      expectAccessiblePage(markup.replaceAll('onfocus=', ''));
    },
  );
});

describe('the consent page', () => {
  it('has both answers side by side, each a press away', () => {
    const buttons = [...consent().matchAll(/<button[^>]* name="action" value="(\w+)">([^<]+)</g)];
    expect(buttons.map(([, value, text]) => [value, text])).toEqual([
      ['allow', 'Allow'],
      ['deny', 'Do not allow'],
    ]);
  });

  it('says each thing that is asked for, that which lasts at the end', () => {
    const items = [...consent().matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, item = '']) =>
      item.replace(/<[^>]+>/g, ''),
    );
    expect(items).toEqual([
      'know you again: it is told an id that stays the same, and when you logged in',
      'see your e-mail address',
      'use https://api.example in your name: boats:read, boats:write',
      'go on with all this while you are away, for 90 days at most',
    ]);
  });

  it.each([
    ['https://boats.example:8443/cb?x=1', 'boats.example:8443'],
    ['https://xn--e1awd7f.example/cb', 'xn--e1awd7f.example'],
    ['http://127.0.0.1:4321/cb', 'an app on this device'],
    ['http://[::1]/cb', 'an app on this device'],
    ['com.example.boats:/cb', 'an app on this device (com.example.boats)'],
  ])('says that %s leads to %s', (redirectUri, words) => {
    expect(consent({ redirectUri })).toContain(`<dd><bdi>${words}</bdi></dd>`);
  });
});

it('O33: no error page holds anything but its own words', () => {
  for (const problem of PROBLEMS)
    expect(renderAuthorizeErrorPage({ problem })).not.toMatch(/undefined|null|\{/);
});

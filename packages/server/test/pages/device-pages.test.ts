import { describe, expect, it } from 'vitest';
import {
  renderDeviceApprovalPage,
  renderDeviceCodePage,
  renderDeviceDecidedPage,
} from '../../src/pages/index.js';
import { expectAccessiblePage } from '../support/page-checks.js';

const OUTCOMES = ['approved', 'denied', 'gone'] as const;

const approval = (changes: Partial<Parameters<typeof renderDeviceApprovalPage>[0]> = {}) =>
  renderDeviceApprovalPage({
    clientName: 'Big Screen',
    requestedFrom: 'an unknown device at 198.51.100.4',
    requestedAt: 1_700_000_000,
    nowSeconds: 1_700_000_200,
    userCode: 'WDJB-MJHT',
    email: 'ada@example.com',
    identityScopes: ['openid'],
    resources: [{ audience: 'https://api.example', scopes: ['read'] }],
    refreshLifetimeSeconds: 60 * 60,
    nonce: 'nonce',
    ...changes,
  });

/** With one text put wherever a page takes text. */
function allPages(text: string): [name: string, markup: string][] {
  const resources = [{ audience: text, scopes: [text] }];
  const texts = { clientName: text, requestedFrom: text, userCode: text, email: text, nonce: text };
  return [
    ['code', renderDeviceCodePage({ email: text })],
    ['code with a problem', renderDeviceCodePage({ email: text, typedCode: text, problem: text })],
    ['approval', approval({ ...texts, identityScopes: [text], resources })],
    ...OUTCOMES.map((outcome): [string, string] => [outcome, renderDeviceDecidedPage({ outcome })]),
  ];
}

describe('every page for devices', () => {
  it.each(allPages('Paper Boats'))('%s: can be used by everybody', (_name, markup) => {
    expectAccessiblePage(markup);
  });

  it.each(allPages(`<script>alert(1)</script>"' onfocus=x <img src=x>`))(
    'M18 O32: %s: shows markup and quotes as text',
    (_name, markup) => {
      expect(markup).not.toContain('<script>');
      expect(markup).not.toContain('<img src=x');
      expect(markup).not.toContain(`"' onfocus`);
      expectAccessiblePage(markup.replaceAll('onfocus=', ''));
    },
  );
});

describe('the approval page', () => {
  it('O25: names the pressed button, both answers a press away', () => {
    const buttons = [...approval().matchAll(/<button[^>]* name="action" value="(\w+)">([^<]+)</g)];
    expect(buttons.map(([, value, text]) => [value, text])).toEqual([
      ['connect', 'Connect'],
      ['deny', 'Do not connect'],
    ]);
  });

  it('says how long access lasts at most that goes on while its person is away', () => {
    expect(approval()).not.toContain('while you are away');
    expect(approval({ identityScopes: ['offline_access'] })).toContain(
      '<li>go on with all this while you are away, for 60 minutes at most</li>',
    );
  });

  it('RFC 8628 5.4: warns of codes that somebody sent', () => {
    expect(approval()).toContain('If somebody sent you the code, do not connect');
  });
});

import { describe, expect, it } from 'vitest';
import {
  renderAccountPage,
  renderLoggedOutPage,
  renderLogoutPage,
  renderLogoutProblemPage,
} from '../../src/pages/index.js';
import { expectAccessiblePage } from '../support/page-checks.js';

/** Every page of sessions, with one text put wherever a page takes text. */
function allPages(text: string): [name: string, markup: string][] {
  const button = { ticket: text, nonce: text };
  return [
    ['account', renderAccountPage({ email: text, signedInAt: 1_700_000_000, ...button })],
    ['log out', renderLogoutPage({ clientName: text, email: text, ...button })],
    ['log out without a client', renderLogoutPage({ clientName: null, email: text, ...button })],
    ['logged out', renderLoggedOutPage({ clientName: text })],
    ['logged out without a client', renderLoggedOutPage({ clientName: null })],
    ['log-out problem', renderLogoutProblemPage()],
  ];
}

describe('every page of sessions', () => {
  it.each(allPages('Paper Boats'))('%s: is accessible', (_name, markup) => {
    expectAccessiblePage(markup);
  });

  it.each(allPages(`<script>alert(1)</script>"' onfocus=x <img src=x>`))(
    'M18: %s: shows markup and quotes in a text as text',
    (_name, markup) => {
      expect(markup).not.toContain('<script>');
      expect(markup).not.toContain('<img src=x');
      expect(markup).not.toContain(`"' onfocus`);
    },
  );

  it.each(allPages('Paper Boats').slice(0, 3))('%s: names the pressed button', (_name, markup) => {
    expect(markup).toContain('<button class="button" type="submit" name="action" value="logout">');
  });
});

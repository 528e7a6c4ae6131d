import { html } from '../http/html.js';
import { layout } from './layout.js';

/** Asks before a session is ended, because any site can send somebody here (O28). */
export function renderLogoutPage(page: {
  /** Who asks, if it is known. */
  clientName: string | null;
  email: string;
  /** The request that the page speaks of. */
  ticket: string;
  /** Ties the button to the session and the request. */
  nonce: string;
}): string {
  const { clientName, email, ticket, nonce } = page;
  return layout({
    title: 'Log out?',
    main: html`<h1>Log out?</h1>
<p class="lead">You are logged in as <bdi class="address">${email}</bdi>.${
      clientName !== null && html` <bdi>${clientName}</bdi> asks us to log you out.`
    }</p>
<p>Apps that you logged in to from this browser are told as well.</p>
<form method="post" action="logout">
<input type="hidden" name="request" value="${ticket}">
<input type="hidden" name="nonce" value="${nonce}">
<button class="button" type="submit" name="action" value="logout">Log out</button>
</form>
<p class="small">To stay logged in, close this page.</p>`,
  });
}

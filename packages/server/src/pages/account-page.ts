import { html } from '../http/html.js';
import { layout } from './layout.js';
import { instantForMachines, instantInWords } from './words.js';

/** Who is signed in to the authority in this browser. Stands at /login/account. */
export function renderAccountPage(page: {
  email: string;
  signedInAt: number;
  /** What the button sends: see the log-out page. */
  ticket: string;
  nonce: string;
}): string {
  const { email, signedInAt, ticket, nonce } = page;
  return layout({
    title: 'You are logged in',
    main: html`<h1>You are logged in</h1>
<p class="lead">Apps that log you in here do so without another mail, until you log out.</p>
<dl class="facts">
<div><dt>Address</dt><dd><bdi>${email}</bdi></dd></div>
<div><dt>Since</dt><dd><time datetime="${instantForMachines(signedInAt)}">${instantInWords(signedInAt)}</time></dd></div>
</dl>
<form method="post" action="../logout">
<input type="hidden" name="request" value="${ticket}">
<input type="hidden" name="nonce" value="${nonce}">
<button class="button" type="submit" name="action" value="logout">Log out</button>
</form>`,
  });
}

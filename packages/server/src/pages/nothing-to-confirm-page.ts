import { html } from '../http/html.js';
import { layout } from './layout.js';

/** The confirm page without the cookie that the link sets: cookies are off, or the sign-in is finished already. */
export function renderNothingToConfirmPage(page: { appName: string }): string {
  const { appName } = page;
  return layout({
    title: `Nothing to confirm · ${appName}`,
    main: html`<h1>There is nothing to confirm here</h1>
<p class="lead">Either you are logged in already, or this browser does not keep cookies. Without a cookie the link cannot be confirmed.</p>
<h2>How to go on</h2>
<ul>
<li>Allow cookies for this site and open the link in your mail once more. It has not been used up.</li>
<li>Or type the code from the same mail in the browser where you asked to log in.</li>
</ul>
<p class="actions"><a class="button" href="sign-in">Ask for a new link</a></p>`,
  });
}

import { html } from '../http/html.js';
import { layout } from './layout.js';
import { waitInWords } from './words.js';

/** After the mail was sent: where it went, the field for the typed code, and what to do when nothing arrives. */
export function renderCheckMailPage(page: {
  appName: string;
  /** The person's own typed address. */
  email: string;
  linkLifetimeSeconds: number;
  codeLifetimeSeconds: number;
  /** What was wrong with the code that was typed. */
  problem?: string;
}): string {
  const { appName, email, problem } = page;
  return layout({
    title: `${problem === undefined ? '' : 'Problem: '}Check your mail to log in to ${appName}`,
    main: html`<h1>Check your mail</h1>
<p class="lead">We sent a message to <bdi class="address">${email}</bdi>. Open the link in it, or type its code here, to log in to <bdi>${appName}</bdi>.</p>
<form method="post" action="check-mail" novalidate>
<label for="code">Code from the mail</label>
<p class="hint" id="code-hint">Six digits, good for ${waitInWords(page.codeLifetimeSeconds)}.</p>
${problem !== undefined && html`<p class="problem" id="code-problem">${problem}</p>`}
<input class="code-field" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" maxlength="12" required${
      problem === undefined
        ? html` aria-describedby="code-hint"`
        : html` aria-invalid="true" aria-describedby="code-problem code-hint" autofocus`
    }>
<button class="button" type="submit">Log in</button>
</form>
<section class="aside" aria-labelledby="no-mail">
<h2 id="no-mail">No mail yet?</h2>
<ul>
<li>It may take a minute. Look in the spam folder, too.</li>
<li>Is the address right? If not, <a href="sign-in">use another one</a>.</li>
<li>The link works for ${waitInWords(page.linkLifetimeSeconds)}. A new mail replaces it.</li>
</ul>
<form method="post" action="sign-in">
<input type="hidden" name="email" value="${email}">
<button class="button quiet" type="submit">Send it again</button>
</form>
</section>`,
  });
}

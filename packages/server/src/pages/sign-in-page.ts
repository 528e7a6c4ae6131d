import { html } from '../http/html.js';
import { layout } from './layout.js';

/** Asks for an e-mail address. `typedEmail` and `problem` come back after an address that mail cannot be sent to. */
export function renderSignInPage(page: {
  appName: string;
  /** Whose name is in the mail, where that is not the app. */
  authorityName?: string;
  typedEmail?: string;
  problem?: string;
  hiddenFields?: Readonly<Record<string, string>>;
}): string {
  const { appName, authorityName, typedEmail = '', problem, hiddenFields = {} } = page;
  return layout({
    title: `${problem === undefined ? '' : 'Problem: '}Log in to ${appName}`,
    main: html`<h1>Log in to <bdi>${appName}</bdi></h1>
<p class="lead">Tell us your e-mail address and we will send you a link to log in with.</p>
<form method="post" action="sign-in" novalidate>
${Object.entries(hiddenFields).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">
`,
)}<label for="email">E-mail address</label>
${problem !== undefined && html`<p class="problem" id="email-problem">${problem}</p>`}
<input id="email" name="email" type="email" value="${typedEmail}" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required${
      problem !== undefined && html` aria-invalid="true" aria-describedby="email-problem" autofocus`
    }>
<button class="button" type="submit">Send me a link</button>
</form>
<p class="small">The link can be used once, and only by whoever can read your mail.${
      authorityName !== undefined && html` The mail names <bdi>${authorityName}</bdi>, where your account is.`
    }</p>`,
  });
}

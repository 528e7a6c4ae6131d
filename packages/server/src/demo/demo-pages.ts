/** The pages of the demo. They share the authority's stylesheet, and nothing else of it. */
import type { SignedInPerson } from 'countersign/sign-in';
import { type Html, html } from '../http/html.js';
import { htmlDocument } from '../http/html-document.js';
import { ownPath } from '../http/own-path.js';

const FOOTER = 'This app speaks to countersign over HTTP only, through the client in countersign/sign-in.';

export function demoLayout({
  title,
  main,
  footer = FOOTER,
}: {
  title: string;
  main: Html;
  footer?: string;
}): string {
  const body = html`<body class="wide">
<header class="site-header">
<span class="wordmark">Demo app</span>
</header>
<main id="main">
${main}
</main>
<footer class="site-footer">
${footer}
</footer>
</body>`;
  return htmlDocument({ title: `${title} · Demo app`, body });
}

const problemPrefix = (problem: string | undefined) => (problem === undefined ? '' : 'Problem: ');

export function renderDemoHome(view: {
  appId: string;
  mailbox: boolean;
  /** Of the demo that speaks OpenID Connect. */
  oauthUrl: string;
  typedEmail?: string;
  problem?: string;
}): string {
  const { appId, mailbox, oauthUrl, typedEmail = '', problem } = view;
  return demoLayout({
    title: `${problemPrefix(problem)}Log in without a password`,
    main: html`<h1>Log in without a password</h1>
<p class="lead">This small app stands for yours. It keeps no passwords: countersign finds out who somebody is, and the app verifies what it is told.</p>
<ol class="steps">
<li>${mailbox ? 'Type any address. No mail leaves this machine.' : 'Type your address.'}</li>
<li>Open the mail that comes and press its link, or copy its code.</li>
<li>Back here, see the claims of a token whose signature was checked.</li>
</ol>
<form method="post" action="${ownPath('/demo/sign-in')}" novalidate>
<label for="email">E-mail address</label>
${problem !== undefined && html`<p class="problem" id="email-problem">${problem}</p>`}
<input id="email" name="email" type="email" value="${typedEmail}" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required${
      problem !== undefined && html` aria-invalid="true" aria-describedby="email-problem" autofocus`
    }>
<button class="button" type="submit">Mail me a link</button>
</form>
<p class="small">An app without a form of its own can send people to <a href="${ownPath(`/${appId}/sign-in`)}">the page that countersign hosts for it</a>, or speak OpenID Connect, as <a href="${oauthUrl}">this other app</a> does.</p>`,
  });
}

export function renderDemoWaiting(view: { email: string; mailbox: boolean; problem?: string }): string {
  const { email, mailbox, problem } = view;
  return demoLayout({
    title: `${problemPrefix(problem)}A mail is on its way`,
    main: html`<h1>A mail is on its way</h1>
${
  mailbox
    ? html`<p class="lead">It goes to <bdi class="address">${email}</bdi>, and in development it ends up in a mailbox on this machine.</p>
<p class="actions"><a class="button" href="${ownPath('/mailbox')}">Open the mailbox</a></p>`
    : html`<p class="lead">It goes to <bdi class="address">${email}</bdi>. Open its link, or type its code here.</p>`
}
<section class="aside" aria-labelledby="by-code">
<h2 id="by-code">Without the link</h2>
<form method="post" action="${ownPath('/demo/code')}" novalidate>
<label for="code">Code from the mail</label>
<p class="hint" id="code-hint">Six digits.</p>
${problem !== undefined && html`<p class="problem" id="code-problem">${problem}</p>`}
<input class="code-field" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" maxlength="12" required${
      problem === undefined
        ? html` aria-describedby="code-hint"`
        : html` aria-invalid="true" aria-describedby="code-problem code-hint" autofocus`
    }>
<button class="button quiet" type="submit">Log in with the code</button>
</form>
<p class="small"><a href="${ownPath('/demo')}">Start over</a></p>
</section>`,
  });
}

/** RFC 7519 section 4.1, and what the sign-in adds. */
const MEANINGS: Readonly<Record<string, string>> = {
  iss: 'Who issued it: the authority, for this app',
  aud: 'Whom it is meant for: the id of this app',
  sub: 'Whom it speaks of',
  email: 'The address that was proved',
  token_use: 'It is an ID token, not one for access',
  azp: 'Which app asked for it',
  email_verified: 'Whether it was proved',
  sid: 'The session at countersign, for logging out',
  auth_time: 'When you signed in',
  acr: 'How surely: level 2 is one factor',
  amr: 'By what: something that is good once',
  nonce: 'What the app gave along, so that the token is for this sign-in',
  at_hash: 'Which access token came with it',
  iat: 'Issued at',
  nbf: 'Not valid before',
  exp: 'Expires at',
  jti: 'Its own id',
};

const INSTANTS = new Set(['iat', 'nbf', 'exp', 'auth_time']);

function claimRow([name, value]: readonly [string, unknown]): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const instant = INSTANTS.has(name) && new Date(Number(value) * 1000).toISOString();
  return html`<tr><th scope="row">${name}</th><td>${instant ? instant.replace('T', ' ').replace('.000Z', ' UTC') : text}${
    Object.hasOwn(MEANINGS, name) && html`<span class="meaning">${MEANINGS[name]}</span>`
  }</td></tr>
`;
}

export function claimsTable(caption: string, claims: Readonly<Record<string, unknown>>): Html {
  return html`<table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Claim</th><th scope="col">Value</th></tr></thead>
<tbody>
${Object.entries(claims).map(claimRow)}</tbody>
</table>`;
}

export function renderDemoAccount({
  person,
  canRefresh,
}: {
  person: SignedInPerson;
  canRefresh: boolean;
}): string {
  return demoLayout({
    title: 'You are logged in',
    main: html`<h1>You are logged in</h1>
<p class="lead">You are <bdi class="address">${person.email}</bdi>. The app knows because it has verified an ID token with the keys that countersign publishes for it.</p>
${claimsTable('Claims of the ID token', person.claims)}
<div class="actions">
${
  canRefresh &&
  html`<form method="post" action="${ownPath('/demo/refresh')}"><button class="button" type="submit">Refresh the ID token</button></form>
`
}<form method="post" action="${ownPath('/demo/log-out')}"><button class="button quiet" type="submit">Log out here</button></form>
<form method="post" action="${ownPath('/demo/log-out-everywhere')}"><button class="button quiet" type="submit">Log out everywhere</button></form>
</div>
<p class="small">Log out here deletes this browser's refresh token, log out everywhere all of yours for this app. ID tokens that are out already expire by themselves.</p>`,
  });
}

export function renderDemoProblem({
  message,
  startOver = '/demo',
}: {
  message: string;
  startOver?: string;
}): string {
  return demoLayout({
    title: 'That did not work',
    main: html`<h1>That did not work</h1>
<p class="lead">${message}</p>
<p class="actions"><a class="button" href="${ownPath(startOver)}">Start over</a></p>`,
  });
}

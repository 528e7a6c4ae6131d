/** The pages of the demo that speaks OpenID Connect. */
import { html } from '../http/html.js';
import { ownPath } from '../http/own-path.js';
import { claimsTable, demoLayout } from './demo-pages.js';
import type { SignedInUser } from './relying-party.js';

const FOOTER = 'This app speaks OpenID Connect to countersign, and knows no more of it than its address.';

/** @param view.mailboxUrl where mails end up in development; null where people look into their own */
export function renderOauthHome({ mailboxUrl }: { mailboxUrl: string | null }): string {
  return demoLayout({
    title: 'Log in with OpenID Connect',
    footer: FOOTER,
    main: html`<h1>Log in with OpenID Connect</h1>
<p class="lead">This small app stands for one that was never made for countersign. It leads you there, and gets you back with a code, which it trades for tokens.</p>
<ol class="steps">
<li>countersign asks who you are, once for all apps.${
      mailboxUrl !== null &&
      html` No mail leaves this machine: look for it in <a href="${mailboxUrl}">the mailbox</a>.`
    }</li>
<li>It asks whether this app may know.</li>
<li>Back here, see what the app was told.</li>
</ol>
<p class="actions"><a class="button" href="${ownPath('/demo/oauth/start')}">Log in with countersign</a></p>`,
  });
}

export function renderOauthAccount({ claims, userinfo }: SignedInUser): string {
  return demoLayout({
    title: 'You are logged in',
    footer: FOOTER,
    main: html`<h1>You are logged in</h1>
<p class="lead">You are <bdi class="address">${String(userinfo['email'])}</bdi>. The app knows because it has verified an ID token, and has asked with an access token.</p>
${claimsTable('Claims of the ID token', claims)}
${claimsTable('What /userinfo says to the access token', userinfo)}
<div class="actions">
<form method="post" action="${ownPath('/demo/oauth/log-out')}"><button class="button quiet" type="submit">Log out</button></form>
</div>
<p class="small">Logging out ends your session at countersign too. Without it, you get into the next app without another mail.</p>`,
  });
}

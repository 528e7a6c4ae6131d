import { html } from '../http/html.js';
import { ownPath } from '../http/own-path.js';
import { layout } from './layout.js';
import { instantForMachines, instantInWords } from './words.js';

export interface MailSummary {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly createdAt: number;
}

function mailItem(mail: MailSummary) {
  return html`<li><a href="${ownPath(`/mailbox/${encodeURIComponent(mail.id)}`)}">
<span class="subject">${mail.subject}</span>
<span class="meta"><span>to <bdi>${mail.to}</bdi></span> <time datetime="${instantForMachines(mail.createdAt)}">${instantInWords(mail.createdAt)}</time></span>
</a></li>
`;
}

/** Mails that would have left, newest first. */
export function renderMailboxListPage(page: { mails: readonly MailSummary[] }): string {
  const empty = page.mails.length === 0;
  return layout({
    title: 'Mailbox',
    development: true,
    main: html`<h1>Mailbox</h1>
<p class="lead">Mail does not leave this machine in development. It is kept here instead, for every address.</p>
${
  empty
    ? html`<p>No mail so far. Ask for a link to log in; it shows up here within seconds.</p>`
    : html`<ul class="mails">
${page.mails.map(mailItem)}</ul>`
}
<p class="actions"><a class="button${empty ? '' : ' quiet'}" href="${ownPath('/mailbox')}">Look again</a></p>`,
  });
}

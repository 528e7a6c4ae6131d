import { type Html, html } from '../http/html.js';
import { ownPath } from '../http/own-path.js';
import { layout } from './layout.js';
import { instantForMachines, instantInWords } from './words.js';

const URL_PATTERN = /https?:\/\/[^\s<>"']{1,2000}/g;

/** The text with its web addresses made clickable; no other scheme can become a link. */
function withLinks(text: string): Html[] {
  const parts: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(URL_PATTERN)) {
    parts.push(html`${text.slice(end, match.index)}<a href="${match[0]}">${match[0]}</a>`);
    end = match.index + match[0].length;
  }
  parts.push(html`${text.slice(end)}`);
  return parts;
}

/** One mail. Its HTML part is shown in a frame that runs no script and has no rights; its links open in this window. */
export function renderMailboxMessagePage(mail: {
  id: string;
  to: string;
  subject: string;
  text: string;
  createdAt: number;
}): string {
  return layout({
    title: mail.subject,
    development: true,
    main: html`<p class="small"><a href="${ownPath('/mailbox')}">Back to the mailbox</a></p>
<h1>${mail.subject}</h1>
<dl class="facts">
<div><dt>To</dt><dd><bdi>${mail.to}</bdi></dd></div>
<div><dt>Queued</dt><dd><time datetime="${instantForMachines(mail.createdAt)}">${instantInWords(mail.createdAt)}</time></dd></div>
</dl>
<h2 id="text-part">Text part</h2>
<pre class="mail-text">${withLinks(mail.text)}</pre>
<h2 id="html-part">HTML part</h2>
<iframe class="mail-frame" title="HTML part of the mail" sandbox="allow-top-navigation-by-user-activation" src="${ownPath(`/mailbox/${encodeURIComponent(mail.id)}/html`)}"></iframe>`,
  });
}

import { html } from '../http/html.js';
import { layout } from './layout.js';
import { agoInWords, instantForMachines } from './words.js';

/**
 * What the mailed link opens. It says whose sign-in this is and where it was asked for, because a link may come from
 * somebody else (M10); only its button logs in, because mail scanners open links and send forms (M1, M2).
 */
export function renderConfirmPage(page: {
  appName: string;
  email: string;
  /** Device in words. */
  requestedFrom: string;
  requestedAt: number;
  nowSeconds: number;
  /** The sign-in was asked for in this very browser. */
  startedHere: boolean;
  /** Ties the button to the link that this page describes. */
  nonce: string;
}): string {
  const { appName, requestedAt, startedHere } = page;
  return layout({
    title: `Log in to ${appName}?`,
    main: html`<h1>Log in to <bdi>${appName}</bdi>?</h1>
<dl class="facts">
<div><dt>Address</dt><dd><bdi>${page.email}</bdi></dd></div>
<div><dt>Asked from</dt><dd>${page.requestedFrom}${startedHere && ' (this browser)'}</dd></div>
<div><dt>Asked</dt><dd><time datetime="${instantForMachines(requestedAt)}">${agoInWords(page.nowSeconds - requestedAt)}</time></dd></div>
</dl>
${
  !startedHere &&
  html`<div class="note"><p><strong>Did you ask for this yourself?</strong> It was not started on our page in this browser. Go on only if you asked for it and the address above is yours.</p></div>`
}
<form method="post" action="confirm">
<input type="hidden" name="nonce" value="${page.nonce}">
<button class="button" type="submit" name="action" value="confirm">Log in now</button>
</form>
<p class="small">You did not ask for this? Then close this page. Nobody is logged in without this button.</p>`,
  });
}

import { html } from '../http/html.js';
import { layout } from './layout.js';
import { type AccessInWords, accessList } from './scope-words.js';
import { agoInWords, instantForMachines } from './words.js';

/**
 * Asks whether a device may have what it asks for. Whoever sent the code may have begun it elsewhere, to be let in by
 * somebody else (RFC 8628 section 5.4): so the page says what asks, from where and since when (row O32).
 */
export function renderDeviceApprovalPage(
  page: AccessInWords & {
    clientName: string;
    /** Device in words, and its address. */
    requestedFrom: string;
    requestedAt: number;
    nowSeconds: number;
    /** As the device shows it. */
    userCode: string;
    /** Who is signed in. */
    email: string;
    /** Ties the buttons to this page. */
    nonce: string;
  },
): string {
  const { clientName, requestedAt, userCode } = page;
  return layout({
    title: `Connect ${clientName}?`,
    main: html`<h1>Connect <bdi>${clientName}</bdi>?</h1>
<dl class="facts">
<div><dt>Code</dt><dd><code>${userCode}</code></dd></div>
<div><dt>App</dt><dd><bdi>${clientName}</bdi></dd></div>
<div><dt>Asked from</dt><dd>${page.requestedFrom}</dd></div>
<div><dt>Asked</dt><dd><time datetime="${instantForMachines(requestedAt)}">${agoInWords(page.nowSeconds - requestedAt)}</time></dd></div>
<div><dt>You</dt><dd><bdi>${page.email}</bdi> <a class="small" href="login?return=device&amp;user_code=${encodeURIComponent(userCode)}">Not you?</a></dd></div>
</dl>
<div class="note"><p><strong>Is the device in front of you, and does it show this code?</strong> If somebody sent you the code, do not connect: it would let them in as you.</p></div>
<h2 id="asks">If you connect it, this app may</h2>
${accessList(page)}
<form method="post" action="device" aria-labelledby="asks">
<input type="hidden" name="user_code" value="${userCode}">
<input type="hidden" name="nonce" value="${page.nonce}">
<div class="actions">
<button class="button" type="submit" name="action" value="connect">Connect</button>
<button class="button quiet" type="submit" name="action" value="deny">Do not connect</button>
</div>
</form>`,
  });
}

import { html } from '../http/html.js';
import { layout } from './layout.js';
import { type AccessInWords, accessList } from './scope-words.js';

/**
 * Asks whether an app may have what it asks for. Who asks and where it leads stand beside each other, because a name can be
 * anybody's; both answers are one press away.
 */
export function renderConsentPage(
  page: AccessInWords & {
    clientName: string;
    /** Registered by the client. */
    redirectUri: string;
    /** Who is signed in. */
    email: string;
    transactionId: string;
    /** Ties the buttons to this page. */
    nonce: string;
  },
): string {
  const { clientName, transactionId } = page;
  return layout({
    title: `Allow ${clientName}?`,
    main: html`<h1>Allow <bdi>${clientName}</bdi>?</h1>
<dl class="facts">
<div><dt>App</dt><dd><bdi>${clientName}</bdi></dd></div>
<div><dt>Leads to</dt><dd><bdi>${placeInWords(page.redirectUri)}</bdi></dd></div>
<div><dt>You</dt><dd><bdi>${page.email}</bdi> <a class="small" href="login?transaction=${encodeURIComponent(transactionId)}">Not you?</a></dd></div>
</dl>
<h2 id="asks">If you allow it, this app may</h2>
${accessList(page)}
<form method="post" action="consent" aria-labelledby="asks">
<input type="hidden" name="transaction" value="${transactionId}">
<input type="hidden" name="nonce" value="${page.nonce}">
<div class="actions">
<button class="button" type="submit" name="action" value="allow">Allow</button>
<button class="button quiet" type="submit" name="action" value="deny">Do not allow</button>
</div>
</form>
<p class="small">Allow it only if you were using this app just now. Either way you go back to it.</p>`,
  });
}

/** The host, or what an app on this very device answers to. */
function placeInWords(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  if (protocol === 'https:') return host;
  return protocol === 'http:' ? 'an app on this device' : `an app on this device (${protocol.slice(0, -1)})`;
}

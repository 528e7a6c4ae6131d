import { html } from '../http/html.js';
import { layout } from './layout.js';
import { waitInWords } from './words.js';

/** Too many requests, of any kind. Says when to try again, and that what somebody has already is still good (M6). */
export function renderRateLimitedPage(page: { retryAfterSeconds: number }): string {
  return layout({
    title: 'Too many requests',
    main: html`<h1>Please wait a little</h1>
<p class="lead">There were too many requests. Try again in ${waitInWords(page.retryAfterSeconds)}.</p>
<p>Nothing is lost: the link of a mail, or the code on a device, works all the same.</p>`,
  });
}

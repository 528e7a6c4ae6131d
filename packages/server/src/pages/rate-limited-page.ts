import { html } from '../http/html.js';
import { layout } from './layout.js';
import { waitInWords } from './words.js';

/** Too many requests. Says when to try again, and that the link of a mail which arrived already is still good (M6). */
export function renderRateLimitedPage(page: { retryAfterSeconds: number }): string {
  return layout({
    title: 'Too many requests',
    main: html`<h1>Please wait a little</h1>
<p class="lead">There were too many requests. Try again in ${waitInWords(page.retryAfterSeconds)}.</p>
<p>Did a mail from us arrive meanwhile? Its link still works.</p>`,
  });
}

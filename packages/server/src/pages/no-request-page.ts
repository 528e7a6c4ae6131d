import { html } from '../http/html.js';
import { layout } from './layout.js';

/** The "check your mail" page in a browser that has no sign-in waiting, or that keeps no cookies. */
export function renderNoRequestPage(page: { appName: string }): string {
  const { appName } = page;
  return layout({
    title: `No log-in is waiting · ${appName}`,
    main: html`<h1>No log-in is waiting here</h1>
<p class="lead">It is finished, it took too long, or this browser does not keep cookies for this site.</p>
<p>If a mail has just reached you, its link still works. The code works only in the browser that asked for it.</p>
<p class="actions"><a class="button" href="sign-in">Start again</a></p>`,
  });
}

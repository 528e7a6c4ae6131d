import { html } from '../http/html.js';
import { layout } from './layout.js';

/** One page for links that are unknown, used, expired, replaced or meant for another browser: never told apart (M3). */
export function renderLinkProblemPage(page: { appName: string }): string {
  const { appName } = page;
  return layout({
    title: `This link does not work · ${appName}`,
    main: html`<h1>This link does not work here</h1>
<p class="lead">A link logs you in once, for a short time, and a newer one replaces it.</p>
<div class="note"><p><strong>Did you ask for it in another browser?</strong> It may work only there. Go back to the page that told you to check your mail, and type the code from the same mail.</p></div>
<p>Otherwise ask for a new one. It takes a moment.</p>
<p class="actions"><a class="button" href="sign-in">Log in to <bdi>${appName}</bdi></a></p>`,
  });
}

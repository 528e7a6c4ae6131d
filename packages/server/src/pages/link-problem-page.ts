import { html } from '../http/html.js';
import { layout } from './layout.js';

/** One page for links that are unknown, used, expired, replaced or meant for another browser: never told apart (M3). */
export function renderLinkProblemPage(page: { appName: string }): string {
  const { appName } = page;
  return layout({
    title: `This link does not work · ${appName}`,
    main: html`<h1>This link does not work any more</h1>
<p class="lead">A link logs you in once, for a short time, and a newer one replaces it. Some apps want it opened in the browser that asked for it.</p>
<p>Ask for a new one. It takes a moment.</p>
<p class="actions"><a class="button" href="sign-in">Log in to <bdi>${appName}</bdi></a></p>`,
  });
}

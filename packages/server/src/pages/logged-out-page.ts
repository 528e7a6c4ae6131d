import { html } from '../http/html.js';
import { layout } from './layout.js';

/** After logging out, where nobody waits for the person to come back. */
export function renderLoggedOutPage(page: {
  /** Who asked for it, if it is known. */
  clientName: string | null;
}): string {
  const { clientName } = page;
  return layout({
    title: 'You are logged out',
    main: html`<h1>You are logged out</h1>
<p class="lead">Nobody is logged in here in this browser any more.</p>
<p>${
      clientName === null
        ? 'Apps that you logged in to from here may take a moment to notice.'
        : html`You can close this page, or go back to <bdi>${clientName}</bdi>.`
    }</p>`,
  });
}

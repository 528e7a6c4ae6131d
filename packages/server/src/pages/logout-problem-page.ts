import { html } from '../http/html.js';
import { layout } from './layout.js';

/** A client asked for a logout in a way that cannot be followed. The person can still log out. Says nothing of what was sent. */
export function renderLogoutProblemPage(): string {
  return layout({
    title: 'Logging out did not work',
    main: html`<h1>Logging out did not work</h1>
<p class="lead">The app that sent you here did not ask in a way that we can follow. Nothing was changed.</p>
<p>You can log out here all the same. Please tell the people who run the app.</p>
<p class="actions"><a class="button" href="logout">Log out here</a></p>`,
  });
}

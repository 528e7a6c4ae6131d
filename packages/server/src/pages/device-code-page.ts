import { html } from '../http/html.js';
import { layout } from './layout.js';

/** Where a person types the code that a device shows. */
export function renderDeviceCodePage(page: {
  /** Who is signed in. */
  email: string;
  /** As it was typed, or as the device's link brought it. */
  typedCode?: string | undefined;
  /** What was wrong with it. */
  problem?: string;
}): string {
  const { email, typedCode = '', problem } = page;
  return layout({
    title: `${problem === undefined ? '' : 'Problem: '}Connect a device`,
    main: html`<h1>Connect a device</h1>
<p class="lead">Type the code that your device shows. You are logged in as <bdi class="address">${email}</bdi>.</p>
<form method="post" action="device" novalidate>
<label for="user-code">Code on the device</label>
<p class="hint" id="user-code-hint">Eight letters. Lower case will do, and the hyphen may be left out.</p>
${problem !== undefined && html`<p class="problem" id="user-code-problem">${problem}</p>`}
<input class="user-code" id="user-code" name="user_code" type="text" value="${typedCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="30" required${
      problem === undefined
        ? html` aria-describedby="user-code-hint"`
        : html` aria-invalid="true" aria-describedby="user-code-problem user-code-hint" autofocus`
    }>
<button class="button" type="submit" name="action" value="look">Go on</button>
</form>
<p class="small">Nothing is connected before you have seen what asks for it.</p>`,
  });
}

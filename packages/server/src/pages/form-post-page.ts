import { assetUrl } from '../http/assets.js';
import { html } from '../http/html.js';
import { layout } from './layout.js';

/** Delivery mode `form_post`: hands the fields to the app, by itself where scripts run and by its button elsewhere. */
export function renderFormPostPage(page: {
  heading?: string;
  appName: string;
  /** The app's registered redirect URL: http or https by its settings. */
  redirectUrl: string;
  fields: Readonly<Record<string, string>>;
}): string {
  const { heading = 'You are logged in', appName, redirectUrl, fields } = page;
  return layout({
    title: `Continue to ${appName}`,
    main: html`<h1>${heading}</h1>
<p class="lead">We are taking you to <bdi>${appName}</bdi>.</p>
<form method="post" action="${redirectUrl}" name="delivery">
${Object.entries(fields).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">
`,
)}<button class="button" type="submit">Continue to <bdi>${appName}</bdi></button>
</form>`,
    script: html`<script src="${assetUrl('form-post.js')}"></script>`,
  });
}

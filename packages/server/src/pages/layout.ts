import { assetUrl } from '../http/assets.js';
import { type Html, html } from '../http/html.js';
import { htmlDocument } from '../http/html-document.js';

interface PageParts {
  /** Goes before the product's name in the window title; with a problem on the page it should say so first. */
  readonly title: string;
  readonly main: Html;
  /** Development pages carry more and may be wider; they are tagged as what they are. */
  readonly development?: boolean;
  /** After the page, outside of `main`. */
  readonly script?: Html;
}

/** The frame that all pages of the authority share. */
export function layout({ title, main, development = false, script }: PageParts): string {
  const body = html`<body${development && html` class="wide"`}>
<header class="site-header">
<span class="wordmark"><img src="${assetUrl('countersign.svg')}" alt="" width="24" height="24">countersign</span>
${development && html`<span class="tag">Development</span>`}
</header>
<main id="main">
${main}
</main>
<footer class="site-footer">
${
  development
    ? 'This page exists in development only.'
    : 'No password is involved: a link or a code in your mail is all you need.'
}
</footer>
${script}
</body>`;
  return htmlDocument({ title: `${title} · countersign`, body });
}

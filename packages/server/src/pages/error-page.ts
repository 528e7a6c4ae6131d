import type { Refusal, RefusalCode } from '../domain/refusal.js';
import { html } from '../http/html.js';
import { layout } from './layout.js';
import { renderRateLimitedPage } from './rate-limited-page.js';
import { waitInWords } from './words.js';

interface ErrorText {
  readonly heading: string;
  readonly advice: string;
}

const BROKEN_FORM: ErrorText = {
  heading: 'This form could not be read',
  advice: 'Go back, load the page again and send it once more.',
};

const NOT_FOUND: ErrorText = {
  heading: 'There is nothing here',
  advice: 'The address may be mistyped or cut off. Go back to where you came from and start from there.',
};

/** Refusals that a person can meet on a page; all others are answered by their status. */
const TEXTS: Partial<Record<RefusalCode, ErrorText>> = {
  unknown_app: {
    heading: 'This app is not known here',
    advice: 'The address may be mistyped or cut off. Go back to the app and start to log in from there.',
  },
  not_found: NOT_FOUND,
  forbidden: {
    heading: 'This was not sent from our page',
    advice:
      'To protect you, forms are taken from our own pages only. Open the page again in this browser and send it from there.',
  },
  method_not_allowed: NOT_FOUND,
  unavailable: {
    heading: 'We cannot answer right now',
    advice: 'Nothing is lost: a link that you have still works. Please try again.',
  },
};

const UNEXPECTED: ErrorText = {
  heading: 'Something went wrong on our side',
  advice: 'It was noted and is nothing that you did. Please try again in a moment.',
};

/** The page for any refusal that a page route does not answer itself. It says nothing about what happened inside. */
export function renderErrorPage(refusal: Refusal): string {
  const { retryAfterSeconds } = refusal;
  if (refusal.code === 'too_many_requests')
    return renderRateLimitedPage({ retryAfterSeconds: retryAfterSeconds ?? 60 });
  const text = TEXTS[refusal.code] ?? (refusal.status < 500 ? BROKEN_FORM : UNEXPECTED);
  return layout({
    title: text.heading,
    main: html`<h1>${text.heading}</h1>
<p class="lead">${text.advice}</p>
${retryAfterSeconds !== undefined && html`<p>It may work again in ${waitInWords(retryAfterSeconds)}.</p>`}`,
  });
}

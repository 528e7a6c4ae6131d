import { html } from '../http/html.js';
import { layout } from './layout.js';

interface DecidedText {
  readonly heading: string;
  readonly advice: string;
}

const TEXTS = {
  approved: {
    heading: 'The device is connected',
    advice: 'It goes on by itself within a few seconds. You can close this page.',
  },
  denied: {
    heading: 'The device was not connected',
    advice: 'It is told so and has got nothing. You can close this page.',
  },
  gone: {
    heading: 'This code is no longer waiting',
    advice:
      'It was decided already, it took too long, or you were logged out meanwhile. Nothing was changed.',
  },
} as const satisfies Record<string, DecidedText>;

/** After the button: what became of the device. */
export function renderDeviceDecidedPage(page: { outcome: keyof typeof TEXTS }): string {
  const { heading, advice } = TEXTS[page.outcome];
  return layout({
    title: heading,
    main: html`<h1>${heading}</h1>
<p class="lead">${advice}</p>
${page.outcome === 'gone' && html`<p class="actions"><a class="button" href="device">Type a new code</a></p>`}`,
  });
}

import { html } from '../http/html.js';
import { layout } from './layout.js';

/** Why the person cannot be sent back to the app. */
type Problem = 'unknown_client' | 'redirect_uri' | 'parameters' | 'request_uri' | 'gone';

const START_THERE =
  'Go back to the app and start to log in from there. If this page comes again, tell its makers.';

const TEXTS: Readonly<Record<Problem, { heading: string; what: string; advice: string }>> = {
  unknown_client: {
    heading: 'This app is not known here',
    what: 'The app that sent you is not registered, or has been switched off. Nothing was told to it.',
    advice: START_THERE,
  },
  redirect_uri: {
    heading: 'This app wants you back at an address that is not its own',
    what: 'To protect you, you are led only to addresses that the app has registered. Nothing was told to anybody.',
    advice: START_THERE,
  },
  parameters: {
    heading: 'This request could not be read',
    what: 'The app that sent you said something twice, or in a form that nobody can read. Nothing was told to it.',
    advice: START_THERE,
  },
  request_uri: {
    heading: 'This request was used already, or took too long',
    what: 'It works once and for a minute. That also happens after “back” or “reload”.',
    advice: START_THERE,
  },
  gone: {
    heading: 'There is nothing to go on with here',
    what: 'It is finished, it took longer than an hour, it was begun in another browser, or this browser keeps no cookies for this site.',
    advice: 'Go back to the app and start to log in from there.',
  },
};

/** The authorization endpoint where it cannot answer the client (RFC 6749 section 4.1.2.1). Shows nothing that was sent. */
export function renderAuthorizeErrorPage({ problem }: { problem: Problem }): string {
  const { heading, what, advice } = TEXTS[problem];
  return layout({
    title: heading,
    main: html`<h1>${heading}</h1>
<p class="lead">${what}</p>
<p>${advice}</p>`,
  });
}

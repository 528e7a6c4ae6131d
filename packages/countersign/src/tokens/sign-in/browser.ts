/**
 * countersign/sign-in/browser: the sign-in client for web pages. Imports nothing from Node, directly or through
 * others, and works as an ES module without a bundler. It verifies no signature: a page that wants to know who is
 * signed in may read the token it got over https from the authority, but only a server's own check protects anything.
 */
import { UsageError } from '../../core/errors.js';
import { checkOptions, optional } from '../../core/options.js';
import type { SignInApi } from './sign-in-api.js';
import { createSignInApi } from './sign-in-api.js';
import type { SignInConnectionOptions } from './sign-in-connection.js';
import { CONNECTION_RULES, namingBaseUrl, problemsBetween, toConnection } from './sign-in-connection.js';
import { createSignInRequester } from './sign-in-request.js';
import type { UrlTokens } from './url-tokens.js';
import { getTokensFromUrl, withoutTokens } from './url-tokens.js';

export type { FetchAnswer, FetchFunction, FetchInit } from '../../keys/remote-fetch.js';
export type { DeliveredTokens, SignInApi, StartedSignIn } from './sign-in-api.js';
export type { SignInConnectionOptions } from './sign-in-connection.js';
export type { SignInErrorReason } from './sign-in-error.js';
export { SignInError } from './sign-in-error.js';
export type { PersonDetails, RemotelyVerifiedPerson } from './signed-in-person.js';
export type { UrlTokens } from './url-tokens.js';

/** What is needed of `window`. */
export interface PageWindow {
  readonly location: { readonly href: string };
  readonly history: {
    readonly state: unknown;
    replaceState(state: unknown, unused: string, url: string): void;
  };
}

export interface BrowserSignInClientOptions extends SignInConnectionOptions {
  /** Default: the global one, looked up when it is needed. */
  readonly window?: PageWindow | undefined;
}

export interface BrowserSignInClient extends SignInApi {
  /**
   * What the redirect after a sign-in left in the address (JAM-13), from query or fragment. Unverified.
   * @param url default: the address of the page
   * @throws UsageError invalid_options when `url` is no absolute URL, or there is no page
   */
  getTokensFromUrl(url?: string): UrlTokens;
  /**
   * Takes the tokens out of the address bar and of this entry of the history, so that they end up in no bookmark, no
   * screenshot and no `Referer` (RFC 9700 section 4.2). Call it right after `getTokensFromUrl`.
   */
  dropTokensFromAddressBar(): void;
}

/**
 * A client for one app. Each call goes past the browser's cache (`cache: "no-cache"`, JAM-13).
 * @throws UsageError invalid_options, with every problem found
 */
export function createBrowserSignInClient(options: BrowserSignInClientOptions): BrowserSignInClient {
  const checked = checkOptions<BrowserSignInClientOptions>(
    'createBrowserSignInClient',
    namingBaseUrl(options),
    { ...CONNECTION_RULES, window: optional(aWindow) },
    problemsBetween,
  );
  const connection = toConnection(checked);
  const page = () => checked.window ?? globalWindow();
  return Object.freeze({
    ...createSignInApi(createSignInRequester({ ...connection, cache: 'no-cache' }), connection.appId),
    getTokensFromUrl: (url = page().location.href) => getTokensFromUrl(url),
    dropTokensFromAddressBar() {
      const { location, history } = page();
      const clean = withoutTokens(location.href);
      if (clean !== location.href) history.replaceState(history.state, '', clean);
    },
  });
}

function aWindow(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? undefined : 'must be a window';
}

function globalWindow(): PageWindow {
  const { location, history } = globalThis as Partial<PageWindow>;
  if (location === undefined || history === undefined) {
    throw new UsageError('invalid_options', 'createBrowserSignInClient', [
      'there is no page here: pass window',
    ]);
  }
  return { location, history };
}

import { UsageError } from '../../core/errors.js';

/** What the redirect after a sign-in put into the address; all null when there is nothing. */
export interface UrlTokens {
  /** Unverified: whoever makes a link chooses it. Have it verified before believing it. */
  readonly idToken: string | null;
  /** Null when the app does not allow refresh. */
  readonly refreshToken: string | null;
  /** For `exchangeCode`, where the app delivers by code. */
  readonly code: string | null;
}

const NAMES = ['idToken', 'refreshToken', 'code'] as const;

/**
 * Reads the tokens from the query (as the original does) or from the fragment, never one from each.
 * @throws UsageError invalid_options when `url` is no absolute URL.
 */
export function getTokensFromUrl(url: string): UrlTokens {
  const { searchParams, hash } = parseUrl(url);
  const inFragment = new URLSearchParams(hash.slice(1));
  const from = carriesTokens(searchParams) ? searchParams : inFragment;
  return {
    idToken: from.get('idToken'),
    refreshToken: from.get('refreshToken'),
    code: from.get('code'),
  };
}

/**
 * The same URL without tokens in query and fragment; all else in it stays.
 * @throws UsageError invalid_options when `url` is no absolute URL.
 */
export function withoutTokens(url: string): string {
  const parsed = parseUrl(url);
  const inFragment = new URLSearchParams(parsed.hash.slice(1));
  if (carriesTokens(parsed.searchParams)) for (const name of NAMES) parsed.searchParams.delete(name);
  // A fragment without tokens may be anything, such as a route: it stays byte for byte.
  if (carriesTokens(inFragment)) {
    for (const name of NAMES) inFragment.delete(name);
    parsed.hash = inFragment.toString();
  }
  return parsed.href;
}

function carriesTokens(parameters: URLSearchParams): boolean {
  return NAMES.some((name) => parameters.has(name));
}

/** The error of `new URL` would carry the address, and with it the tokens. */
function parseUrl(url: string): URL {
  if (!URL.canParse(url)) throw new UsageError('invalid_options', 'url', ['must be an absolute URL']);
  return new URL(url);
}

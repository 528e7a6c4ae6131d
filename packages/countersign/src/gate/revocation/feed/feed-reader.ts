/** Asks a revocation feed for its next page, with the bounds that every answer from outside needs. */
import type { FetchFunction, RemoteFailure } from '../../../keys/remote-fetch.js';
import { fetchBounded, systemCodeOf } from '../../../keys/remote-fetch.js';
import type { RevocationPage } from './revocation-page.js';
import { parseRevocationPage } from './revocation-page.js';

export interface FeedReaderSettings {
  readonly url: string;
  readonly fetch: FetchFunction;
  /** The value of `Authorization`; undefined for none. */
  readonly authorization: string | (() => string | Promise<string>) | undefined;
  /** On top of what is waited for news. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export type FeedReading =
  | { readonly kind: 'page'; readonly page: RevocationPage }
  | { readonly kind: 'unchanged' }
  /** In words for operators. */
  | { readonly kind: 'failure'; readonly problem: string };

export interface FeedReader {
  /** @param cursor undefined for everything that is in force, which is there at once. Never rejects. */
  read(cursor: string | undefined, maxWaitSeconds: number): Promise<FeedReading>;
  /** Breaks off what is under way. */
  abort(): void;
}

/** What a status of the authority's feed says about the one who asks. */
const HINTS: Readonly<Record<number, string>> = {
  401: ': it does not take this authorization',
  403: ': this client is not registered as a resource server',
  404: ': it is somewhere else',
};

export function createFeedReader(settings: FeedReaderSettings): FeedReader {
  let abort = () => {};

  /** A controller for each request, and none for all: what outlives a request must not hold on to it. */
  const fetchAuthorized: FetchFunction = async (url, init) => {
    const controller = new AbortController();
    abort = () => controller.abort();
    init.signal.addEventListener('abort', abort, { once: true });
    const headers = await headersOf(init.headers, settings.authorization, controller.signal);
    return settings.fetch(url, { ...init, headers, signal: controller.signal });
  };

  return Object.freeze({
    async read(cursor: string | undefined, maxWaitSeconds: number): Promise<FeedReading> {
      const { maxBytes } = settings;
      const waitSeconds = cursor === undefined ? 0 : maxWaitSeconds;
      const limits = { maxBytes, timeoutMs: settings.timeoutMs + waitSeconds * 1000 };
      const url = addressOf(settings.url, cursor, waitSeconds);
      const request = { method: 'GET', headers: { accept: 'application/json' } };
      const answer = await fetchBounded(fetchAuthorized, url, request, limits);
      if (answer.kind === 'failure') return failure(describe(answer, limits));
      if (answer.status === 304 && cursor !== undefined) return { kind: 'unchanged' };
      if (answer.status !== 200)
        return failure(`answered with status ${answer.status}${HINTS[answer.status] ?? ''}`);
      const page = parseRevocationPage(answer.body);
      return page === undefined
        ? failure('gave an answer that is no page of revocations')
        : { kind: 'page', page };
    },
    abort: () => abort(),
  });
}

/** A function that never tells its authorization must not stop the feed for good: the time limit holds for it too. */
async function headersOf(
  headers: Record<string, string>,
  authorization: FeedReaderSettings['authorization'],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  if (authorization === undefined) return headers;
  const told = typeof authorization === 'string' ? authorization : authorization();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(noAuthorization()), { once: true });
  });
  const value: unknown = await Promise.race([told, aborted]);
  if (typeof value !== 'string' || value === '') throw noAuthorization();
  return { ...headers, authorization: value };
}

/** The code is what messages show of it. */
function noAuthorization(): Error {
  return Object.assign(new Error('there is no authorization to ask with'), { code: 'NO_AUTHORIZATION' });
}

function addressOf(url: string, cursor: string | undefined, waitSeconds: number): string {
  if (cursor === undefined) return url;
  const address = new URL(url);
  address.searchParams.set('after', cursor);
  if (waitSeconds > 0) address.searchParams.set('wait', String(waitSeconds));
  return address.href;
}

function failure(problem: string): FeedReading {
  return { kind: 'failure', problem };
}

function describe(
  { problem, cause }: RemoteFailure,
  limits: { timeoutMs: number; maxBytes: number },
): string {
  switch (problem) {
    case 'timeout':
      return `gave no answer within ${limits.timeoutMs} ms`;
    case 'too_large':
      return `gave an answer over ${limits.maxBytes} bytes`;
    case 'no_answer':
      return `gave no answer (${systemCodeOf(cause) ?? 'request failed'})`;
  }
}

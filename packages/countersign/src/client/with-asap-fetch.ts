/** `fetch` that proves who is calling. */
import { aFunction } from '../core/option-rules.js';
import { checkOptions, optional } from '../core/options.js';
import type { AsapClientOptions } from './asap-tokens.js';
import { asapClientRules, createAsapTokens } from './asap-tokens.js';
import { isRefusedToken } from './refused-token.js';
import { isReplayable } from './replayable-body.js';

/** `fetch`, as browsers and every runtime have it. */
export type AsapFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface AsapFetchOptions extends AsapClientOptions {
  /** Does the requests. It must drop `Authorization` on a redirect to another origin, as the standard asks. Default: the global one. */
  readonly fetch?: AsapFetch | undefined;
}

/**
 * A `fetch` that adds `Authorization: Bearer` with an ASAP token to each request, unless the caller has set an
 * `Authorization` of its own (row ASAP-14). After a 401 that says `invalid_token` the request is done once more, with
 * a token never used before; not when its body was a stream, which is gone by then.
 *
 * A redirect to another origin loses the token (Fetch standard, "HTTP-redirect fetch"). One within an origin brings
 * the same token again, which a server that refuses replays takes but once.
 *
 * The returned function rejects with UsageError `invalid_options` for a URL that is neither https nor loopback, with
 * what the signer throws, and as `fetch` does.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function withAsapFetch(options: AsapFetchOptions): AsapFetch {
  const subject = 'withAsapFetch';
  const checked = checkOptions(subject, options, { ...asapClientRules, fetch: optional(aFunction) });
  const { fetch: send = globalThis.fetch, ...clientOptions } = checked;
  const tokens = createAsapTokens(subject, clientOptions);

  return async (input, init) => {
    const url = new URL(isRequest(input) ? input.url : input);
    const headers = new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined));
    if (headers.has('authorization')) return send(input, init);

    headers.set('authorization', await tokens.headerFor(url));
    const answer = await send(input, { ...init, headers });
    if (!isWorthAnother(answer, url) || !isReplayable(bodyOf(input, init))) return answer;
    await answer.body?.cancel();
    headers.set('authorization', await tokens.headerFor(url, { fresh: true }));
    return send(input, { ...init, headers });
  };
}

/** An answer from another origin is about a request that carried no token. */
function isWorthAnother(answer: Response, url: URL): boolean {
  const isOwn = !answer.redirected || new URL(answer.url).origin === url.origin;
  return isOwn && isRefusedToken(answer.status, answer.headers.get('www-authenticate'));
}

/** The body of a Request is always a stream. */
function bodyOf(input: string | URL | Request, init: RequestInit | undefined): unknown {
  return init?.body ?? (isRequest(input) ? input.body : undefined);
}

/** By shape: a `fetch` that is passed in may come with a class of its own. */
function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input;
}

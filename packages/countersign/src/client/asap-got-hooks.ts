/** Requests of got that prove who is calling. */
import type { AsapClientOptions } from './asap-tokens.js';
import { createAsapTokens } from './asap-tokens.js';
import { isRefusedToken } from './refused-token.js';
import { isReplayable } from './replayable-body.js';

/** For `got.extend({ hooks })`; fits the hooks of got 12 and later. */
export interface GotHooks {
  readonly beforeRequest: ((options: GotRequestLike) => Promise<void>)[];
  readonly afterResponse: (<Answer extends GotAnswerLike>(
    answer: Answer,
    retry: (options: { context: Record<string, unknown> }) => never,
  ) => Answer)[];
}

export interface GotRequestLike {
  readonly url?: string | URL | undefined;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body?: unknown;
  readonly context: Record<string, unknown>;
}

export interface GotAnswerLike {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly request: { readonly options: GotRequestLike };
}

/**
 * Where a request stands. `own`: the caller brought an `Authorization`. `left`: a redirect led to another origin.
 * got makes copies of `context` for retries and redirects, so it is replaced and never changed.
 */
type State =
  | { readonly kind: 'own' | 'left' }
  | { readonly kind: 'added' | 'renew' | 'renewed'; readonly origin: string };

const STATE = 'countersign/asap';

/**
 * Hooks that have every request carry an ASAP token, as {@link withAsapFetch} does: requests with an `Authorization`
 * of their own are left alone; a 401 that says `invalid_token` is answered with one more try and a new token, unless
 * the body was a stream. Retries of got, and redirects within the origin, get a token of their own; a redirect to
 * another origin, be it from https to http of the same host, loses it (row ASAP-14). The stream API of got runs no
 * `afterResponse` hooks, so there is no second try.
 *
 * Requests reject with got's RequestError, whose `cause` is UsageError `invalid_options` for a URL that is neither
 * https nor loopback, or what the signer throws.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function asapGotHooks(options: AsapClientOptions): GotHooks {
  const tokens = createAsapTokens('asapGotHooks', options);
  return {
    beforeRequest: [
      async (request) => {
        const url = new URL(request.url ?? '');
        const state = nextState(request, url.origin);
        request.context[STATE] = state;
        if (state.kind === 'left') delete request.headers['authorization'];
        if (!('origin' in state)) return;
        request.headers['authorization'] = await tokens.headerFor(url, { fresh: state.kind === 'renewed' });
      },
    ],
    afterResponse: [
      (answer, retry) => {
        const { context, body } = answer.request.options;
        const state = stateOf(context);
        const challenge = answer.headers['www-authenticate'];
        const isRefused = isRefusedToken(answer.statusCode, challenge?.toString());
        if (state?.kind !== 'added' || !isRefused || !isReplayable(body)) return answer;
        return retry({ context: { [STATE]: { kind: 'renew', origin: state.origin } satisfies State } });
      },
    ],
  };
}

function nextState({ context, headers }: GotRequestLike, origin: string): State {
  const state = stateOf(context);
  if (state === undefined) {
    return headers['authorization'] === undefined ? { kind: 'added', origin } : { kind: 'own' };
  }
  if (!('origin' in state)) return state;
  if (state.origin !== origin) return { kind: 'left' };
  return { kind: state.kind === 'added' ? 'added' : 'renewed', origin };
}

/** Nobody else writes there. */
function stateOf(context: Record<string, unknown>): State | undefined {
  return context[STATE] as State | undefined;
}

/** Requests of an axios instance that prove who is calling. */
import type { AsapClientOptions } from './asap-tokens.js';
import { createAsapTokens } from './asap-tokens.js';
import { isRefusedToken } from './refused-token.js';
import { isReplayable } from './replayable-body.js';

/** What is needed of an axios instance; axios 1.x has it. */
export interface AxiosLike {
  getUri(config: object): string;
  request(config: object): Promise<unknown>;
  readonly interceptors: {
    readonly request: {
      use(onFulfilled: <Config extends AxiosRequestLike>(config: Config) => Promise<Config>): number;
    };
    readonly response: {
      use(
        onFulfilled: <Answer extends AxiosAnswerLike>(answer: Answer) => Answer | Promise<Answer>,
        onRejected: (error: unknown) => Promise<unknown>,
      ): number;
    };
  };
}

export interface AxiosRequestLike {
  readonly data?: unknown;
  readonly auth?: unknown;
  readonly headers: { has(name: string): boolean; set(name: string, value: string): unknown };
  beforeRedirect?: BeforeRedirect | undefined;
  /** Ours: where the request stands. Survives the copies that axios makes of its configurations. */
  asapToken?: 'added' | 'renew' | 'renewed';
}

export interface AxiosAnswerLike {
  readonly status: number;
  readonly headers: object;
  readonly config: AxiosRequestLike;
}

type BeforeRedirect = (
  options: Record<string, unknown>,
  answer: { headers: Record<string, string>; statusCode: number },
  request: { headers: Record<string, string>; url: string; method: string },
) => void;

/**
 * Has every request of an axios instance carry an ASAP token, as {@link withAsapFetch} does: requests with an
 * `Authorization` header or an `auth` of their own are left alone; a 401 that says `invalid_token` is answered with
 * one more try and a new token, unless the body was a stream. A redirect to another origin loses the token, also
 * where axios would have kept it for a subdomain (row ASAP-14).
 *
 * Requests reject with UsageError `invalid_options` for a URL that is neither https nor loopback, and with what the
 * signer throws.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function addAsapToAxios(instance: AxiosLike, options: AsapClientOptions): void {
  const tokens = createAsapTokens('addAsapToAxios', options);
  const redirects = createRedirectGuard();

  instance.interceptors.request.use(async (config) => {
    const { asapToken } = config;
    const hasOwn = config.headers.has('Authorization') || (config.auth ?? null) !== null;
    if (asapToken === undefined && hasOwn) return config;
    const url = new URL(instance.getUri(config));
    const fresh = asapToken === 'renew';
    config.headers.set('Authorization', await tokens.headerFor(url, { fresh }));
    if (asapToken === undefined) config.beforeRedirect = redirects.guard(url.origin, config.beforeRedirect);
    config.asapToken = fresh ? 'renewed' : 'added';
    return config;
  });

  const isWorthAnother = ({ status, headers, config }: AxiosAnswerLike) =>
    config.asapToken === 'added' &&
    isRefusedToken(status, challengeIn(headers)) &&
    isReplayable(config.data) &&
    !redirects.hasLeft(config.beforeRedirect);
  const repeat = <Answer extends AxiosAnswerLike>({ config }: Answer) =>
    instance.request({ ...config, asapToken: 'renew' }) as Promise<Answer>;
  instance.interceptors.response.use(
    (answer) => (isWorthAnother(answer) ? repeat(answer) : answer),
    async (error) => {
      const answer = answerOf(error);
      if (answer !== undefined && isWorthAnother(answer)) return repeat(answer);
      throw error;
    },
  );
}

function challengeIn(headers: object): string | undefined {
  const challenge = 'www-authenticate' in headers ? headers['www-authenticate'] : undefined;
  return typeof challenge === 'string' ? challenge : undefined;
}

function answerOf(error: unknown): AxiosAnswerLike | undefined {
  const isOfAxios = error instanceof Error && 'isAxiosError' in error && 'response' in error;
  return isOfAxios ? (error.response as AxiosAnswerLike | undefined) : undefined;
}

/** Older versions follow to subdomains, and from http to https, with the header in place. */
function createRedirectGuard() {
  const left = new WeakSet<BeforeRedirect>();
  return {
    guard(origin: string, next: BeforeRedirect | undefined): BeforeRedirect {
      const guarded: BeforeRedirect = (options, answer, request) => {
        const { href, headers } = options;
        if (typeof href !== 'string' || new URL(href).origin !== origin) {
          left.add(guarded);
          dropAuthorization(headers);
        }
        next?.(options, answer, request);
      };
      return guarded;
    },
    /** A request keeps its function through all the copies that axios makes. */
    hasLeft: (guarded: BeforeRedirect | undefined) => guarded !== undefined && left.has(guarded),
  };
}

function dropAuthorization(headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return;
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'authorization') Reflect.deleteProperty(headers, name);
  }
}

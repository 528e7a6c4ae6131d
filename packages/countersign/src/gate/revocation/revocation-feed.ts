/**
 * A revocation source that follows the feed of an authority, so that what is revoked there is refused here within
 * seconds.
 *
 * The feed, as both sides have to speak it:
 *
 *     GET <url>                                  everything that is in force
 *     GET <url>?after=<cursor>[&wait=<seconds>]  what was added since, at once or as soon as there is something
 *     Accept: application/json
 *
 *     200 {
 *       "cursor": "opaque, at most 1024 characters",
 *       "reset": false,
 *       "more": false,
 *       "revocations": [
 *         { "iss": "...", "jti": "...", "exp": 1800000060 },
 *         { "iss": "...", "grant": "...", "exp": 1800000600 },
 *         { "iss": "...", "sub": "...", "before": 1800000000, "exp": 1800003600 }
 *       ]
 *     }
 *
 * - `cursor`: where the next request goes on. `more`: there is a next page already. An empty list is an answer, and so is
 *   304 to a request with `after`.
 * - `reset`: forget everything before; this page and those after it are everything. Also the answer to a cursor that the
 *   feed does not know any more.
 * - A revocation names one token by `iss` and `jti`, every token of one grant by its claim `grant_id`, or every token of a subject with an `iat` earlier than `before`
 *   (tokens without `iat` too). `exp`: when the last token that it reaches has expired; it may be forgotten then.
 * - What is in force may be told again; a revocation is never taken back.
 */
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { UnavailableError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { aLogger } from '../../core/logger.js';
import { aBoolean, aFunction, aNonEmptyString, integerFrom, numberFrom } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import type { FetchFunction } from '../../keys/remote-fetch.js';
import { problemWithRemoteUrl } from '../../keys/remote-url.js';
import { withEdition } from './edition.js';
import { createFeedCopy } from './feed/feed-copy.js';
import { createFeedReader } from './feed/feed-reader.js';
import { createFollower } from './feed/follow.js';
import type { RevocationQuery, RevocationSource, RevocationVerdict } from './revocation-source.js';

export interface RevocationFeedOptions {
  /** Where the feed is. https, or http on a loopback host. */
  readonly url: string;
  /** The value of the `Authorization` header, or what gives one for each request. Default: none. */
  readonly authorization?: string | (() => string | Promise<string>) | undefined;
  /** From one request to the next, at least. Default 1. Doubles while the feed fails, up to 10. */
  readonly pollSeconds?: number | undefined;
  /** How long the feed may hold an answer back until there is news. Default 5; 0 asks for answers at once. */
  readonly waitSeconds?: number | undefined;
  /** So long after the last good answer nobody is said not to be revoked any more. Default 10. */
  readonly staleAfterSeconds?: number | undefined;
  /** For one answer as a whole, on top of what is waited for news. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Largest page that is read. Default 4 MiB. */
  readonly maxBytes?: number | undefined;
  /** How many revocations are in force at most; a feed with more cannot be followed. Default 200,000. */
  readonly maxEntries?: number | undefined;
  /** Lets revocations travel over plain http beyond this machine: whoever sits in between can take them out. */
  readonly unsafeAllowHttp?: boolean | undefined;
  readonly fetch?: FetchFunction | undefined;
  readonly clock?: Clock | undefined;
  /** Told when the feed begins to fail (warn) and when it is there again (info). */
  readonly logger?: Logger | undefined;
}

export interface RevocationFeed extends RevocationSource {
  /** What is known to be revoked is so however old the copy is; `unknown` where it is too old, or was never made. */
  check(query: RevocationQuery): RevocationVerdict | Promise<RevocationVerdict>;
  /** Makes the first copy. @throws {UnavailableError} `revocation_unavailable` when there is none that is recent. */
  warmUp(): Promise<void>;
  /** Whether the copy is recent enough to tell. */
  isCurrent(): boolean;
  /** Stops following, for good. A request under way would otherwise keep the process alive until it ends. */
  close(): void;
  /** Revocations that take room now, those included that have expired and were not swept out yet. */
  readonly size: number;
}

/** A scheme and what follows it (RFC 9110 section 11.4): an id and a secret alone would be refused by every feed. */
const CREDENTIALS = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ +\S/;

const anAuthorization: ValueRule = (value) => {
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'string' || value === '')
    return aNonEmptyString(value)?.replace(/, not/, ' or a function, not');
  return CREDENTIALS.test(value)
    ? undefined
    : 'must begin with its scheme, as in "Basic ..." or "Bearer ..."';
};

const rules: OptionRules<RevocationFeedOptions> = {
  url: required(aNonEmptyString),
  authorization: optional(anAuthorization),
  pollSeconds: optional(numberFrom(0.01, 60, 'seconds')),
  waitSeconds: optional(integerFrom(0, 60, 'seconds')),
  staleAfterSeconds: optional(numberFrom(1, 3600, 'seconds')),
  timeoutMs: optional(integerFrom(1, 60_000, 'milliseconds')),
  maxBytes: optional(integerFrom(1, 64 * 1024 * 1024, 'bytes')),
  maxEntries: optional(integerFrom(1, 10_000_000, 'revocations')),
  unsafeAllowHttp: optional(aBoolean),
  fetch: optional(aFunction),
  clock: optional(aFunction),
  logger: optional(aLogger),
};

const RETRY_AFTER_SECONDS = 5;

/**
 * Follows a revocation feed. Nothing is asked before the first check or `warmUp`; whoever checks while the first answer
 * is under way waits for it, and nobody waits later. Answers that fail or are malformed lose nothing. Redirects are not
 * followed. The clock says how old the copy is; the pace is kept by timers.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const settings = toSettings(checkOptions('createRevocationFeed', options, rules, findProblems));
  const reader = createFeedReader(settings);
  const copy = createFeedCopy(reader, settings);
  let lastProblem: string | undefined;
  const follower = createFollower({
    paceMs: settings.pollSeconds * 1000,
    async round(failuresBefore) {
      // Whoever has no recent copy must not wait for news.
      const problem = await copy.refresh(failuresBefore === 0 ? settings.waitSeconds : 0);
      lastProblem = problem;
      if (problem !== undefined && failuresBefore === 0) {
        settings.logger?.warn('revocation_feed.failed', { problem: `${settings.name} ${problem}` });
      } else if (problem === undefined && failuresBefore > 0) {
        settings.logger?.info('revocation_feed.recovered', { failures: failuresBefore });
      }
      return problem === undefined;
    },
  });

  const feed: RevocationFeed = Object.freeze({
    get size() {
      return copy.size;
    },
    isCurrent: copy.isCurrent,
    check(query: RevocationQuery) {
      if (follower.isPastFirst) return copy.find(query);
      return follower.start().then(() => copy.find(query));
    },
    async warmUp() {
      await follower.start();
      if (copy.isCurrent()) return;
      const reason = lastProblem ?? 'gives no recent answer';
      throw new UnavailableError('revocation_unavailable', `${settings.name} ${reason}`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    },
    close() {
      follower.stop();
      reader.abort();
    },
  });
  return withEdition(feed, () => (follower.isPastFirst ? copy.edition : undefined));
}

const globalFetch: FetchFunction = (url, init) => globalThis.fetch(url, init);

function toSettings(options: RevocationFeedOptions) {
  return {
    url: options.url,
    name: nameOf(options.url),
    authorization: options.authorization,
    pollSeconds: options.pollSeconds ?? 1,
    waitSeconds: options.waitSeconds ?? 5,
    staleAfterSeconds: options.staleAfterSeconds ?? 10,
    timeoutMs: options.timeoutMs ?? 5000,
    maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
    maxEntries: options.maxEntries ?? 200_000,
    fetch: options.fetch ?? globalFetch,
    clock: options.clock ?? systemClock,
    logger: options.logger,
  };
}

function findProblems(options: RevocationFeedOptions): string[] {
  const problem = problemWithRemoteUrl(options.url, options.unsafeAllowHttp ?? false);
  if (problem !== undefined) return [`url ${problem}`];
  const { pollSeconds, waitSeconds, staleAfterSeconds } = toSettings(options);
  return Math.max(pollSeconds, waitSeconds) < staleAfterSeconds
    ? []
    : [
        'staleAfterSeconds must exceed pollSeconds and waitSeconds: a quiet feed would count as one that fails',
      ];
}

/** For messages: no query, which may be of use to others only. */
function nameOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `the revocation feed ${origin}${pathname}`;
}

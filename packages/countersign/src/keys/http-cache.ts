/** How long an answer may be kept and how to ask whether it still holds (RFC 9111), judged by http-cache-semantics. */
import CachePolicy from 'http-cache-semantics';
import type { Clock } from '../core/clock.js';

/** The headers that say something about keeping. */
const HEADERS = ['age', 'cache-control', 'date', 'etag', 'expires', 'last-modified', 'vary'] as const;

interface AnswerHeaders {
  get(name: string): string | null;
}

export interface CacheRules {
  /**
   * For how many seconds from its arrival the answer says that it stays fresh; 0 for `no-store` and `no-cache`;
   * undefined when it says nothing. Neither guesses from the age of the document nor asks what the answer allows
   * while the source fails: that is for whoever keeps it.
   */
  readonly freshSeconds: number | undefined;
  /** The headers of the request, with those that let the source answer 304. */
  readonly conditionalHeaders: Readonly<Record<string, string>>;
  /** The rules after a 304. */
  renew(headers: AnswerHeaders): CacheRules;
}

/** @param requestHeaders those the answer was got with; names in lower case */
export function readCacheRules(
  requestHeaders: Readonly<Record<string, string>>,
  headers: AnswerHeaders,
  clock: Clock,
): CacheRules {
  const request = { method: 'GET', headers: { ...requestHeaders } };
  const given = pick(headers);
  const policy = new (policyOn(clock))(request, { status: 200, headers: given }, { shared: false });
  return toRules(policy, request, given);
}

function toRules(policy: CachePolicy, request: CachePolicy.HttpRequest, given: Given): CacheRules {
  return Object.freeze({
    freshSeconds: saysHowLong(given) ? Math.max(0, policy.maxAge() - policy.age()) : undefined,
    conditionalHeaders: onlyStrings(policy.revalidationHeaders(request)),
    renew(headers: AnswerHeaders): CacheRules {
      const renewed = pick(headers);
      const { policy: next } = policy.revalidatedPolicy(request, { status: 304, headers: renewed });
      return toRules(next, request, { ...given, ...renewed });
    },
  });
}

type Given = Record<string, string>;

/** The library compares directives in lower case only; RFC 9111 section 5.2 does not. */
function pick(headers: AnswerHeaders): Given {
  const given: Given = {};
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value !== null) given[name] = name === 'cache-control' ? value.toLowerCase() : value;
  }
  return given;
}

function saysHowLong(given: Given): boolean {
  return (
    given['expires'] !== undefined || /\b(?:max-age|no-cache|no-store)\b/.test(given['cache-control'] ?? '')
  );
}

function onlyStrings(headers: CachePolicy.Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function policyOn(clock: Clock): typeof CachePolicy {
  return class extends CachePolicy {
    now(): number {
      return clock() * 1000;
    }
  };
}

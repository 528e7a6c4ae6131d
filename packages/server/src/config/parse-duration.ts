import type { Parser } from './value-parsers.js';

const SECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 60 * 60],
  ['d', 24 * 60 * 60],
]);

/** `90s`, `15m`, `1h`, `30d` to seconds: the one place where such texts are read. A unit is demanded. */
export const parseDurationSeconds: Parser<number> = (text) => {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const value = Number(match?.[1] ?? 0) * (SECONDS_PER_UNIT.get(match?.[2] ?? '') ?? 0);
  return value > 0 ? { value } : { problem: 'must be a duration such as 90s, 15m, 1h or 30d' };
};

const MIN_ROTATION_SECONDS = 60 * 60;
const MAX_ROTATION_SECONDS = 400 * 24 * 60 * 60;

/** `off` to null; `30d` to seconds. Keys that sign for less than an hour would fill the key set with previous ones. */
export const parseRotation: Parser<number | null> = (text) => {
  if (text === 'off') return { value: null };
  const parsed = parseDurationSeconds(text);
  const isUsable =
    parsed.problem === undefined &&
    parsed.value >= MIN_ROTATION_SECONDS &&
    parsed.value <= MAX_ROTATION_SECONDS;
  return isUsable ? parsed : { problem: 'must be a duration from 1h to 400d, such as 30d, or off' };
};

/** At most `limit` in any `windowSeconds`. */
export interface RateLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** `3/15m` to three in fifteen minutes. */
export const parseRateLimit: Parser<RateLimit> = (text) => {
  const [count = '', duration = '', ...rest] = text.split('/');
  const window = parseDurationSeconds(duration);
  const limit = /^\d{1,6}$/.test(count) ? Number(count) : 0;
  return limit > 0 && window.problem === undefined && rest.length === 0
    ? { value: { limit, windowSeconds: window.value } }
    : { problem: 'must be a number for a duration, such as 3/15m' };
};

const MIN_SESSION_SECONDS = 5 * 60;
const MAX_SESSION_SECONDS = 90 * 24 * 60 * 60;

/** `12h` to seconds. */
export const parseSessionLifetime: Parser<number> = (text) => {
  const parsed = parseDurationSeconds(text);
  const isUsable =
    parsed.problem === undefined &&
    parsed.value >= MIN_SESSION_SECONDS &&
    parsed.value <= MAX_SESSION_SECONDS;
  return isUsable ? parsed : { problem: 'must be a duration from 5m to 90d, such as 12h' };
};

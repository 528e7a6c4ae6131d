/** Which of the two forms of an error body a client prefers (RFC 9110 section 12.5.1). */

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';
/** No client needs more; what is longer is made to be slow to read (row S21). */
const MAX_LENGTH = 1024;

/**
 * Problem details (RFC 9457) where `Accept` gives them a higher weight than plain JSON; plain JSON in every other case,
 * also where neither is accepted, or where `Accept` is overlong: an answer that says what is wrong is better than none.
 */
export function prefersProblem(accept: readonly string[]): boolean {
  const text = accept.join();
  if (text === '' || text.length > MAX_LENGTH) return false;
  const ranges = text.split(',').flatMap((each) => parseRange(each) ?? []);
  return weightOf(PROBLEM_TYPE, ranges) > weightOf(JSON_TYPE, ranges);
}

interface MediaRange {
  readonly type: string;
  readonly weight: number;
}

/** What cannot be read is passed over. */
function parseRange(text: string): MediaRange | undefined {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (weight === undefined) return { type, weight: 1 };
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? { type, weight: Number(weight) } : undefined;
}

/** The most specific range that covers a type gives it its weight. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  for (const name of [type, 'application/*', '*/*']) {
    const range = ranges.find((each) => each.type === name);
    if (range !== undefined) return range.weight;
  }
  return 0;
}

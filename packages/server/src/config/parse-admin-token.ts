import { HOW_TO_MAKE_A_KEY } from './parse-master-key.js';
import type { Parser } from './value-parsers.js';

/** The characters of a bearer token (RFC 6750 section 2.1), at least 32 of them. */
const TOKEN = /^[A-Za-z0-9._~+/-]{32,512}={0,2}$/;
/** Even 32 random hexadecimal digits have fewer different ones only once in 25 million. */
const MIN_DIFFERENT_CHARACTERS = 8;

/** The token by which administrators are known over HTTP. Refuses what nobody drew at random (S9), without repeating it. */
export const parseAdminToken: Parser<string> = (text) => {
  if (!TOKEN.test(text))
    return { problem: `must be 32 characters or more that need no escaping. ${HOW_TO_MAKE_A_KEY}` };
  if (new Set(text).size < MIN_DIFFERENT_CHARACTERS)
    return { problem: `repeats a pattern: it must be random. ${HOW_TO_MAKE_A_KEY}` };
  return { value: text };
};

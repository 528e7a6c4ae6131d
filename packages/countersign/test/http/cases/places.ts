/** Where a token may be, and in which form (row C17). */
import { MALFORMED, MISSING, missing, withoutBody } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { ADA, bearer, none, person } from './adapter-case.js';

export const PLACES: readonly AdapterCase[] = [
  { name: 'RFC 6750 3.1: no credential', door: 'any', lines: none, expected: MISSING },
  {
    name: 'no credential, by HEAD',
    door: 'any',
    method: 'HEAD',
    lines: none,
    expected: withoutBody(MISSING),
  },
  { name: 'no credential, by POST', door: 'any', method: 'POST', lines: none, expected: MISSING },
  { name: 'C17 Basic', door: 'any', lines: () => ['Authorization: Basic YTpi'], expected: MISSING },
  {
    name: 'C17 Basic and Bearer in two headers',
    door: 'any',
    lines: (from) => ['Authorization: Basic YTpi', `Authorization: Bearer ${from.person()}`],
    expected: MALFORMED,
  },
  {
    name: 'C17 the scheme in lower case',
    door: 'any',
    lines: (from) => [`authorization: bearer ${from.person()}`],
    expected: ADA,
  },
  {
    name: 'C17 several spaces',
    door: 'any',
    lines: (from) => [`Authorization: Bearer   ${from.person()}`],
    expected: ADA,
  },
  {
    name: 'C17 spaces around the value',
    door: 'any',
    lines: (from) => [`Authorization:   Bearer ${from.person()}  `],
    expected: ADA,
  },
  {
    name: 'C17 a tab',
    door: 'any',
    lines: (from) => [`Authorization: Bearer\t${from.person()}`],
    expected: MALFORMED,
  },
  { name: 'C17 an empty token', door: 'any', lines: () => ['Authorization: Bearer'], expected: MALFORMED },
  {
    name: 'C17 two tokens',
    door: 'any',
    lines: (from) => [`Authorization: Bearer ${from.person()} ${from.person()}`],
    expected: MALFORMED,
  },
  {
    name: 'C17 two headers',
    door: 'any',
    lines: (from) => [`Authorization: Bearer ${from.person()}`, `Authorization: Bearer ${from.service()}`],
    expected: MALFORMED,
  },
  {
    name: 'C17 the same header twice',
    door: 'any',
    lines: (from) => {
      const line = `Authorization: Bearer ${from.person()}`;
      return [line, 'X-Between: 1', line];
    },
    expected: MALFORMED,
  },
  {
    name: 'C17 an empty header and a good one',
    door: 'any',
    lines: (from) => ['Authorization:', `Authorization: Bearer ${from.person()}`],
    expected: MALFORMED,
  },
  {
    name: 'C17 a token in the query alone',
    door: 'any',
    query: 'access_token=e30.e30.x',
    lines: none,
    expected: MISSING,
  },
  {
    name: 'C17 a token in the query too',
    door: 'any',
    query: 'access_token=e30.e30.x',
    lines: bearer(person),
    expected: MALFORMED,
  },
  {
    name: 'C17 two tokens in the query',
    door: 'any',
    query: 'access_token=a&access_token=b',
    lines: none,
    expected: MALFORMED,
  },
  {
    name: 'C17 a cookie where none was configured',
    door: 'any',
    lines: (from) => [`Cookie: token=${from.person()}`],
    expected: MISSING,
  },
  {
    name: 'C17 the configured cookie',
    door: 'cookie',
    lines: (from) => [`Cookie: theme=dark; token=${from.person()}`],
    expected: ADA,
  },
  {
    name: 'C17 cookie and header',
    door: 'cookie',
    lines: (from) => [`Cookie: token=${from.person()}`, `Authorization: Bearer ${from.person()}`],
    expected: MALFORMED,
  },
  {
    name: 'C17 the cookie twice',
    door: 'cookie',
    lines: (from) => [`Cookie: token=${from.person()}; token=${from.person()}`],
    expected: MALFORMED,
  },
  {
    name: 'C17 the cookie in two headers',
    door: 'cookie',
    lines: (from) => [`Cookie: token=${from.person()}`, `Cookie: token=${from.person()}`],
    expected: MALFORMED,
  },
  {
    name: 'RFC 9728 5.1: the challenge says where the metadata is, its quotes escaped',
    door: 'metadata',
    lines: none,
    expected: missing('Bearer realm="orders \\"2\\"", resource_metadata="https://api.example/metadata"'),
  },
];

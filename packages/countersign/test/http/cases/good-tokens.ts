/** Callers of every kind, by every method. */
import { withoutBody } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { ADA, API_USER, BILLING, bearer, person, service, USER } from './adapter-case.js';

export const GOOD_TOKENS: readonly AdapterCase[] = [
  { name: 'a person comes in', door: 'any', lines: bearer(person), expected: ADA },
  {
    name: 'an application comes in (RFC 9068)',
    door: 'any',
    lines: bearer((from) => from.application()),
    expected: USER,
  },
  {
    name: 'an application comes in (a token under a secret)',
    door: 'any',
    lines: bearer((from) => from.hmacAccessToken()),
    expected: USER,
  },
  { name: 'ASAP-34 a service comes in', door: 'any', lines: bearer(service), expected: BILLING },
  {
    name: 'the holder of an API token comes in',
    door: 'any',
    lines: bearer((from) => from.apiToken({ kind: 'user' })),
    expected: API_USER,
  },
  { name: 'K9 a token comes in twice', door: 'any', lines: bearer(person), times: 2, expected: ADA },
  { name: 'a POST comes in', door: 'any', method: 'POST', lines: bearer(person), expected: ADA },
  {
    name: 'a HEAD comes in',
    door: 'any',
    method: 'HEAD',
    lines: bearer(person),
    expected: withoutBody(ADA),
  },
  {
    name: 'an OPTIONS that is no preflight comes in',
    door: 'any',
    method: 'OPTIONS',
    lines: bearer(person),
    expected: ADA,
  },
  {
    name: 'a query is no trouble',
    door: 'any',
    query: 'page=2&sort=%2B',
    lines: bearer(person),
    expected: ADA,
  },
];

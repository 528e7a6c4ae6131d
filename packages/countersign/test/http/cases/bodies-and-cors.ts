/** The forms of an error body, and requests of browsers. */
import { asProblem, forbidden, MALFORMED, MISSING, nobody, withHeaders } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { ADA } from './adapter-case.js';

const accept = (value: string) => (): readonly string[] => [`Accept: ${value}`];
const PROBLEM = asProblem(MISSING, 'Unauthorized');
const NOT_OF_THIS_KIND = forbidden('caller_not_allowed', 'Callers of this kind are not accepted here.');

export const BODIES: readonly AdapterCase[] = [
  { name: 'Accept: */*', door: 'any', lines: accept('*/*'), expected: MISSING },
  { name: 'Accept: text/html', door: 'any', lines: accept('text/html'), expected: MISSING },
  {
    name: 'RFC 9457: Accept: application/problem+json',
    door: 'any',
    lines: accept('application/problem+json'),
    expected: PROBLEM,
  },
  {
    name: 'RFC 9110 12.5.1: problem details before JSON',
    door: 'any',
    lines: accept('application/json;q=0.5, application/problem+json;q=0.8'),
    expected: PROBLEM,
  },
  {
    name: 'RFC 9110 12.5.1: JSON before problem details',
    door: 'any',
    lines: accept('application/json, application/problem+json;q=0.8'),
    expected: MISSING,
  },
  {
    name: 'RFC 9110 12.5.1: Accept in two headers',
    door: 'any',
    lines: () => ['Accept: application/json;q=0.1', 'Accept: application/problem+json'],
    expected: PROBLEM,
  },
  {
    name: 'RFC 9457: a malformed credential as problem details',
    door: 'any',
    lines: () => ['Authorization: Bearer', 'Accept: application/problem+json'],
    expected: asProblem(MALFORMED, 'Bad Request'),
  },
  {
    name: 'RFC 9457: a forbidden caller as problem details',
    door: 'services',
    lines: (from) => [`Authorization: Bearer ${from.person()}`, 'Accept: application/problem+json'],
    expected: asProblem(NOT_OF_THIS_KIND, 'Forbidden'),
  },
];

const ORIGIN = 'https://app.example';
const CORS = { 'access-control-allow-origin': ORIGIN };
const preflight = [`Origin: ${ORIGIN}`, 'Access-Control-Request-Method: PUT'];

export const CORS_CASES: readonly AdapterCase[] = [
  {
    name: 'headers for CORS stay on a refusal',
    door: 'any',
    lines: () => [`Origin: ${ORIGIN}`],
    expected: withHeaders(MISSING, CORS),
  },
  {
    name: 'headers for CORS stay on a success',
    door: 'any',
    lines: (from) => [`Origin: ${ORIGIN}`, `Authorization: Bearer ${from.person()}`],
    expected: withHeaders(ADA, CORS),
  },
  {
    name: 'headers for CORS stay beside those of cookies',
    door: 'cookie',
    lines: () => [`Origin: ${ORIGIN}`],
    expected: withHeaders(MISSING, CORS),
  },
  {
    name: 'a preflight is let pass where that is asked for',
    door: 'preflight',
    method: 'OPTIONS',
    lines: () => preflight,
    expected: withHeaders(nobody(), CORS),
  },
  {
    name: 'a preflight is refused otherwise',
    door: 'any',
    method: 'OPTIONS',
    lines: () => preflight,
    expected: withHeaders(MISSING, CORS),
  },
  {
    name: 'an OPTIONS without an origin is no preflight',
    door: 'preflight',
    method: 'OPTIONS',
    lines: () => ['Access-Control-Request-Method: PUT'],
    expected: MISSING,
  },
  {
    name: 'a GET is no preflight',
    door: 'preflight',
    lines: () => preflight,
    expected: withHeaders(MISSING, CORS),
  },
];

/** What routes ask of callers. */
import { NOW } from '../../support/tokens.js';
import { forbidden, lacksScope, needsStepUp, unavailable } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { ADA, API_USER, BILLING, bearer, person, service, USER } from './adapter-case.js';

const NOT_OF_THIS_KIND = forbidden('caller_not_allowed', 'Callers of this kind are not accepted here.');

export const RULES: readonly AdapterCase[] = [
  { name: 'a kind that may come in', door: 'services', lines: bearer(service), expected: BILLING },
  { name: 'a kind that may not', door: 'services', lines: bearer(person), expected: NOT_OF_THIS_KIND },
  { name: 'a kind without rules of its own', door: 'by-kind', lines: bearer(service), expected: BILLING },
  {
    name: 'a kind that lacks what is asked of it',
    door: 'by-kind',
    lines: bearer((from) => from.application({ scopes: ['orders:read'] })),
    expected: lacksScope('orders:write'),
  },
  {
    name: 'an issuer that may come in',
    door: 'people-of-authority',
    lines: bearer(person),
    expected: ADA,
  },
  {
    name: 'ASAP-31 an issuer that may not',
    door: 'people-of-authority',
    lines: bearer(service),
    expected: forbidden('caller_not_allowed', 'The issuer of the token is not accepted here.'),
  },
  {
    name: 'the right target',
    door: 'customer-1',
    lines: bearer((from) => from.apiToken({ kind: 'user', target: 'customer-1' })),
    expected: API_USER,
  },
  {
    name: 'another target',
    door: 'customer-1',
    lines: bearer((from) => from.apiToken({ kind: 'user', target: 'customer-2' })),
    expected: forbidden('caller_not_allowed', 'The token is meant for another target.'),
  },
  {
    name: 'the scope that is needed',
    door: 'readers',
    lines: bearer((from) => from.application({ scopes: ['orders:read', 'orders:write'] })),
    expected: USER,
  },
  {
    name: 'C15 a scope that only looks like it',
    door: 'readers',
    lines: bearer((from) => from.application({ scopes: ['orders:reads', 'orders'] })),
    expected: lacksScope('orders:read'),
  },
  {
    name: 'a level that is high enough',
    door: 'strong',
    lines: bearer((from) => from.application({ acr: '4' })),
    expected: USER,
  },
  {
    name: 'RFC 9470: a level that is too low',
    door: 'strong',
    lines: bearer((from) => from.application({ acr: '3.1' })),
    expected: needsStepUp('acr_values="3.5 4"'),
  },
  {
    name: 'RFC 9470: no level',
    door: 'strong',
    lines: bearer(person),
    expected: needsStepUp('acr_values="3.5 4"'),
  },
  {
    name: 'a fresh authentication',
    door: 'fresh',
    lines: bearer((from) => from.application({ authTime: NOW - 300 })),
    expected: USER,
  },
  {
    name: 'RFC 9470: an authentication too long ago',
    door: 'fresh',
    lines: bearer((from) => from.application({ authTime: NOW - 301 })),
    expected: needsStepUp('max_age="300"'),
  },
  { name: 'an asynchronous check that agrees', door: 'only-ada', lines: bearer(person), expected: ADA },
  {
    name: 'an asynchronous check that does not',
    door: 'only-ada',
    lines: bearer(service),
    expected: forbidden('refused_by_check', 'The caller may not do this here.'),
  },
  {
    name: 'C18 a check that fails',
    door: 'broken-check',
    lines: bearer(person),
    expected: unavailable('unexpected_error', 'server_error', 'The request cannot be judged now.', '10'),
  },
];

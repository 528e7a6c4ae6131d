/** What cannot be decided, and routes that let in nobody in particular. */
import { MALFORMED, nobody, unavailable } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { ADA, BAD_SIGNATURE, BILLING, bearer, none, person, service } from './adapter-case.js';

const OUTAGE_TEXT = 'The keys to check the token with cannot be reached now.';

export const OUTAGES: readonly AdapterCase[] = [
  {
    name: 'C18 keys that cannot be reached',
    door: 'outage',
    lines: bearer(service),
    expected: unavailable('key_source_unavailable', 'temporarily_unavailable', OUTAGE_TEXT, '1'),
  },
  { name: 'C18 others during the outage', door: 'outage', lines: bearer(person), expected: ADA },
  {
    name: 'C18 revocations that cannot be known',
    door: 'unknown-revocations',
    lines: bearer(person),
    expected: unavailable(
      'key_source_unavailable',
      'temporarily_unavailable',
      'Whether the token was revoked cannot be found out now.',
      '5',
    ),
  },
];

export const MODES: readonly AdapterCase[] = [
  { name: 'ASAP-33 optional: nobody', door: 'optional', lines: none, expected: nobody() },
  { name: 'ASAP-33 optional: somebody', door: 'optional', lines: bearer(person), expected: ADA },
  {
    name: 'ASAP-33 optional: a bad token',
    door: 'optional',
    lines: bearer((from) => from.person({ otherKey: true })),
    expected: BAD_SIGNATURE,
  },
  {
    name: 'ASAP-33 optional: two headers',
    door: 'optional',
    lines: (from) => [`Authorization: Bearer ${from.person()}`, 'Authorization: Bearer x'],
    expected: MALFORMED,
  },
  { name: 'ASAP-33 permissive: nobody', door: 'permissive', lines: none, expected: nobody() },
  {
    name: 'ASAP-33 permissive: a bad token',
    door: 'permissive',
    lines: bearer((from) => from.person({ otherKey: true })),
    expected: nobody(),
  },
  { name: 'ASAP-33 permissive: somebody', door: 'permissive', lines: bearer(service), expected: BILLING },
];

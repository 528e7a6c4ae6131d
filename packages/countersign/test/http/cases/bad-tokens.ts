/** Tokens that are refused, whatever the route asks for. */
import { NOW } from '../../support/tokens.js';
import { unsecured, withHeader, withOtherClaims } from '../support/broken-tokens.js';
import { badToken } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { BAD_SIGNATURE, BILLING, bearer, service } from './adapter-case.js';

const ALGORITHM = badToken(
  'algorithm_not_allowed',
  'The token is signed with an algorithm that is not accepted.',
);

export const BAD_TOKENS: readonly AdapterCase[] = [
  {
    name: 'J1 alg none',
    door: 'any',
    lines: bearer((from) => unsecured(from.person())),
    expected: badToken('malformed_token', 'The token is malformed.'),
  },
  {
    name: 'another alg',
    door: 'any',
    lines: bearer((from) => withHeader(from.application(), { alg: 'RS256' })),
    expected: ALGORITHM,
  },
  {
    name: 'another typ',
    door: 'any',
    lines: bearer((from) => withHeader(from.application(), { typ: 'logout+jwt' })),
    expected: badToken('unexpected_token_type', 'The token is of another type.'),
  },
  {
    name: 'no token at all',
    door: 'any',
    lines: () => ['Authorization: Bearer abc'],
    expected: badToken('malformed_token', 'The token is malformed.'),
  },
  {
    name: 'a token that is longer than any may be',
    door: 'short-tokens',
    lines: bearer((from) => `${from.person()}${'x'.repeat(1024)}`),
    expected: badToken('token_too_large', 'The token is too large.'),
  },
  {
    name: 'a key that nobody knows',
    door: 'any',
    lines: bearer((from) => from.person({ otherKey: true })),
    expected: BAD_SIGNATURE,
  },
  {
    name: 'claims that were changed',
    door: 'any',
    lines: bearer((from) => withOtherClaims(from.person())),
    expected: BAD_SIGNATURE,
  },
  {
    name: 'C3 expired',
    door: 'any',
    lines: bearer((from) => from.service({ expired: true })),
    expected: badToken('token_expired', 'The token has expired.'),
  },
  {
    name: 'C5 not valid yet',
    door: 'any',
    lines: bearer((from) => from.person({ claims: { nbf: NOW + 1 } })),
    expected: badToken('token_not_yet_valid', 'The token is not valid yet.'),
  },
  {
    name: 'C9 another audience',
    door: 'any',
    lines: bearer((from) => from.application({ claims: { aud: 'invoices' } })),
    expected: badToken('audience_mismatch', 'The token is meant for another audience.'),
  },
  {
    name: 'C11 another issuer',
    door: 'any',
    lines: bearer((from) => from.application({ claims: { iss: 'https://other.example' } })),
    expected: badToken('issuer_mismatch', 'The token comes from another issuer.'),
  },
  {
    name: 'C13 a subject that is no text',
    door: 'any',
    lines: bearer((from) => from.application({ claims: { sub: 7 } })),
    expected: badToken('claim_invalid', 'A claim of the token has a wrong form.'),
  },
  {
    name: 'ASAP-22 a service in the name of another',
    door: 'any',
    lines: bearer((from) => from.service({ claims: { sub: 'shipping' } })),
    expected: badToken('subject_mismatch', 'The subject of the token is not its issuer.'),
  },
  {
    name: 'K9 revoked',
    door: 'any',
    lines: bearer((from) => from.revoked()),
    expected: badToken('token_revoked', 'The token has been revoked.'),
  },
  { name: 'ASAP-26 a first use', door: 'single-use', lines: bearer(service), expected: BILLING },
  {
    name: 'ASAP-26 a second use',
    door: 'single-use',
    lines: bearer(service),
    times: 2,
    expected: badToken('token_replayed', 'The token has been used before.'),
  },
];

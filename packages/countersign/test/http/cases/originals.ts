/** The answers of the Python originals. */
import { needsStepUp, nobody, plainText } from '../support/expected.js';
import type { AdapterCase } from './adapter-case.js';
import { API_USER, BILLING, bearer, none, service } from './adapter-case.js';

const CHALLENGE = 'Bearer realm="api"';

export const ORIGINALS: readonly AdapterCase[] = [
  { name: 'ASAP-31 a service', door: 'asap', lines: bearer(service), expected: BILLING },
  {
    name: 'ASAP-31 no token',
    door: 'asap',
    lines: none,
    expected: plainText(401, 'Unauthorized', CHALLENGE),
  },
  {
    name: 'ASAP-30 a header that cannot be read is no token',
    door: 'asap',
    lines: (from) => [`Authorization: Bearer  ${from.service()}`],
    expected: plainText(401, 'Unauthorized', CHALLENGE),
  },
  {
    name: 'ASAP-30 two headers are no token',
    door: 'asap-optional',
    lines: (from) => [`Authorization: Bearer ${from.service()}`, 'Authorization: Bearer x'],
    expected: nobody(),
  },
  {
    name: 'ASAP-31 an invalid token',
    door: 'asap',
    lines: bearer((from) => from.service({ expired: true })),
    expected: plainText(
      401,
      'Unauthorized: Invalid token',
      `${CHALLENGE}, error="invalid_token", error_description="The token has expired."`,
    ),
  },
  {
    name: 'ASAP-31 a duplicate jti',
    door: 'asap',
    lines: bearer(service),
    times: 2,
    expected: plainText(
      401,
      'Unauthorized: Invalid token - duplicate jti',
      `${CHALLENGE}, error="invalid_token", error_description="The token has been used before."`,
    ),
  },
  {
    name: 'ASAP-32 a 403 has no challenge',
    door: 'asap-listed',
    lines: bearer(service),
    expected: plainText(403, 'Forbidden: Invalid token issuer'),
  },
  {
    name: 'api_jwt: a level that is too low is 403',
    door: 'api-jwt',
    lines: bearer((from) => from.apiToken({ kind: 'user', level: 3 })),
    expected: needsStepUp('acr_values="3.5 4"', 403),
  },
  {
    name: 'api_jwt: a level that is high enough',
    door: 'api-jwt',
    lines: bearer((from) => from.apiToken({ kind: 'user', level: 4 })),
    expected: API_USER,
  },
];

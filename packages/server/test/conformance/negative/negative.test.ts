/**
 * What OAuth and OpenID Connect refuse, endpoint by endpoint, through the authority as it is joined. Every answer is also
 * looked through for secrets, and the whole store for whatever changed.
 */
import { expect, it } from 'vitest';
import { AUTHORIZE } from './cases/authorize.js';
import { PAR } from './cases/par.js';
import { TOKEN_CLIENT_CREDENTIALS } from './cases/token-client-credentials.js';
import { TOKEN_CODE } from './cases/token-code.js';
import { TOKEN_DEVICE } from './cases/token-device.js';
import { TOKEN_JWT_BEARER } from './cases/token-jwt-bearer.js';
import { TOKEN_REFRESH } from './cases/token-refresh.js';
import { describeTable } from './negative-case.js';

const TABLES = [
  AUTHORIZE,
  PAR,
  TOKEN_CODE,
  TOKEN_REFRESH,
  TOKEN_CLIENT_CREDENTIALS,
  TOKEN_DEVICE,
  TOKEN_JWT_BEARER,
];

for (const table of TABLES) describeTable(table);

it('is of 150 cases or more, and each names the clause or the row that it comes from', () => {
  const names = TABLES.flatMap(({ title, cases }) => cases.map(({ name }) => `${title} ${name}`));
  expect(names.length).toBeGreaterThanOrEqual(150);
});

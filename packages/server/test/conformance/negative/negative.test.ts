/**
 * What OAuth and OpenID Connect refuse, endpoint by endpoint, through the authority as it is joined. Each answer is also
 * looked through for secrets, and the whole store for whatever changed.
 */
import { expect, it } from 'vitest';
import { AUTHORIZE } from './cases/authorize.js';
import { CLIENT_ASSERTIONS } from './cases/client-assertions.js';
import { CLIENT_AUTHENTICATION } from './cases/client-authentication.js';
import { CROSS_KIND } from './cases/cross-kind.js';
import { DISCOVERY_JWKS } from './cases/discovery-jwks.js';
import { DPOP } from './cases/dpop.js';
import { END_SESSION } from './cases/end-session.js';
import { INJECTION_SIZES } from './cases/injection-sizes.js';
import { INTROSPECT } from './cases/introspect.js';
import { PAGES } from './cases/pages.js';
import { PAR } from './cases/par.js';
import { REGISTER, REGISTER_CLOSED } from './cases/register.js';
import { REVOKE } from './cases/revoke.js';
import { SESSIONS } from './cases/sessions.js';
import { TOKEN_CLIENT_CREDENTIALS } from './cases/token-client-credentials.js';
import { TOKEN_CODE } from './cases/token-code.js';
import { TOKEN_DEVICE } from './cases/token-device.js';
import { TOKEN_EXCHANGES } from './cases/token-exchange.js';
import { TOKEN_JWT_BEARER } from './cases/token-jwt-bearer.js';
import { TOKEN_REFRESH } from './cases/token-refresh.js';
import { USERINFO } from './cases/userinfo.js';
import { describeTable } from './negative-case.js';

/** Each case written down by itself. */
const TABLES = [
  AUTHORIZE,
  PAR,
  TOKEN_CODE,
  TOKEN_REFRESH,
  TOKEN_CLIENT_CREDENTIALS,
  TOKEN_DEVICE,
  TOKEN_JWT_BEARER,
  TOKEN_EXCHANGES,
  CLIENT_AUTHENTICATION,
  CLIENT_ASSERTIONS,
  DPOP,
  INTROSPECT,
  REVOKE,
  USERINFO,
  END_SESSION,
  REGISTER,
  REGISTER_CLOSED,
  DISCOVERY_JWKS,
  PAGES,
  SESSIONS,
];
/** Everything in every place, which would make any count look large. */
const MATRICES = [CROSS_KIND, INJECTION_SIZES];

for (const table of [...TABLES, ...MATRICES]) describeTable(table);

const titles = TABLES.flatMap(({ title, cases }) => cases.map(({ name }) => `${title} ${name}`));

it('is of 150 cases or more, besides what is tried everywhere', () => {
  expect(titles.length).toBeGreaterThanOrEqual(150);
});

it('names in each case the clause or the row that it comes from, and none twice', () => {
  const isNamed = /^(?:RFC \d|OIDC |OAuth 2\.0 |JARM |CIBA |Fetch |[AJMOS]\d+)[^:]*: ./;
  const unnamed = TABLES.flatMap(({ cases }) => cases).filter(({ name }) => !isNamed.test(name));
  expect(unnamed.map(({ name }) => name)).toEqual([]);
  expect(new Set(titles).size).toBe(titles.length);
});

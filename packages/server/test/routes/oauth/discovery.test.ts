import { customFetch, discoveryRequest, processDiscoveryResponse } from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiscoveryServices, discoveryRoutes } from '../../../src/routes/oauth/discovery.js';
import { httpRequest } from '../../support/http-request.js';
import { createTestHandler, ISSUER } from '../../support/request-handler.js';
import { openTokenAuthority, type TokenAuthority } from '../../support/token-authority.js';

const OPENID = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';

describe('metadata of the authority', () => {
  let authority: TokenAuthority;
  beforeAll(async () => {
    authority = await openTokenAuthority();
  });
  afterAll(() => authority.close());

  const get = (
    path = OPENID,
    { headers = {}, ...changes }: Partial<DiscoveryServices> & { headers?: Record<string, string> } = {},
  ) => {
    const services = { issuer: ISSUER, keys: authority.keys, acrValues: ['1', '2'], registration: false };
    return createTestHandler(discoveryRoutes({ ...services, ...changes })).handle(
      httpRequest({ path, headers }),
    );
  };
  const documentOf = async (...request: Parameters<typeof get>) =>
    JSON.parse(String((await get(...request)).body));

  it('is one document under both names (RFC 8414 section 3, OpenID Connect Discovery section 4)', async () => {
    const [openid, oauth] = [await get(OPENID), await get(OAUTH)];
    expect(oauth).toEqual(openid);
    expect(openid).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
        etag: expect.any(String),
      },
    });
  });

  it('O29: names the issuer and every endpoint by the configured URL, byte for byte, whoever asks', async () => {
    for (const issuer of [ISSUER, 'https://auth.example/tenant/a', 'https://auth.example:8443']) {
      const document = await documentOf(OPENID, {
        issuer,
        registration: true,
        headers: { 'x-forwarded-host': 'evil.example' },
      });
      expect(document.issuer).toBe(issuer);
      const endpoints = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
      expect(Object.fromEntries(endpoints)).toEqual({
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks.json`,
        registration_endpoint: `${issuer}/register`,
        revocation_endpoint: `${issuer}/revoke`,
        introspection_endpoint: `${issuer}/introspect`,
        device_authorization_endpoint: `${issuer}/device_authorization`,
        pushed_authorization_request_endpoint: `${issuer}/par`,
        end_session_endpoint: `${issuer}/end_session`,
        countersign_revocations_endpoint: `${issuer}/revocations`,
      });
    }
  });

  it('says what is supported, and nothing that is not: no implicit, no password, no plain', async () => {
    const document = await documentOf();
    expect(document).toMatchObject({
      response_types_supported: ['code'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'client_credentials']),
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['public'],
      acr_values_supported: ['1', '2'],
      authorization_response_iss_parameter_supported: true,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect(JSON.stringify(document)).not.toMatch(/implicit|"password"|plain|HS256|"token"/);
    expect(document.introspection_endpoint_auth_methods_supported).not.toContain('none');
    expect(document.token_endpoint_auth_methods_supported).toContain('none');
    expect(document).not.toHaveProperty('registration_endpoint');
  });

  it.each([
    ['oidc', OPENID],
    ['oauth2', OAUTH],
  ] as const)('is taken by oauth4webapi as that of its issuer: %s', async (algorithm, path) => {
    const issuer = new URL(ISSUER);
    const fetched = async () => {
      const { status, headers, body } = await get(path);
      return new Response(String(body), { status, headers: headers as Record<string, string> });
    };
    const asked: string[] = [];
    const response = await discoveryRequest(issuer, {
      algorithm,
      [customFetch]: (url: string) => {
        asked.push(new URL(url).pathname);
        return fetched();
      },
    });
    const server = await processDiscoveryResponse(issuer, response);
    expect(asked).toEqual([path]);
    expect(server.token_endpoint).toBe(`${ISSUER}/token`);
  });

  it('answers 304 to its tag, which changes with the algorithms of the keys', async () => {
    const other = await openTokenAuthority();
    const { keys } = other;
    const { headers } = await get(OPENID, { keys });
    const known = { 'if-none-match': String(headers['etag']) };
    expect(await get(OPENID, { keys, headers: known })).toMatchObject({ status: 304, body: null });
    await other.ensureApp('RS256');
    other.clock.advance(5);
    const changed = await get(OPENID, { keys, headers: known });
    expect(changed.status).toBe(200);
    expect(JSON.parse(String(changed.body)).id_token_signing_alg_values_supported).toEqual([
      'ES256',
      'RS256',
    ]);
    other.clock.advance(360);
    await other.rotateDue(null);
    other.clock.advance(5);
    const { id_token_signing_alg_values_supported: after } = await documentOf(OPENID, { keys });
    expect(after).toEqual(['RS256', 'ES256']);
    await other.close();
  });
});

import { UsageError } from 'countersign';
import { SignInError } from 'countersign/sign-in';
import type { ApiGatewayRequestEvent } from 'countersign/sign-in/api-gateway';
import { createApiGatewayAuthorizer, createServerlessAuthorizer } from 'countersign/sign-in/api-gateway';
import { createTestAuthority, createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';

const EMAIL = 'ana@example.com';

function setUp() {
  const clock = createTestClock(1_800_000_000);
  const authority = createTestAuthority({ clock });
  const { appId, baseUrl, fetch } = authority;
  return { clock, authority, handler: createApiGatewayAuthorizer({ appId, baseUrl, fetch, clock }) };
}

describe('createApiGatewayAuthorizer', () => {
  it('JAM-15, JAM-16, JAM-17: allows every method and hands the address on', async () => {
    const { authority, handler } = setUp();
    const headers = { Authorization: `Bearer ${authority.signIdToken(EMAIL)}` };
    expect(await handler({ headers })).toEqual({
      principalId: EMAIL,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }],
      },
      context: { email: EMAIL },
    });
  });

  it.each([
    ['authorization', 'Bearer'],
    ['AUTHORIZATION', 'bearer'],
    ['Authorization', 'BEARER  '],
  ])('JAM-15: reads the header as %s with the scheme %s', async (name, scheme) => {
    const { authority, handler } = setUp();
    const value = `${scheme} ${authority.signIdToken(EMAIL)}`;
    const events: ApiGatewayRequestEvent[] = [
      { headers: { [name]: value } },
      { headers: null, multiValueHeaders: { [name]: [value] } },
      { headers: { [name]: value }, multiValueHeaders: { [name]: [value] } },
    ];
    for (const event of events) await expect(handler(event)).resolves.toMatchObject({ principalId: EMAIL });
  });

  it.each<[string, (token: string) => ApiGatewayRequestEvent]>([
    ['no headers', () => ({})],
    ['null for headers', () => ({ headers: null, multiValueHeaders: null })],
    ['no such header', () => ({ headers: { cookie: 'a=b' } })],
    ['an empty header', () => ({ headers: { Authorization: '' } })],
    ['the scheme alone', () => ({ headers: { Authorization: 'Bearer ' } })],
    ['another scheme', (token) => ({ headers: { Authorization: `Basics ${token}` } })],
    ['seven other characters', (token) => ({ headers: { Authorization: `xxxxxxx${token}` } })],
    ['no scheme', (token) => ({ headers: { Authorization: token } })],
    ['the scheme twice', (token) => ({ headers: { Authorization: `Bearer Bearer ${token}` } })],
    ['a tab', (token) => ({ headers: { Authorization: `Bearer\t${token}` } })],
    ['two tokens', (token) => ({ headers: { Authorization: `Bearer ${token}, Bearer ${token}` } })],
    [
      'two spellings',
      (token) => ({ headers: { Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` } }),
    ],
    [
      'two headers',
      (token) => ({
        headers: { Authorization: `Bearer ${token}` },
        multiValueHeaders: { Authorization: ['Basic eDp5', `Bearer ${token}`] },
      }),
    ],
    ['a bad token', (token) => ({ headers: { Authorization: `Bearer ${token}x` } })],
    ['no token', () => ({ headers: { Authorization: 'Bearer nonsense' } })],
  ])('JAM-15, C17: throws the string "Unauthorized" for %s', async (_what, event) => {
    const { authority, handler } = setUp();
    await expect(handler(event(authority.signIdToken(EMAIL)))).rejects.toBe('Unauthorized');
  });

  it('JAM-15: throws the string "Unauthorized" for a token that has ended', async () => {
    const { authority, clock, handler } = setUp();
    const headers = { Authorization: `Bearer ${authority.signIdToken(EMAIL)}` };
    await handler({ headers });
    clock.advance(1800);
    await expect(handler({ headers })).rejects.toBe('Unauthorized');
  });

  it('JAM-6, JAM-15: throws an error, for a 500, when the keys cannot be fetched', async () => {
    const { authority, handler } = setUp();
    authority.isDown = true;
    const call = handler({ headers: { Authorization: `Bearer ${authority.signIdToken(EMAIL)}` } });
    await expect(call).rejects.toBeInstanceOf(SignInError);
    await expect(call).rejects.toMatchObject({ reason: 'key_source_unavailable' });
  });

  it('refuses options that cannot be right, at construction', () => {
    expect(() => createApiGatewayAuthorizer({ appId: '' } as never)).toThrow(UsageError);
  });
});

describe('createServerlessAuthorizer', () => {
  const baseUrl = 'https://sign-in.example/';

  it('JAM-18: takes one app id for all stages', () => {
    expect(createServerlessAuthorizer({ appId: 'app', baseUrl }, 'dev')).toMatchObject({
      appId: 'app',
      baseUrl,
      authorizer: { name: 'signInAuthorizer', type: 'request' },
    });
  });

  it('JAM-18: takes an app id for each stage, and a name for the authorizer', () => {
    const config = { appId: { dev: 'app-dev', production: 'app-production' }, baseUrl };
    expect(createServerlessAuthorizer(config, 'production', 'people')).toMatchObject({
      appId: 'app-production',
      authorizer: { name: 'people' },
    });
  });

  it.each([
    [undefined, /needs a configuration with appId and baseUrl/],
    [null, /needs a configuration/],
    [{}, /appId is required; baseUrl is required/],
    [{ appId: '', baseUrl }, /appId is required/],
    [{ appId: { dev: 'app' }, baseUrl }, /appId has no entry for the stage "production"/],
    [{ appId: { production: '' }, baseUrl }, /appId has no entry for the stage "production"/],
    [{ appId: 'app' }, /baseUrl is required/],
  ])('JAM-18: says what is missing (%#)', (config, problem) => {
    expect(() => createServerlessAuthorizer(config as never, 'production')).toThrow(UsageError);
    expect(() => createServerlessAuthorizer(config as never, 'production')).toThrow(problem);
  });

  it('JAM-18: takes a stage called __proto__ for what it is: unknown', () => {
    expect(() => createServerlessAuthorizer({ appId: { dev: 'a' }, baseUrl }, '__proto__')).toThrow(
      /no entry/,
    );
  });

  it.each(['4XX', '5XX'])('JAM-18: browsers can read the %s answers of the gateway', (range) => {
    const { resources } = createServerlessAuthorizer({ appId: 'app', baseUrl }, 'dev');
    expect(resources.Resources[`GatewayResponseDefault${range}`]).toEqual({
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: {
        ResponseType: `DEFAULT_${range}`,
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        ResponseParameters: {
          'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
          'gatewayresponse.header.Access-Control-Allow-Headers': "'Authorization,Content-Type'",
        },
      },
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, DEVICE_CODE } from '../../../src/domain/oauth/client.js';
import type { LoginSession } from '../../../src/domain/oauth/grant.js';
import { hashUserCode, parseUserCode } from '../../../src/services/oauth/user-codes.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  getJson,
  type JsonAnswer,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
  signInPerson,
} from '../../support/oauth-endpoints.js';
import type { OauthProcess } from '../../support/oauth-process.js';
import { authenticationOf } from '../../support/oauth-rows.js';
import { newProver } from '../../support/prover.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';

const API = { audience: 'https://api.example', scopes: ['read', 'write'] };
const FILES = { audience: 'https://files.example', scopes: ['share'] };
const SECRET = /^[\w-]{43}$/;

let authority: OauthAuthority;
let television: TestClient;

beforeAll(async () => {
  authority = await openOauthAuthority();
  television = await addDeviceClient();
});
afterAll(() => authority.close());

function addDeviceClient(changes: Partial<Client> = {}): Promise<TestClient> {
  return addClient(authority.store, {
    authMethod: 'none',
    grantTypes: [DEVICE_CODE, 'refresh_token'],
    redirectUris: [],
    access: [API, FILES],
    ...changes,
  });
}

const idOf = ({ client, clientId }: TestClient) =>
  client.authMethod === 'none' ? { client_id: clientId } : {};

/** From an address of its own, since beginnings are limited. */
let addresses = 0;
const begin = (
  form: Readonly<Record<string, string | undefined>> = {},
  client = television,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> => {
  addresses += 1;
  const clientIp = `198.51.${addresses >> 8}.${addresses & 255}`;
  const all = { scope: 'read', ...idOf(client), ...form };
  return postForm(authority, '/device_authorization', all, {
    headers: { ...client.headers, ...headers },
    clientIp,
  });
};

const poll = (
  begun: JsonAnswer,
  client = television,
  process: OauthProcess = authority,
  form: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<JsonAnswer> =>
  postForm(
    process,
    '/token',
    { grant_type: DEVICE_CODE, device_code: String(begun.json['device_code']), ...idOf(client), ...form },
    { headers: { ...client.headers, ...headers } },
  );

/** What the page does when its button is pressed. */
async function decide(begun: JsonAnswer, decision: 'approved' | 'denied'): Promise<LoginSession> {
  const { store, vault, clock } = authority;
  const session = await signInPerson(store);
  const code = parseUserCode(begun.json['user_code']) ?? '';
  const key = { userCodeHash: hashUserCode(vault, code), nowSeconds: clock() };
  const authentication = authenticationOf(session);
  const isDecided = await store.oauth.devices.decide(
    key,
    decision === 'denied' ? { decision } : { decision, authentication },
  );
  expect(isDecided).toBe(true);
  return session;
}

const errorOf = ({ status, json }: JsonAnswer) => [status, json['error']];

describe('the device authorization endpoint', () => {
  it('RFC 8628 3.2: gives a device its codes, and where they are typed', async () => {
    const { status, headers, json } = await begin();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(json).toEqual({
      device_code: expect.stringMatching(SECRET),
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
      verification_uri: `${ISSUER}/device`,
      verification_uri_complete: `${ISSUER}/device?user_code=${json['user_code']}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it('RFC 8628 3.1: takes POST and forms only', async () => {
    const { status, headers } = await getJson(authority, '/device_authorization');
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });

  it.each([
    ['RFC 6749 5.2: no client', { client_id: undefined }, [401, 'invalid_client']],
    [
      'RFC 6749 5.2: an unknown client',
      { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' },
      [401, 'invalid_client'],
    ],
    ['RFC 6749 3.3: a scope that it has not', { scope: 'admin' }, [400, 'invalid_scope']],
    ['RFC 6749 3.3: a scope of another resource', { scope: 'share' }, [400, 'invalid_scope']],
    ['RFC 6749 3.3: no scope, where there is no default', { scope: undefined }, [400, 'invalid_scope']],
    [
      'RFC 8707 2: a resource that it has no access to',
      { resource: 'https://x.example' },
      [400, 'invalid_target'],
    ],
  ])('%s: is refused', async (_what, form, error) => {
    expect(errorOf(await begin(form))).toEqual(error);
  });

  it('RFC 8628 3.1: is for clients with this grant type, which authenticate as at the token endpoint', async () => {
    const other = await addClient(authority.store);
    expect(errorOf(await begin({}, other))).toEqual([400, 'unauthorized_client']);
    const confidential = await addDeviceClient({ authMethod: 'client_secret_basic' });
    expect((await begin({}, confidential)).status).toBe(200);
    const byIdAlone = { ...confidential, headers: {} };
    expect(errorOf(await begin({ client_id: confidential.clientId }, byIdAlone))).toEqual([
      401,
      'invalid_client',
    ]);
  });

  it('O32: keeps what asks and from where, in words of ours', async () => {
    const headers = { 'user-agent': '<b>Firefox/140.0</b> Linux' };
    const { json } = await begin({}, television, headers);
    const hash = hashUserCode(authority.vault, parseUserCode(json['user_code']) ?? '');
    const device = await authority.store.oauth.devices.findByUserCode(hash, NOW);
    expect(device?.requestedFrom).toMatch(/^Firefox on Linux at 198\.51\.\d+\.\d+$/);
  });

  it('O32 S18: one network begins thirty in a minute', async () => {
    const clientIp = '203.0.113.7';
    const form = { scope: 'read', ...idOf(television) };
    const ask = () => postForm(authority, '/device_authorization', form, { clientIp });
    for (let begun = 0; begun < 30; begun += 1) expect((await ask()).status).toBe(200);
    const { status, headers } = await ask();
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
  });
});

describe('the device code', () => {
  it('RFC 8628 3.5: becomes tokens of the person once that has approved', async () => {
    const begun = await begin({ scope: 'openid email read' });
    expect(errorOf(await poll(begun))).toEqual([400, 'authorization_pending']);
    const session = await decide(begun, 'approved');
    authority.clock.advance(5);
    const { status, json } = await poll(begun);
    authority.clock.advance(-5);
    expect([status, json['token_type'], json['scope']]).toEqual([200, 'Bearer', 'openid email read']);
    expect(claimsOf(json['access_token'])).toMatchObject({
      sub: session.personId,
      client_id: television.clientId,
      aud: API.audience,
      grant_id: expect.any(String),
      auth_time: session.authenticatedAt,
    });
    expect(claimsOf(json['id_token'])).toMatchObject({ sub: session.personId, email: session.email });
    expect(json).not.toHaveProperty('refresh_token');
  });

  it('RFC 6749 1.5: comes with a refresh token where access is to last', async () => {
    for (const scope of ['read', 'openid offline_access read']) {
      const begun = await begin({ scope });
      await decide(begun, 'approved');
      const { json } = await poll(begun);
      const form = {
        grant_type: 'refresh_token',
        refresh_token: String(json['refresh_token']),
        ...idOf(television),
      };
      expect((await postForm(authority, '/token', form)).status).toBe(200);
    }
  });

  it('RFC 8628 3.5: is refused once the person has', async () => {
    const begun = await begin();
    await decide(begun, 'denied');
    expect(errorOf(await poll(begun))).toEqual([400, 'access_denied']);
  });

  it('RFC 8628 3.5: is for polls five seconds apart, and five more after each that is faster', async () => {
    const begun = await begin();
    const after = async (seconds: number) => {
      authority.clock.advance(seconds);
      return (await poll(begun)).json['error'];
    };
    const told = [await after(0), await after(4), await after(9), await after(15), await after(15)];
    authority.clock.advance(-43);
    expect(told).toEqual([
      'authorization_pending',
      'slow_down',
      'slow_down',
      'authorization_pending',
      'authorization_pending',
    ]);
  });

  it('O32 RFC 8628 3.5: asked for too fast is not given, though it was approved', async () => {
    const begun = await begin();
    await poll(begun);
    await decide(begun, 'approved');
    authority.clock.advance(4);
    expect(errorOf(await poll(begun))).toEqual([400, 'slow_down']);
    authority.clock.advance(10);
    expect((await poll(begun)).status).toBe(200);
    authority.clock.advance(-14);
  });

  it('RFC 8628 3.5: expires after ten minutes, approved or not', async () => {
    const [pending, approved, late] = [await begin(), await begin(), await begin()];
    await decide(approved, 'approved');
    await decide(late, 'approved');
    authority.clock.advance(599);
    expect((await poll(late)).status).toBe(200);
    authority.clock.advance(1);
    for (const begun of [pending, approved])
      expect(errorOf(await poll(begun))).toEqual([400, 'expired_token']);
    authority.clock.advance(-600);
  });

  it('RFC 8628 3.4: is good once, of fifty polls over two processes', async () => {
    const [begun, process] = [await begin(), await authority.startProcess()];
    await decide(begun, 'approved');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        poll(begun, television, index % 2 === 0 ? authority : process),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200).map(errorOf);
    expect(new Set(others.map(String))).toEqual(new Set(['400,invalid_grant']));
  });

  it.each([
    ['3.4: no device_code', {}, [400, 'invalid_request']],
    ['3.5: a code that nobody has', { device_code: 'A'.repeat(43) }, [400, 'invalid_grant']],
    ['3.5: a code of no such form', { device_code: "' OR 1=1--" }, [400, 'invalid_grant']],
    ['3.4: the user code', { device_code: 'WDJB-MJHT' }, [400, 'invalid_grant']],
  ])('RFC 8628 %s: is refused', async (_what, form, error) => {
    const all = { grant_type: DEVICE_CODE, ...idOf(television), ...form };
    expect(errorOf(await postForm(authority, '/token', all))).toEqual(error);
  });

  it('RFC 8628 3.4: is its client`s alone', async () => {
    const [begun, other] = [await begin(), await addDeviceClient()];
    await decide(begun, 'approved');
    expect(errorOf(await poll(begun, other))).toEqual([400, 'invalid_grant']);
    expect((await poll(begun)).status).toBe(200);
  });

  it('RFC 8707 2.2: is not used up by a resource that was not granted', async () => {
    const begun = await begin();
    await decide(begun, 'approved');
    const wrong = await poll(begun, television, authority, { resource: FILES.audience });
    expect(errorOf(wrong)).toEqual([400, 'invalid_target']);
    const right = await poll(begun, television, authority, { resource: API.audience });
    expect(claimsOf(right.json['access_token'])['aud']).toBe(API.audience);
  });

  it('RFC 9449 5: binds the family to the key of its proof', async () => {
    const [begun, prover] = [await begin(), newProver(authority.clock)];
    await decide(begun, 'approved');
    const dpop = prover.sign({ method: 'POST', url: `${ISSUER}/token` });
    const { json } = await poll(begun, television, authority, {}, { dpop });
    expect(json['token_type']).toBe('DPoP');
    const form = {
      grant_type: 'refresh_token',
      refresh_token: String(json['refresh_token']),
      ...idOf(television),
    };
    expect(errorOf(await postForm(authority, '/token', form))).toEqual([400, 'invalid_dpop_proof']);
  });

  it('O15: gives nothing once the session that approved has ended, its client is disabled, or its scope taken', async () => {
    const { store } = authority;
    const ended = await begin();
    const { sessionId } = await decide(ended, 'approved');
    await store.oauth.loginSessions.end({ sessionId }, NOW, () => 'delivery');
    expect((await poll(ended)).status).toBe(400);

    const doomed = await addDeviceClient();
    const asked = await begin({}, doomed);
    await decide(asked, 'approved');
    await store.oauth.clients.update(doomed.clientId, 1, { ...doomed.client, disabled: true }, NOW);
    expect(errorOf(await poll(asked, doomed))).toEqual([401, 'invalid_client']);

    const narrowed = await addDeviceClient();
    const begun = await begin({ scope: 'read write' }, narrowed);
    await decide(begun, 'approved');
    const access = [{ ...API, scopes: ['read'] }];
    await store.oauth.clients.update(narrowed.clientId, 1, { ...narrowed.client, access }, NOW);
    expect((await poll(begun, narrowed)).json['scope']).toBe('read');
  });

  it('S6: is in no log, and neither is the user code', async () => {
    const begun = await begin();
    await decide(begun, 'approved');
    await poll(begun);
    const log = JSON.stringify(authority.log);
    expect(log).toContain('oauth_device_begun');
    for (const name of ['device_code', 'user_code']) expect(log).not.toContain(String(begun.json[name]));
  });
});

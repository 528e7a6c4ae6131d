import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomSecret } from '../../../src/services/secrets.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  issueCode,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';

let authority: OauthAuthority;
let client: TestClient;
const ACCESS = { scopes: ['read'], audiences: ['https://api.example'] };

beforeAll(async () => {
  authority = await openOauthAuthority();
  client = await addClient(authority.store);
});
afterAll(() => authority.close());

const idOf = ({ client: { authMethod }, clientId }: TestClient) =>
  authMethod === 'none' ? { client_id: clientId } : {};
async function newTokens(of = client) {
  const { form, row } = await issueCode(authority.store, of, { access: ACCESS });
  const { json } = await postForm(authority, '/token', form, { headers: of.headers });
  return { access: String(json['access_token']), refresh: String(json['refresh_token']), row };
}
const revoke = (by: TestClient, token: string, hint?: string) =>
  postForm(authority, '/revoke', { token, token_type_hint: hint, ...idOf(by) }, { headers: by.headers });
const refresh = (by: TestClient, token: string) =>
  postForm(
    authority,
    '/token',
    { grant_type: 'refresh_token', refresh_token: token, ...idOf(by) },
    { headers: by.headers },
  );
const isActive = async (token: string) =>
  (await postForm(authority, '/introspect', { token }, { headers: client.headers })).json['active'];

describe('revocation', () => {
  it('RFC 7009 2.2: answers 200 and nothing else, whether there was such a token or not', async () => {
    const { access, refresh: token } = await newTokens();
    for (const each of [access, access, token, token, randomSecret(), 'rt_x', 'a.b.c']) {
      const { status, body, headers } = await revoke(client, each);
      expect([status, body, headers['cache-control']]).toEqual([200, null, 'no-store']);
    }
  });

  it('O21: of a refresh token ends its grant, with the access tokens', async () => {
    const { access, refresh: token } = await newTokens();
    await revoke(client, token, 'access_token');
    expect((await refresh(client, token)).json['error']).toBe('invalid_grant');
    expect(await isActive(access)).toBe(false);
  });

  it('O21: of a refresh token that was used up ends its grant too', async () => {
    const { refresh: first } = await newTokens();
    const second = String((await refresh(client, first)).json['refresh_token']);
    await revoke(client, first);
    expect((await refresh(client, second)).json['error']).toBe('invalid_grant');
  });

  it('O21: of an access token ends that one alone', async () => {
    const { access, refresh: token } = await newTokens();
    await revoke(client, access, 'refresh_token');
    expect(await isActive(access)).toBe(false);
    const next = await refresh(client, token);
    expect(next.status).toBe(200);
    expect(await isActive(String(next.json['access_token']))).toBe(true);
  });

  it('O21: by another client does nothing', async () => {
    const { access, refresh: token } = await newTokens();
    const other = await addClient(authority.store, { introspects: ['https://api.example'] });
    expect((await revoke(other, access)).status).toBe(200);
    expect((await revoke(other, token)).status).toBe(200);
    expect(await isActive(access)).toBe(true);
    expect(await isActive(token)).toBe(true);
  });

  it('RFC 7009 5: lets public clients end their own tokens, and no others', async () => {
    const spa = await addClient(authority.store, { authMethod: 'none' });
    const [own, foreign] = [await newTokens(spa), await newTokens()];
    await revoke(spa, own.refresh);
    await revoke(spa, foreign.refresh);
    expect((await refresh(spa, own.refresh)).json['error']).toBe('invalid_grant');
    expect(await isActive(foreign.refresh)).toBe(true);
  });

  it('RFC 7009 2.1: knows the client first, and needs a token', async () => {
    const { access } = await newTokens();
    const stranger = await postForm(authority, '/revoke', { token: access });
    expect([stranger.status, stranger.json['error']]).toEqual([401, 'invalid_client']);
    const empty = await postForm(authority, '/revoke', {}, { headers: client.headers });
    expect([empty.status, empty.json['error']]).toEqual([400, 'invalid_request']);
    expect(await isActive(access)).toBe(true);
  });

  it('is remembered for five minutes longer than the token', async () => {
    const { access } = await newTokens();
    await revoke(client, access);
    const listed = await authority.store.oauth.revocations.list({
      after: null,
      nowSeconds: authority.clock(),
      limit: 100,
    });
    expect(listed.at(-1)).toMatchObject({ kind: 'token', expiresAt: authority.clock() + 600 + 300 });
  });

  it('writes an event for each token that was ended, without the token', async () => {
    const { access, refresh: token, row } = await newTokens();
    const before = authority.log.length;
    for (const each of [access, token, token]) await revoke(client, each);
    const lines = authority.log.slice(before);
    expect(lines.map(({ event }) => event)).toEqual(['oauth_token_revoked', 'oauth_grant_revoked']);
    expect(lines[1]?.fields).toEqual({ client: client.clientId, grant: row.grantId });
    expect(JSON.stringify(lines)).not.toContain(access);
    expect(JSON.stringify(lines)).not.toContain(token);
  });
});

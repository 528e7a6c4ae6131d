import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../../src/domain/oauth/client.js';
import { addClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  getJson,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';

let authority: OauthAuthority;
const FILES = { audience: 'https://files.example', scopes: ['read', 'share'] };
const MAIL = { audience: 'https://mail.example', scopes: ['send'] };

beforeAll(async () => {
  authority = await openOauthAuthority();
});
afterAll(() => authority.close());

async function ask(changes: Partial<Client>, form: readonly (readonly [string, string])[] = []) {
  const machine = await addClient(authority.store, {
    grantTypes: ['client_credentials', 'refresh_token'],
    access: [FILES, MAIL],
    ...changes,
  });
  const all = [['grant_type', 'client_credentials'] as const, ...form];
  const answer = await postForm(authority, '/token', all, { headers: machine.headers });
  return { ...answer, clientId: machine.clientId };
}

describe('client credentials', () => {
  it('RFC 9068 2.2: give a token of the client for its first resource, with all its scopes', async () => {
    const { json, clientId } = await ask({});
    expect(json['scope']).toBe('read share');
    expect(claimsOf(json['access_token'])).toEqual({
      iss: ISSUER,
      sub: clientId,
      aud: FILES.audience,
      client_id: clientId,
      iat: NOW,
      exp: NOW + 600,
      jti: expect.any(String),
      scope: 'read share',
    });
  });

  it('RFC 6749 4.4.3: give no refresh token, and no ID token', async () => {
    const { json } = await ask({});
    expect(Object.keys(json)).toEqual(['access_token', 'token_type', 'expires_in', 'scope']);
  });

  it('RFC 8707 2.2: give a token for the resources that are named', async () => {
    const named = [
      ['resource', MAIL.audience],
      ['resource', FILES.audience],
    ] as const;
    const { json } = await ask({}, [...named, ['scope', 'send read']]);
    expect(claimsOf(json['access_token'])).toMatchObject({
      aud: [MAIL.audience, FILES.audience],
      scope: 'send read',
    });
  });

  it.each([
    ['a scope of another resource than the default', [['scope', 'send']], 'invalid_scope'],
    ['a scope about persons', [['scope', 'openid']], 'invalid_scope'],
    ['a resource that the client has no access to', [['resource', 'https://x.example']], 'invalid_target'],
    ['a resource written otherwise', [['resource', 'https://FILES.example']], 'invalid_target'],
    ['a scope off the grammar', [['scope', 'read  share']], 'invalid_scope'],
  ] as const)('RFC 6749 3.3: refuse %s', async (_what, form, error) => {
    const { status, json } = await ask({}, form);
    expect([status, json['error']]).toEqual([400, error]);
  });

  it('O19: give tokens that are no person`s, whatever a resource server reads of them', async () => {
    const { json, clientId } = await ask({ access: [] });
    const claims = claimsOf(json['access_token']);
    // No id of a person begins so: those are UUIDs.
    expect(clientId).toMatch(/^client_/);
    expect(claims).toMatchObject({ sub: clientId, client_id: clientId, aud: ISSUER });
    for (const ofPersons of ['auth_time', 'acr', 'amr', 'grant_id', 'email'])
      expect(claims).not.toHaveProperty(ofPersons);
    const headers = { authorization: `Bearer ${json['access_token']}` };
    expect((await getJson(authority, '/userinfo', { headers })).status).toBe(403);
  });

  it('O19: is nobody at userinfo, even where its token were to say openid', async () => {
    const machine = await addClient(authority.store, { access: [{ audience: ISSUER, scopes: ['openid'] }] });
    const { token } = await authority.tokenIssuer.accessToken({
      client: machine.client,
      subject: machine.clientId,
      access: { scopes: ['openid'], audiences: [] },
      grantId: null,
      authentication: null,
      dpopJkt: null,
    });
    const headers = { authorization: `Bearer ${token}` };
    const { status, json } = await getJson(authority, '/userinfo', { headers });
    expect([status, json['error']]).toEqual([401, 'invalid_token']);
  });
});

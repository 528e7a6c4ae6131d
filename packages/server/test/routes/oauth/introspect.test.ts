import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomSecret } from '../../../src/services/secrets.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  issueCode,
  type JsonAnswer,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import { newProver } from '../../support/prover.js';
import { ISSUER } from '../../support/request-handler.js';

let authority: OauthAuthority;
let client: TestClient;
let api: TestClient;
const AUDIENCE = 'https://api.example';
const ACCESS = { scopes: ['read', 'email'], audiences: [AUDIENCE] };

beforeAll(async () => {
  authority = await openOauthAuthority();
  client = await addClient(authority.store);
  api = await addClient(authority.store, { introspects: [AUDIENCE] });
});
afterAll(() => authority.close());

/** Access and refresh token of a new grant. */
async function newTokens(of = client, headers: Record<string, string> = {}) {
  const times = { issuedAt: authority.clock(), expiresAt: authority.clock() + 60 };
  const code = await issueCode(authority.store, of, { access: ACCESS, ...times });
  const { json } = await postForm(authority, '/token', code.form, { headers: { ...of.headers, ...headers } });
  return {
    ...code,
    access: String(json['access_token']),
    refresh: String(json['refresh_token']),
  };
}
const ask = (by: TestClient, token: string, hint?: string): Promise<JsonAnswer> =>
  postForm(authority, '/introspect', { token, token_type_hint: hint }, { headers: by.headers });

describe('introspection', () => {
  it('RFC 7662 2.2: tells a resource server what a token for it is good for', async () => {
    const { access, session, row } = await newTokens();
    const { status, headers, json } = await ask(api, access);
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(json).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: ISSUER,
      sub: session.personId,
      aud: AUDIENCE,
      client_id: client.clientId,
      scope: 'read email',
      iat: authority.clock(),
      exp: authority.clock() + 600,
      jti: expect.any(String),
      grant_id: row.grantId,
      auth_time: session.authenticatedAt,
      acr: session.acr,
      amr: session.amr,
    });
  });

  it('RFC 9449 6.2: tells the key that a token is bound to', async () => {
    const prover = newProver(authority.clock);
    const dpop = prover.sign({ method: 'POST', url: `${ISSUER}/token` });
    const { access, refresh } = await newTokens(client, { dpop });
    const cnf = { jkt: prover.thumbprint };
    expect((await ask(api, access)).json).toMatchObject({ token_type: 'DPoP', cnf });
    expect((await ask(client, refresh)).json).toMatchObject({ active: true, cnf });
  });

  it('O20: tells a client about its own tokens, of both kinds, whatever the hint says', async () => {
    const { access, refresh, session } = await newTokens();
    expect((await ask(client, access, 'refresh_token')).json).toMatchObject({ active: true });
    expect((await ask(client, refresh, 'access_token')).json).toEqual({
      active: true,
      iss: ISSUER,
      sub: session.personId,
      client_id: client.clientId,
      scope: 'read email',
      iat: authority.clock(),
      exp: authority.clock() + client.client.refreshIdleSeconds,
    });
    expect((await ask(client, refresh, 'no such hint')).json).toMatchObject({ active: true });
  });

  it('O20: says of everything else no more than that it is not active', async () => {
    const live = await newTokens();
    const used = await newTokens();
    await postForm(
      authority,
      '/token',
      { grant_type: 'refresh_token', refresh_token: used.refresh },
      { headers: client.headers },
    );
    const revoked = await newTokens();
    await authority.store.oauth.grants.revoke(revoked.row.grantId, authority.clock());
    const elsewhere = await addClient(authority.store, { introspects: ['https://other.example'] });
    const answers = await Promise.all([
      ask(api, randomSecret()),
      ask(api, 'rt_'),
      ask(api, `${live.access}x`),
      ask(api, revoked.access),
      ask(client, revoked.refresh),
      ask(client, used.refresh),
      ask(api, live.refresh),
      ask(elsewhere, live.access),
      ask(elsewhere, live.refresh),
    ]);
    for (const { status, body } of answers) expect([status, body]).toEqual([200, '{"active":false}']);
  });

  it('O20: tells of a token until its last second', async () => {
    const { access, refresh } = await newTokens();
    authority.clock.advance(599);
    expect((await ask(api, access)).json).toMatchObject({ active: true });
    authority.clock.advance(1);
    expect((await ask(api, access)).json).toEqual({ active: false });
    authority.clock.advance(client.client.refreshIdleSeconds - 601);
    expect((await ask(client, refresh)).json).toMatchObject({ active: true });
    authority.clock.advance(1);
    expect((await ask(client, refresh)).json).toEqual({ active: false });
  });

  it('O20: tells nothing to whoever proves not to be a client', async () => {
    const { access } = await newTokens();
    const anybody = await addClient(authority.store, { authMethod: 'none', introspects: [AUDIENCE] });
    const form = { token: access, client_id: anybody.clientId };
    for (const answer of [
      await postForm(authority, '/introspect', { token: access }),
      await postForm(authority, '/introspect', form),
    ]) {
      expect([answer.status, answer.json['error']]).toEqual([401, 'invalid_client']);
    }
  });

  it('RFC 7662 2.1: needs a token, once, in a form', async () => {
    const { headers } = api;
    const twice = [
      ['token', 'a'],
      ['token', 'b'],
    ] as const;
    for (const form of [{}, { token: '' }, twice]) {
      const { status, json } = await postForm(authority, '/introspect', form, { headers });
      expect([status, json['error']]).toEqual([400, 'invalid_request']);
    }
  });

  it('O20, S18: stops guesses of a client, and neither its live tokens nor those of others', async () => {
    const guesser = await addClient(authority.store, { introspects: [AUDIENCE] });
    const { access } = await newTokens();
    for (let guesses = 0; guesses < 1000; guesses += 1)
      expect((await ask(guesser, randomSecret())).status).toBe(200);
    const { status, json, headers } = await ask(guesser, randomSecret());
    expect([status, json['error']]).toEqual([429, 'too_many_requests']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(authority.log.at(-1)).toMatchObject({ level: 'warn', event: 'oauth_introspection_limited' });
    expect((await ask(guesser, access)).json).toMatchObject({ active: true });
    expect((await ask(api, randomSecret())).json).toEqual({ active: false });
  });
});

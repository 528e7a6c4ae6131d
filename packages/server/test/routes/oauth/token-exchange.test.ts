import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, TOKEN_EXCHANGE } from '../../../src/domain/oauth/client.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  getJson,
  type IssuedCode,
  issueCode,
  type JsonAnswer,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import { newProver } from '../../support/prover.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const API = { audience: 'https://api.example', scopes: ['read', 'write'] };
const MAIL = { audience: 'https://mail.example', scopes: ['read', 'send'] };
const STORE = { audience: 'https://store.example', scopes: [] };

let authority: OauthAuthority;
let shop: TestClient;
/** A resource server, which calls others. */
let api: TestClient;

beforeAll(async () => {
  authority = await openOauthAuthority();
  shop = await addClient(authority.store, { access: [API] });
  api = await addExchanger();
});
afterAll(() => authority.close());

function addExchanger(changes: Partial<Client> = {}): Promise<TestClient> {
  return addClient(authority.store, {
    grantTypes: [TOKEN_EXCHANGE, 'client_credentials'],
    access: [MAIL, STORE],
    introspects: [API.audience],
    ...changes,
  });
}

interface PersonToken extends IssuedCode {
  readonly token: string;
  readonly answer: JsonAnswer;
}

/** A token by which the shop calls the API in the name of a person. */
async function personToken(
  scopes: readonly string[] = ['openid', 'read', 'write'],
  headers: Record<string, string> = {},
): Promise<PersonToken> {
  const access = { scopes, audiences: [API.audience] };
  const issued = await issueCode(authority.store, shop, { access });
  const answer = await postForm(authority, '/token', issued.form, {
    headers: { ...shop.headers, ...headers },
  });
  return { ...issued, answer, token: String(answer.json['access_token']) };
}

/** A token that a client has for itself. */
async function ownToken(client: TestClient, form: Record<string, string> = {}): Promise<string> {
  const all = { grant_type: 'client_credentials', ...form };
  const { json } = await postForm(authority, '/token', all, { headers: client.headers });
  return String(json['access_token']);
}

type Asked = Readonly<Record<string, string | undefined>>;

const exchange = (
  token: string | undefined,
  form: Asked = {},
  by = api,
  headers: Record<string, string> = {},
) =>
  postForm(
    authority,
    '/token',
    {
      grant_type: TOKEN_EXCHANGE,
      subject_token: token,
      subject_token_type: ACCESS_TOKEN,
      scope: 'read',
      ...form,
    },
    { headers: { ...by.headers, ...headers } },
  );

const withActor = (token: string): Asked => ({ actor_token: token, actor_token_type: ACCESS_TOKEN });
const errorOf = ({ status, json }: JsonAnswer) => [status, json['error']];
const UNACCEPTABLE = [400, 'invalid_request'];

async function isActive(token: unknown): Promise<unknown> {
  const reader = await addClient(authority.store, { introspects: [MAIL.audience] });
  const answer = await postForm(
    authority,
    '/introspect',
    { token: String(token) },
    { headers: reader.headers },
  );
  return answer.json['active'];
}

describe('token exchange', () => {
  it('RFC 8693 2.2.1: gives a token about the same person for the next service', async () => {
    const { token, row, session } = await personToken();
    const { status, json } = await exchange(token);
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'read',
      issued_token_type: ACCESS_TOKEN,
    });
    expect(claimsOf(json['access_token'])).toEqual({
      iss: ISSUER,
      sub: session.personId,
      aud: MAIL.audience,
      client_id: api.clientId,
      iat: NOW,
      exp: NOW + 600,
      jti: expect.any(String),
      scope: 'read',
      auth_time: session.authenticatedAt,
      acr: session.acr,
      amr: session.amr,
      grant_id: row.grantId,
    });
  });

  it('RFC 8693 2.1: takes audience and resource alike, several of them', async () => {
    const { token } = await personToken();
    const byAudience = await exchange(token, { audience: MAIL.audience });
    expect(claimsOf(byAudience.json['access_token'])['aud']).toBe(MAIL.audience);
    const both = await exchange(token, { audience: MAIL.audience, resource: STORE.audience });
    expect(claimsOf(both.json['access_token'])['aud']).toEqual([STORE.audience, MAIL.audience]);
  });

  it('RFC 8693 2.1: without a scope gives what subject and client have in common', async () => {
    const { token } = await personToken();
    expect((await exchange(token, { scope: undefined })).json['scope']).toBe('read');
    const nothing = await exchange(token, { scope: undefined, resource: STORE.audience });
    expect([nothing.status, nothing.json['scope']]).toEqual([200, '']);
  });

  it.each([
    ['a scope that the subject has not', { scope: 'send' }, 'invalid_scope'],
    ['one that it has and one that it has not', { scope: 'read send' }, 'invalid_scope'],
    ['a scope of the subject that the client has not', { scope: 'write' }, 'invalid_scope'],
    ['a scope about the person, though the subject has it', { scope: 'openid' }, 'invalid_scope'],
    ['a scope off the grammar', { scope: 'read  read' }, 'invalid_scope'],
    ['a resource that the client has no access to', { resource: 'https://x.example' }, 'invalid_target'],
    ['an audience that it has no access to', { audience: 'https://x.example' }, 'invalid_target'],
    ['the audience of the subject, which is not the client`s', { audience: API.audience }, 'invalid_target'],
  ])('RFC 8693 2.2.2: never widens: %s', async (_what, form, error) => {
    expect(errorOf(await exchange((await personToken()).token, form))).toEqual([400, error]);
  });

  it('RFC 8693 2.2.2: gives no token that has lost every scope, nor one for the authority itself', async () => {
    const { token } = await personToken(['openid', 'write']);
    expect(errorOf(await exchange(token, { scope: undefined }))).toEqual([400, 'invalid_scope']);
    const placeless = await addExchanger({ access: [] });
    expect(errorOf(await exchange(token, { scope: undefined }, placeless))).toEqual([400, 'invalid_target']);
  });

  it('lives no longer than the subject token, nor than the actor token', async () => {
    const { token } = await personToken();
    const short = await addExchanger({ accessTokenLifetimeSeconds: 120 });
    const act = await ownToken(short);
    authority.clock.advance(60);
    const long = await addExchanger({ accessTokenLifetimeSeconds: 3600 });
    const { json } = await exchange(token, {}, long);
    expect([claimsOf(json['access_token'])['exp'], json['expires_in']]).toEqual([NOW + 600, 540]);
    const acted = await exchange(token, withActor(act), short);
    expect(claimsOf(acted.json['access_token'])['exp']).toBe(NOW + 120);
    authority.clock.advance(-60);
  });

  it('O15 RFC 8693 7: ends with the grant of its subject, and no more come of it', async () => {
    const { token, row } = await personToken();
    const { json } = await exchange(token);
    expect(await isActive(json['access_token'])).toBe(true);
    await authority.store.oauth.grants.revoke(row.grantId, NOW);
    expect(await isActive(json['access_token'])).toBe(false);
    expect(errorOf(await exchange(token))).toEqual(UNACCEPTABLE);
  });

  it('OIDC Core 5.3: gives no token that userinfo takes', async () => {
    const { json } = await exchange((await personToken()).token);
    const headers = { authorization: `Bearer ${json['access_token']}` };
    expect((await getJson(authority, '/userinfo', { headers })).status).toBe(403);
  });
});

describe('subject tokens', () => {
  it.each([
    ['no subject_token', { subject_token: undefined, subject_token_type: undefined }],
    ['no subject_token_type', { subject_token_type: undefined }],
    [
      'a subject_token_type of ID tokens',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
    ],
    ['a subject_token_type of JWTs', { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }],
    [
      'a requested_token_type of refresh tokens',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    ],
    ['a requested_token_type of nothing', { requested_token_type: 'x' }],
    ['an actor_token_type alone', { actor_token_type: ACCESS_TOKEN }],
    ['a subject token that is none', { subject_token: 'token' }],
  ])('RFC 8693 2.1: %s is refused', async (_what, form: Asked) => {
    const { token } = await personToken();
    expect(errorOf(await exchange(token, form))).toEqual(UNACCEPTABLE);
  });

  it('RFC 8693 2.2.2: must be live', async () => {
    const { token } = await personToken();
    authority.clock.advance(600);
    expect(errorOf(await exchange(token))).toEqual(UNACCEPTABLE);
    authority.clock.advance(-600);
    expect((await exchange(token)).status).toBe(200);
    const headers = shop.headers;
    await postForm(authority, '/revoke', { token }, { headers });
    expect(errorOf(await exchange(token))).toEqual(UNACCEPTABLE);
  });

  it('J28: must be access tokens, whatever the type says', async () => {
    const lasting = await addClient(authority.store, { access: [API] });
    const access = { scopes: ['openid', 'offline_access', 'read'], audiences: [API.audience] };
    const { form } = await issueCode(authority.store, lasting, { access });
    const { json } = await postForm(authority, '/token', form, { headers: lasting.headers });
    for (const name of ['id_token', 'refresh_token']) {
      expect(json[name]).toEqual(expect.any(String));
      expect(errorOf(await exchange(String(json[name])))).toEqual(UNACCEPTABLE);
    }
  });

  it('RFC 8693 5: must have been sent to the client: those of others are refused', async () => {
    const stranger = await addExchanger({ introspects: [MAIL.audience] });
    expect(errorOf(await exchange((await personToken()).token, {}, stranger))).toEqual(UNACCEPTABLE);
    const otherwise = await addExchanger({ introspects: [] });
    expect(errorOf(await exchange((await personToken()).token, {}, otherwise))).toEqual(UNACCEPTABLE);
  });

  it('RFC 8693 5: that are the client`s own can be narrowed, and led nowhere else', async () => {
    const machine = await addExchanger({ access: [API, MAIL], introspects: [] });
    const token = await ownToken(machine, { scope: 'read write' });
    const narrowed = await exchange(token, {}, machine);
    expect(claimsOf(narrowed.json['access_token'])).toMatchObject({
      sub: machine.clientId,
      aud: API.audience,
      scope: 'read',
    });
    const elsewhere = await exchange(token, { resource: MAIL.audience }, machine);
    expect(errorOf(elsewhere)).toEqual([400, 'invalid_target']);
  });

  it('RFC 6749 5.2: need a client that has the grant type and proves who it is', async () => {
    const { token } = await personToken();
    const plain = await addClient(authority.store, { introspects: [API.audience] });
    expect(errorOf(await exchange(token, {}, plain))).toEqual([400, 'unauthorized_client']);
    const nobody = { ...api, headers: { authorization: 'Basic bm86Ym9keQ==' } };
    expect(errorOf(await exchange(token, {}, nobody))).toEqual([401, 'invalid_client']);
  });

  it('O15: give nothing once their client is disabled', async () => {
    const gone = await addClient(authority.store, { access: [API], grantTypes: ['client_credentials'] });
    const token = await ownToken(gone);
    expect((await exchange(token)).status).toBe(200);
    await authority.store.oauth.clients.update(gone.clientId, 1, { ...gone.client, disabled: true }, NOW);
    authority.clock.advance(6);
    expect(errorOf(await exchange(token))).toEqual(UNACCEPTABLE);
    authority.clock.advance(-6);
  });

  it('RFC 9449: that are bound to a key need its proof, and never become bearer tokens', async () => {
    const prover = newProver(authority.clock);
    const proof = (by = prover) => ({ dpop: by.sign({ method: 'POST', url: `${ISSUER}/token` }) });
    const { token } = await personToken(['read'], proof());
    expect(errorOf(await exchange(token))).toEqual([400, 'invalid_dpop_proof']);
    const other = proof(newProver(authority.clock));
    expect(errorOf(await exchange(token, {}, api, other))).toEqual(UNACCEPTABLE);
    const { json } = await exchange(token, {}, api, proof());
    expect(json['token_type']).toBe('DPoP');
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
  });

  it('RFC 9449 5: of bearers become tokens that are bound to the key of a proof', async () => {
    const prover = newProver(authority.clock);
    const dpop = prover.sign({ method: 'POST', url: `${ISSUER}/token` });
    const { json } = await exchange((await personToken()).token, {}, api, { dpop });
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
  });
});

describe('actors', () => {
  it('RFC 8693 4.1: are named in the token, with those who acted before inside', async () => {
    const { token } = await personToken();
    const first = await exchange(token, withActor(await ownToken(api)));
    const firstAct = { sub: api.clientId, client_id: api.clientId };
    expect(claimsOf(first.json['access_token'])['act']).toEqual(firstAct);
    const mail = await addExchanger({ introspects: [MAIL.audience], access: [API] });
    const second = await exchange(String(first.json['access_token']), withActor(await ownToken(mail)), mail);
    const act = { sub: mail.clientId, client_id: mail.clientId, act: firstAct };
    expect(claimsOf(second.json['access_token'])).toMatchObject({ aud: API.audience, act });
  });

  it('RFC 8693 4.1: stay in the chain where no actor is named', async () => {
    const first = await exchange((await personToken()).token, withActor(await ownToken(api)));
    const mail = await addExchanger({ introspects: [MAIL.audience], access: [API] });
    const second = await exchange(String(first.json['access_token']), {}, mail);
    expect(claimsOf(second.json['access_token'])['act']).toEqual({
      sub: api.clientId,
      client_id: api.clientId,
    });
  });

  it('come to an end: eight may act one after the other', async () => {
    let { token } = await personToken();
    const circle = await addExchanger({ access: [API] });
    const actor = withActor(await ownToken(circle));
    for (let actors = 1; actors <= 8; actors += 1) {
      const { status, json } = await exchange(token, actor, circle);
      expect(status).toBe(200);
      token = String(json['access_token']);
    }
    expect(errorOf(await exchange(token, actor, circle))).toEqual(UNACCEPTABLE);
  });

  it('RFC 8693 2.2.2: must be the client`s own, and live', async () => {
    const { token } = await personToken();
    const caller = await addClient(authority.store, { access: [API], grantTypes: ['client_credentials'] });
    for (const bad of ['token', await ownToken(caller), token])
      expect(errorOf(await exchange(token, withActor(bad)))).toEqual(UNACCEPTABLE);
    const own = await ownToken(api);
    await postForm(authority, '/revoke', { token: own }, { headers: api.headers });
    expect(errorOf(await exchange(token, withActor(own)))).toEqual(UNACCEPTABLE);
  });

  it('RFC 9449: that are bound to a key need its proof', async () => {
    const prover = newProver(authority.clock);
    const proof = () => ({ dpop: prover.sign({ method: 'POST', url: `${ISSUER}/token` }) });
    const form = { grant_type: 'client_credentials' };
    const own = await postForm(authority, '/token', form, { headers: { ...api.headers, ...proof() } });
    const actor = withActor(String(own.json['access_token']));
    const { token } = await personToken();
    expect(errorOf(await exchange(token, actor))).toEqual([400, 'invalid_dpop_proof']);
    expect((await exchange(token, actor, api, proof())).status).toBe(200);
  });

  it('RFC 8693 2.1: need their type, and one that is known', async () => {
    const { token } = await personToken();
    const actor_token = await ownToken(api);
    expect(errorOf(await exchange(token, { actor_token }))).toEqual(UNACCEPTABLE);
    const actor_token_type = 'urn:ietf:params:oauth:token-type:jwt';
    expect(errorOf(await exchange(token, { actor_token, actor_token_type }))).toEqual(UNACCEPTABLE);
  });

  it('S6: are logged by the ids of the tokens, without a token', async () => {
    const { token } = await personToken();
    const actor = await ownToken(api);
    const { json } = await exchange(token, withActor(actor));
    const line = authority.log.findLast(({ event }) => event === 'oauth_token_exchanged');
    expect(line?.fields).toEqual({
      client: api.clientId,
      subjectTokenId: claimsOf(token)['jti'],
      actorTokenId: claimsOf(actor)['jti'],
      tokenId: claimsOf(json['access_token'])['jti'],
    });
    for (const secret of [token, actor, String(json['access_token'])])
      expect(JSON.stringify(authority.log)).not.toContain(secret);
  });
});

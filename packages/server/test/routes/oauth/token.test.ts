import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpRequest } from '../../support/http-request.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  getJson,
  issueCode,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import { newProver } from '../../support/prover.js';
import { ISSUER } from '../../support/request-handler.js';

let authority: OauthAuthority;
let machine: TestClient;
const FORM = { grant_type: 'client_credentials', scope: 'read' };

beforeAll(async () => {
  authority = await openOauthAuthority();
  machine = await addClient(authority.store, { grantTypes: ['client_credentials'] });
});
afterAll(() => authority.close());

const ask = (form: Parameters<typeof postForm>[2], headers: Record<string, string> = {}) =>
  postForm(authority, '/token', form, { headers: { ...machine.headers, ...headers } });

describe('the token endpoint', () => {
  it('RFC 6749 5.1: answers JSON that nobody may keep, and tells the scope though it was as asked', async () => {
    const { status, headers, json } = await ask(FORM);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    });
    expect(json).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'read',
    });
  });

  it('RFC 6749 3.2: takes POST only, and says so', async () => {
    const { status, headers } = await getJson(authority, '/token');
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });

  it('O5: takes forms only, without parameters in the query, and each once', async () => {
    const json = await authority.handler.handle(
      httpRequest({ method: 'POST', path: '/token', headers: machine.headers, body: FORM }),
    );
    expect(json.status).toBe(415);
    const inQuery = await postForm(authority, '/token?scope=read', FORM, { headers: machine.headers });
    expect([inQuery.status, inQuery.json['error']]).toEqual([400, 'invalid_request']);
    const twice = await ask([...Object.entries(FORM), ['scope', 'read']]);
    expect([twice.status, twice.json['error']]).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['no grant type', { scope: 'read' }, 'invalid_request'],
    ['an empty one, which is none', { grant_type: '', scope: 'read' }, 'invalid_request'],
    ['one that nobody has', { grant_type: 'grant' }, 'unsupported_grant_type'],
    ['the implicit one', { grant_type: 'implicit' }, 'unsupported_grant_type'],
    ['passwords', { grant_type: 'password', username: 'ann', password: 'secret' }, 'unsupported_grant_type'],
    ['a name that objects have', { grant_type: 'constructor' }, 'unsupported_grant_type'],
    ['one that the client has not', { grant_type: 'refresh_token' }, 'unauthorized_client'],
  ])('RFC 6749 5.2: refuses %s', async (_what, form, error) => {
    const { status, json } = await ask(form);
    expect([status, json['error']]).toEqual([400, error]);
  });

  it('RFC 6749 5.2: knows clients before it looks at their grant', async () => {
    const { status, json } = await ask(FORM, { authorization: 'Basic bm86Ym9keQ==' });
    expect([status, json['error']]).toEqual([401, 'invalid_client']);
  });

  it('RFC 6749 2.3.1: says of a header without a client that this is what is missing', async () => {
    const { status, json } = await ask(FORM, { authorization: 'Basic Og==' });
    expect([status, json]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'The client id in the Authorization header is empty.' },
    ]);
  });

  it('RFC 9449 5: demands a proof of clients that must give one, and binds the token to its key', async () => {
    const bound = await addClient(authority.store, { grantTypes: ['client_credentials'], requireDpop: true });
    const without = await postForm(authority, '/token', FORM, { headers: bound.headers });
    expect([without.status, without.json['error']]).toEqual([400, 'invalid_dpop_proof']);
    const prover = newProver(authority.clock);
    const dpop = prover.sign({ method: 'POST', url: `${ISSUER}/token` });
    const withProof = await postForm(authority, '/token', FORM, { headers: { ...bound.headers, dpop } });
    expect(withProof.json['token_type']).toBe('DPoP');
    const again = await postForm(authority, '/token', FORM, { headers: { ...bound.headers, dpop } });
    expect([again.status, again.json['error']]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('RFC 9449 4.3: refuses two proofs', async () => {
    const prover = newProver(authority.clock);
    const [one, other] = [1, 2].map(() => prover.sign({ method: 'POST', url: `${ISSUER}/token` }));
    const { status, json } = await ask(FORM, { dpop: `${one}, ${other}` });
    expect([status, json['error']]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('S18: stops a public client that guesses, from where it guesses, and nobody else', async () => {
    const guesser = await addClient(authority.store, { authMethod: 'none' });
    const guess = (clientIp: string) =>
      postForm(
        authority,
        '/token',
        { grant_type: 'refresh_token', client_id: guesser.clientId, refresh_token: 'rt_guess' },
        { clientIp },
      );
    for (let tries = 0; tries < 100; tries += 1) expect((await guess('192.0.2.7')).status).toBe(400);
    const { status, headers, json } = await guess('192.0.2.7');
    expect([status, json['error']]).toEqual([429, 'too_many_requests']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await guess('192.0.2.8')).status).toBe(400);
    authority.clock.advance(61);
    expect((await guess('192.0.2.7')).status).toBe(400);
  });

  it('S18: takes a right grant from a network that is stopped for guessing', async () => {
    const guesser = await addClient(authority.store, { authMethod: 'none' });
    const { clientId } = guesser;
    const parts = { clientIp: '192.0.2.9' };
    const guess = () =>
      postForm(
        authority,
        '/token',
        { grant_type: 'refresh_token', client_id: clientId, refresh_token: 'rt_guess' },
        parts,
      );
    for (let tries = 0; tries < 100; tries += 1) await guess();
    expect((await guess()).status).toBe(429);
    const times = { issuedAt: authority.clock(), expiresAt: authority.clock() + 60 };
    const access = { scopes: ['read'], audiences: ['https://api.example'] };
    const { form } = await issueCode(authority.store, guesser, { access, ...times });
    const { status, json } = await postForm(authority, '/token', form, parts);
    expect(status).toBe(200);
    const refresh = {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(json['refresh_token']),
    };
    expect((await postForm(authority, '/token', refresh, parts)).status).toBe(200);
  });

  it('writes an event for what it gives and for what it refuses, without a token', async () => {
    const { json } = await ask(FORM);
    await ask({ ...FORM, scope: 'nothing' });
    const [issued, refused] = authority.log.slice(-2);
    expect(issued).toMatchObject({ level: 'info', event: 'oauth_token_issued' });
    expect(issued?.fields).toMatchObject({ client: machine.clientId, grantType: 'client_credentials' });
    expect(refused).toMatchObject({ event: 'oauth_token_refused', fields: { error: 'invalid_scope' } });
    expect(JSON.stringify(authority.log)).not.toContain(json['access_token']);
    expect(JSON.stringify(authority.log)).not.toContain(machine.secret);
  });
});

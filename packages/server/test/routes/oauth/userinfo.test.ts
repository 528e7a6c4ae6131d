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
let client: TestClient;
const NO_TOKEN = 'Bearer realm="userinfo", DPoP algs="ES256"';

beforeAll(async () => {
  authority = await openOauthAuthority();
  client = await addClient(authority.store);
});
afterAll(() => authority.close());

async function newToken(scopes: readonly string[], audiences: readonly string[] = [], dpop?: string) {
  const { form, session, row } = await issueCode(authority.store, client, { access: { scopes, audiences } });
  const headers = { ...client.headers, ...(dpop === undefined ? {} : { dpop }) };
  const { json } = await postForm(authority, '/token', form, { headers });
  return { token: String(json['access_token']), session, row };
}
const ask = (headers: Record<string, string>, path = '/userinfo') => getJson(authority, path, { headers });
const askBy = (authorization: string) => ask({ authorization });
const challengeOf = ({ headers }: Awaited<ReturnType<typeof ask>>) => headers['www-authenticate'];

describe('userinfo', () => {
  it('OIDC Core 5.3.2: tells who the person is, and the address where email was granted', async () => {
    const { token, session } = await newToken(['openid', 'email']);
    const { status, headers, json } = await askBy(`Bearer ${token}`);
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(json).toEqual({ sub: session.personId, email: session.email, email_verified: true });
    const other = await newToken(['openid']);
    expect((await askBy(`bearer  ${other.token}`)).json).toEqual({ sub: other.session.personId });
  });

  it('OIDC Core 5.3.1: takes POST too, with the token in the header', async () => {
    const { token, session } = await newToken(['openid']);
    const headers = { authorization: `Bearer ${token}` };
    const { status, json } = await postForm(authority, '/userinfo', {}, { headers });
    expect([status, json]).toEqual([200, { sub: session.personId }]);
  });

  it('takes tokens for resource servers that were granted openid', async () => {
    const { token } = await newToken(['openid', 'read'], ['https://api.example']);
    expect((await askBy(`Bearer ${token}`)).status).toBe(200);
  });

  it('is open to every origin', async () => {
    const { headers } = await ask({});
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  it('RFC 6750 3.1: names no error to whoever sends no token', async () => {
    for (const headers of [{}, { authorization: 'Basic YTpi' }]) {
      const answer = await ask(headers);
      expect([answer.status, challengeOf(answer)]).toEqual([401, NO_TOKEN]);
      expect(answer.json).not.toHaveProperty('error');
    }
  });

  it.each([
    ['no token', 'Bearer '],
    ['two tokens', 'Bearer a.b.c d.e.f'],
    ['two fields', 'Basic YTpi, Bearer a.b.c'],
    ['two bearer fields', 'Bearer a.b.c, Bearer d.e.f'],
    ['a tab for a space', 'Bearer\ta.b.c'],
    ['nothing that is a scheme', ', Bearer a'],
  ])('C17: takes an Authorization with %s for malformed', async (_what, authorization) => {
    const answer = await askBy(authorization);
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request']);
    expect(challengeOf(answer)).toContain('Bearer realm="userinfo", error="invalid_request"');
  });

  it('C17: takes no token from the query, and none from a form', async () => {
    const { token } = await newToken(['openid']);
    const inQuery = await ask({}, `/userinfo?access_token=${token}`);
    const inForm = await postForm(authority, '/userinfo', { access_token: token });
    for (const { status, json } of [inQuery, inForm])
      expect([status, json['error']]).toEqual([400, 'invalid_request']);
  });

  it('RFC 6750 3.1: refuses tokens that are not live, all in one way', async () => {
    const [changed, revoked] = [await newToken(['openid']), await newToken(['openid'])];
    await authority.store.oauth.grants.revoke(revoked.row.grantId, authority.clock());
    const { form } = await issueCode(authority.store, client);
    const idToken = (await postForm(authority, '/token', form, { headers: client.headers })).json['id_token'];
    const answers = await Promise.all(
      [`${changed.token}x`, revoked.token, 'token', `${idToken}`].map((token) => askBy(`Bearer ${token}`)),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.body).toBe(answers[0]?.body);
      expect(challengeOf(answer)).toContain('Bearer realm="userinfo", error="invalid_token"');
    }
  });

  it('RFC 6750 3.1: needs the scope openid, and says so', async () => {
    const { token } = await newToken(['email']);
    const answer = await askBy(`Bearer ${token}`);
    expect([answer.status, answer.json['error']]).toEqual([403, 'insufficient_scope']);
    expect(challengeOf(answer)).toContain('scope="openid"');
  });

  it('RFC 9449 7.1: takes a bound token with a proof of its key, of this request and this token', async () => {
    const [prover, thief] = [newProver(authority.clock), newProver(authority.clock)];
    const { token, session } = await newToken(
      ['openid'],
      [],
      prover.sign({ method: 'POST', url: `${ISSUER}/token` }),
    );
    const authorization = `DPoP ${token}`;
    const request = { method: 'GET', url: `${ISSUER}/userinfo`, accessToken: token };
    const dpop = prover.sign(request);
    expect((await ask({ authorization, dpop })).json).toEqual({ sub: session.personId });
    for (const bad of [
      dpop,
      thief.sign(request),
      prover.sign({ ...request, method: 'POST' }),
      prover.sign({ ...request, url: `${ISSUER}/token` }),
      prover.sign({ ...request, accessToken: 'another' }),
    ]) {
      const answer = await ask({ authorization, dpop: bad });
      expect([answer.status, answer.json['error']]).toEqual([401, 'invalid_dpop_proof']);
      expect(challengeOf(answer)).toContain('DPoP error="invalid_dpop_proof"');
    }
    expect((await ask({ authorization })).json['error']).toBe('invalid_dpop_proof');
  });

  it('RFC 9449 7.1: takes no bound token as bearer, and no bearer token as bound', async () => {
    const prover = newProver(authority.clock);
    const proof = prover.sign({ method: 'POST', url: `${ISSUER}/token` });
    const [bound, free] = [await newToken(['openid'], [], proof), await newToken(['openid'])];
    expect((await askBy(`Bearer ${bound.token}`)).json['error']).toBe('invalid_token');
    const dpop = prover.sign({ method: 'GET', url: `${ISSUER}/userinfo`, accessToken: free.token });
    const asBound = await ask({ authorization: `DPoP ${free.token}`, dpop });
    expect(asBound.json['error']).toBe('invalid_token');
    expect(challengeOf(asBound)).toContain('DPoP error="invalid_token"');
  });

  it('answers HEAD as GET, and other methods with what there is', async () => {
    const { token } = await newToken(['openid']);
    const headers = { authorization: `Bearer ${token}` };
    const request = (method: string) => httpRequest({ method, path: '/userinfo', headers });
    expect((await authority.handler.handle(request('HEAD'))).status).toBe(200);
    const put = await authority.handler.handle(request('PUT'));
    expect([put.status, put.headers['allow']]).toEqual([405, 'GET, HEAD, POST']);
  });
});

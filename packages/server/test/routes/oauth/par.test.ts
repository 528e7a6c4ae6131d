import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorizePages,
  addOwnClient,
  authorizeQuery,
  BROWSER_COOKIE,
  CHALLENGE,
  type Changes,
  codeOf,
  openAuthorizePages,
  toldClient,
} from '../../support/authorize-pages.js';
import type { TestClient } from '../../support/oauth-clients.js';
import { postForm } from '../../support/oauth-endpoints.js';
import { newProver } from '../../support/prover.js';
import { ISSUER } from '../../support/request-handler.js';
import { aHash } from '../../support/store-rows.js';

const URN = /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/;

let pages: AuthorizePages;

beforeAll(async () => {
  pages = await openAuthorizePages();
});

afterAll(() => pages.close());

function push(
  { clientId, headers }: Pick<TestClient, 'clientId' | 'headers'>,
  changes: Changes = {},
  more: Readonly<Record<string, string>> = {},
) {
  const form = [...new URLSearchParams(authorizeQuery(clientId, changes))] as const;
  return postForm({ handler: pages.pages }, '/par', form, { headers: { ...headers, ...more } });
}

async function pushed(client: TestClient, changes: Changes = {}): Promise<string> {
  const { json } = await push(client, changes);
  return String(json['request_uri']);
}

const follow = (clientId: string, requestUri: string, more = '') =>
  `/authorize?${new URLSearchParams({ client_id: clientId, request_uri: requestUri })}${more}`;

describe('a pushed request', () => {
  it('RFC 9126 2.2: is answered with a request_uri for a minute, which nobody keeps', async () => {
    const answer = await push(await addOwnClient(pages));
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ request_uri: expect.stringMatching(URN), expires_in: 60 });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  });

  it('RFC 9126 4: leads to a code as if it had come by the browser', async () => {
    const client = await addOwnClient(pages, { requirePar: true });
    const { visitor } = await pages.signedIn();
    const requestUri = await pushed(client, { state: 'a b+c%&é', nonce: 'n', scope: 'openid read' });
    const answer = await visitor.get(follow(client.clientId, requestUri));
    expect(toldClient(answer)).toMatchObject({ state: 'a b+c%&é', iss: ISSUER });
    expect(await codeOf(pages, answer)).toMatchObject({
      nonce: 'n',
      access: { scopes: ['openid', 'read'] },
      codeChallenge: CHALLENGE,
    });
  });

  it('O30: works once, of many at once too', async () => {
    const client = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const path = follow(client.clientId, await pushed(client));
    const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.get(path)));
    expect(answers.filter((answer) => toldClient(answer)?.['code'] !== undefined)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
  });

  it('O30: works for 59 seconds and not for 60, and for no other client', async () => {
    const [client, other] = [await addOwnClient(pages), await addOwnClient(pages)];
    const { visitor } = await pages.signedIn();
    const [foreign, early, late] = [await pushed(client), await pushed(client), await pushed(client)];
    expect(await visitor.get(follow(other.clientId, foreign))).toMatchObject({
      status: 400,
      location: undefined,
    });
    expect(toldClient(await visitor.get(follow(client.clientId, foreign)))).toHaveProperty('code');
    pages.clock.advance(59);
    expect(toldClient(await visitor.get(follow(client.clientId, early)))).toHaveProperty('code');
    pages.clock.advance(1);
    expect(await visitor.get(follow(client.clientId, late))).toMatchObject({
      status: 400,
      location: undefined,
    });
    const made = `urn:ietf:params:oauth:request_uri:${aHash()}`;
    expect(await visitor.get(follow(client.clientId, made))).toMatchObject({
      status: 400,
      location: undefined,
    });
  });

  it('O30: is not changed by what stands beside it', async () => {
    const client = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const beside =
      '&state=other&scope=openid%20write&redirect_uri=https%3A%2F%2Fevil.example&response_type=token';
    const answer = await visitor.get(follow(client.clientId, await pushed(client), beside));
    expect(toldClient(answer)).toMatchObject({ state: 'a state', code: expect.any(String) });
    expect(await codeOf(pages, answer)).toMatchObject({ access: { scopes: ['openid'] } });
  });

  it('O25: is used up by no form of another site, and by nobody who asks for headers alone', async () => {
    const client = await addOwnClient(pages);
    const path = follow(client.clientId, await pushed(client));
    const { visitor } = await pages.signedIn();
    await visitor.request('HEAD', path);
    const form = { headers: { 'sec-fetch-site': 'cross-site' }, body: path.slice('/authorize?'.length) };
    const sentOn = await pages.newVisitor().request('POST', '/authorize', form);
    expect(sentOn).toMatchObject({ status: 303, location: path });
    expect(toldClient(await visitor.get(path))).toHaveProperty('code');
  });

  it('OIDC Core 3.1.2.1 S6: keeps whom an id_token_hint is about, and never the token', async () => {
    const client = await addOwnClient(pages);
    const { visitor, session } = await pages.signedIn();
    const hintOf = (personId: string) =>
      pages.tokenIssuer.idToken({
        ...{ client: client.client, authentication: { ...session, personId } },
        ...{ nonce: null, scopes: ['openid'], accessToken: null },
      });
    const silent = { prompt: 'none' };
    const mine = await pushed(client, { ...silent, id_token_hint: await hintOf(session.personId) });
    expect(toldClient(await visitor.get(follow(client.clientId, mine)))).toHaveProperty('code');
    const other = await pushed(client, { ...silent, id_token_hint: await hintOf('other') });
    expect(toldClient(await visitor.get(follow(client.clientId, other)))).toMatchObject({
      error: 'login_required',
    });
    const made = await pushed(client, { ...silent, 'id_token_hint#sub': 'other' });
    expect(toldClient(await visitor.get(follow(client.clientId, made)))).toHaveProperty('code');
    expect((await push(client, { id_token_hint: 'a.b.c' })).json).toMatchObject({ error: 'invalid_request' });
  });
});

describe('RFC 9449 10.1: a key', () => {
  it('that is proven when the request is pushed is the one that the code is bound to', async () => {
    const client = await addOwnClient(pages);
    const { visitor } = await pages.signedIn();
    const prover = newProver(pages.clock);
    const proof = prover.sign({ method: 'POST', url: `${ISSUER}/par` });
    const { json } = await push(client, {}, { dpop: proof });
    const answer = await visitor.get(follow(client.clientId, String(json['request_uri'])));
    expect(await codeOf(pages, answer)).toMatchObject({ dpopJkt: prover.thumbprint });
  });

  it('has to be the one that is named', async () => {
    const client = await addOwnClient(pages);
    const prover = newProver(pages.clock);
    const proofFor = (path: string) => prover.sign({ method: 'POST', url: `${ISSUER}${path}` });
    const named = await push(client, { dpop_jkt: prover.thumbprint }, { dpop: proofFor('/par') });
    expect(named.status).toBe(201);
    const other = await push(client, { dpop_jkt: CHALLENGE }, { dpop: proofFor('/par') });
    expect(other).toMatchObject({ status: 400, json: { error: 'invalid_dpop_proof' } });
    const elsewhere = await push(client, {}, { dpop: proofFor('/token') });
    expect(elsewhere).toMatchObject({ status: 400, json: { error: 'invalid_dpop_proof' } });
  });
});

describe('a request that cannot be pushed', () => {
  it.each<[string, string, Changes]>([
    [
      'RFC 9126 2.1: with a request_uri',
      'invalid_request',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    ],
    ['OIDC Core 6.1: with a request object', 'request_not_supported', { request: 'e30.e30.' }],
    ['O1: to an unknown redirect URI', 'invalid_request', { redirect_uri: 'https://evil.example/cb' }],
    ['O8: without PKCE', 'invalid_request', { code_challenge: undefined }],
    ['RFC 6749 3.3: for an unknown scope', 'invalid_scope', { scope: 'admin' }],
    ['RFC 8707 2: for an unknown resource', 'invalid_target', { resource: 'https://evil.example' }],
    ['RFC 6749 4.2: for a token', 'unsupported_response_type', { response_type: 'token' }],
    ['O5: with a state twice', 'invalid_request', { state: ['a', 'b'] }],
  ])('%s is told %s', async (_title, error, changes) => {
    const answer = await push(await addOwnClient(pages), changes);
    expect(answer).toMatchObject({ status: 400, json: { error } });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  it('RFC 9126 2: is of nobody who proves to be its client', async () => {
    const [client, other] = [await addOwnClient(pages), await addOwnClient(pages)];
    const wrong = { authorization: `Basic ${Buffer.from(`${client.clientId}:wrong`).toString('base64')}` };
    for (const headers of [{}, wrong]) {
      const answer = await push({ clientId: client.clientId, headers });
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    }
    expect((await push({ clientId: client.clientId, headers: other.headers })).json).toHaveProperty('error');
  });

  it('RFC 6749 4.1.2.1: is of a client without the grant', async () => {
    const client = await addOwnClient(pages, { grantTypes: ['client_credentials'] });
    expect(await push(client)).toMatchObject({ status: 400, json: { error: 'unauthorized_client' } });
  });

  it('RFC 9126 2.3: is no form, or is sent by another method', async () => {
    const client = await addOwnClient(pages);
    const json = { ...client.headers, 'content-type': 'application/json' };
    expect((await push({ ...client, headers: json })).status).toBe(415);
    const visitor = pages.newVisitor();
    const get = await visitor.get('/par');
    expect(get).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(visitor.cookies.get(BROWSER_COOKIE)).toBeUndefined();
  });

  it('RFC 9126 5: is missing, of a client that has to push', async () => {
    const { clientId } = await addOwnClient(pages, { requirePar: true });
    const { visitor } = await pages.signedIn();
    const answer = await visitor.get(`/authorize?${authorizeQuery(clientId)}`);
    expect(toldClient(answer)).toMatchObject({ error: 'invalid_request' });
  });

  it('S18: is one too many of a public client from one network', async () => {
    const client = await addOwnClient(pages, { authMethod: 'none' });
    for (let count = 0; count < 100; count += 1) expect((await push(client)).status).toBe(201);
    const answer = await push(client);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('S6: leaves no secret and no request_uri in the events', async () => {
    const client = await addOwnClient(pages);
    const secret = (await pushed(client)).split(':').at(-1) ?? '';
    const text = JSON.stringify(pages.events);
    expect(text).toContain('oauth_request_pushed');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(client.secret);
  });
});

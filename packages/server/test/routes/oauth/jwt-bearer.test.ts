import { randomUUID } from 'node:crypto';
import { createJwtSigner, type KeyPair } from 'countersign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, JWT_BEARER } from '../../../src/domain/oauth/client.js';
import { createKeyPublishers } from '../../../src/services/key-publishers.js';
import { asapToken } from '../../support/asap-token.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  type Form,
  getJson,
  type JsonAnswer,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import { newProver } from '../../support/prover.js';
import { aKeyPair } from '../../support/published-pem.js';
import { ISSUER } from '../../support/request-handler.js';
import { aPublishedKey, NOW } from '../../support/store-rows.js';

let authority: OauthAuthority;
const API = { audience: 'https://api.example', scopes: ['read', 'write'] };
const MAIL = { audience: 'https://mail.example', scopes: ['send'] };

beforeAll(async () => {
  authority = await openOauthAuthority();
});
afterAll(() => authority.close());

interface Service {
  readonly asapIssuer: string;
  readonly pair: KeyPair;
  readonly client: TestClient;
}

async function publish(issuer: string): Promise<KeyPair> {
  const { pem, ...pair } = aKeyPair(`${issuer}/${randomUUID()}`);
  const kid = pair.privateKey.kid ?? '';
  await authority.store.publishedKeys.insertOnce(aPublishedKey({ kid, issuer, pem }));
  return pair;
}

/** A service with a published key, and the client that it is. */
async function aService(changes: Partial<Client> = {}): Promise<Service> {
  const asapIssuer = `svc-${randomUUID()}`;
  const pair = await publish(asapIssuer);
  const settings = { grantTypes: [JWT_BEARER], asapIssuer, access: [API, MAIL], ...changes };
  return { asapIssuer, pair, client: await addClient(authority.store, settings) };
}

const assertionOf = ({ pair }: Pick<Service, 'pair'>, claims: Record<string, unknown> = {}) =>
  asapToken(pair.privateKey, NOW, claims);

function trade(
  assertion: string | undefined,
  form: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  return postForm(authority, '/token', { grant_type: JWT_BEARER, assertion, ...form }, { headers });
}

const errorOf = ({ status, json }: JsonAnswer) => [status, json['error']];
const REFUSED = [400, 'invalid_grant'];

describe('assertions of services', () => {
  it('RFC 7523 2.1: become access tokens of the client that the service is', async () => {
    const service = await aService();
    const { status, json } = await trade(assertionOf(service));
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['access_token', 'token_type', 'expires_in', 'scope']);
    const { clientId } = service.client;
    expect(claimsOf(json['access_token'])).toEqual({
      iss: ISSUER,
      sub: clientId,
      aud: API.audience,
      client_id: clientId,
      iat: NOW,
      exp: NOW + 600,
      jti: expect.any(String),
      scope: 'read write',
    });
  });

  it('RFC 8707 2.2: give a token for the resource and the scope that are named', async () => {
    const { json } = await trade(assertionOf(await aService()), { resource: MAIL.audience, scope: 'send' });
    expect(claimsOf(json['access_token'])).toMatchObject({ aud: MAIL.audience, scope: 'send' });
  });

  it('ASAP: may leave out the subject, which is the issuer then', async () => {
    expect((await trade(assertionOf(await aService(), { sub: undefined }))).status).toBe(200);
  });

  it('O19: speak for nobody at userinfo', async () => {
    const { json } = await trade(assertionOf(await aService()));
    const headers = { authorization: `Bearer ${json['access_token']}` };
    expect((await getJson(authority, '/userinfo', { headers })).status).toBe(403);
  });

  it('RFC 9449 5: give a token that is bound to the key of a proof, and need one where the client must', async () => {
    const service = await aService({ requireDpop: true });
    expect(errorOf(await trade(assertionOf(service)))).toEqual([400, 'invalid_dpop_proof']);
    const prover = newProver(authority.clock);
    const dpop = prover.sign({ method: 'POST', url: `${ISSUER}/token` });
    const { json } = await trade(assertionOf(service), {}, { dpop });
    expect(json['token_type']).toBe('DPoP');
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
  });

  it.each([
    ['2.1: no assertion', undefined, [400, 'invalid_request']],
    ['3: what is no JWT', 'assertion', REFUSED],
    ['3: a JWT without a signature', 'e30.e30.', REFUSED],
    ['3: more than anybody makes', 'a'.repeat(20_000), REFUSED],
  ])('RFC 7523 %s is refused', async (_what, assertion, error) => {
    expect(errorOf(await trade(assertion))).toEqual(error);
    const { client } = await aService();
    expect(errorOf(await trade(assertion, { client_id: client.clientId }))).toEqual(error);
  });

  it.each([
    ['3 (2): another subject than its issuer', { sub: 'somebody' }],
    ['3 (3): another audience', { aud: 'https://other.example' }],
    ['3 (3): the token endpoint as its audience', { aud: `${ISSUER}/token` }],
    ['3 (3): the audience with a slash more', { aud: `${ISSUER}/` }],
    ['3 (3): another audience besides', { aud: [ISSUER, 'https://other.example'] }],
    ['3 (3): no audience', { aud: undefined }],
    ['3 (4): an expiry that has come', { exp: NOW - 30 }],
    ['3 (5): a time before which it is not good', { nbf: NOW + 31 }],
    ['3 (6): a time of issue to come', { iat: NOW + 31, exp: NOW + 60 }],
    ['3 (6): a life of more than an hour', { exp: NOW + 3601 }],
    ['3 (7): no id', { jti: undefined }],
    ['3 (1): the issuer of another service', { iss: 'somebody', sub: 'somebody' }],
  ])('RFC 7523 %s is refused', async (_what, claims) => {
    const service = await aService();
    const { clientId } = service.client;
    expect(errorOf(await trade(assertionOf(service, claims), { client_id: clientId }))).toEqual(REFUSED);
  });

  it.each([
    ['an audience in a list of its own', { aud: [ISSUER] }],
    ['an expiry that has come within the tolerance', { exp: NOW - 29, iat: NOW - 60 }],
    ['a life of an hour', { exp: NOW + 3600 }],
  ])('RFC 7523 3: %s is taken', async (_what, claims) => {
    expect((await trade(assertionOf(await aService(), claims))).status).toBe(200);
  });

  it('RFC 7523 3 (9): must be signed by a key that is published, of the issuer, and not revoked', async () => {
    const service = await aService();
    const { pem: _pem, ...unknown } = aKeyPair(`${service.asapIssuer}/unknown`);
    expect(errorOf(await trade(assertionOf({ pair: unknown })))).toEqual(REFUSED);
    const sameName = aKeyPair(service.pair.privateKey.kid ?? '');
    expect(errorOf(await trade(assertionOf({ pair: sameName })))).toEqual(REFUSED);
    const other = await publish(`svc-${randomUUID()}`);
    const { asapIssuer: iss } = service;
    expect(errorOf(await trade(asapToken(other.privateKey, NOW, { iss, sub: iss })))).toEqual(REFUSED);
    await authority.store.publishedKeys.revoke(service.pair.privateKey.kid ?? '', NOW);
    expect(errorOf(await trade(assertionOf(service)))).toEqual(REFUSED);
  });

  it('RFC 7523 3 (4): must expire', async () => {
    const { asapIssuer: iss, pair, client } = await aService();
    const signer = createJwtSigner({ key: pair.privateKey, unsafeAllowMissingExpiry: true });
    const assertion = signer.sign({ iss, sub: iss, aud: ISSUER, jti: randomUUID(), iat: NOW });
    expect(errorOf(await trade(assertion, { client_id: client.clientId }))).toEqual(REFUSED);
  });

  it('J28: are no tokens of another type', async () => {
    const service = await aService();
    const { asapIssuer: iss, pair } = service;
    const claims = { iss, sub: iss, aud: ISSUER, jti: randomUUID(), iat: NOW, exp: NOW + 60 };
    for (const type of ['at+jwt', 'client-authentication+jwt', 'dpop+jwt']) {
      const assertion = createJwtSigner({ key: pair.privateKey, type }).sign(claims);
      expect(errorOf(await trade(assertion))).toEqual(REFUSED);
    }
  });

  it('A9 RFC 7523 3 (7): are good once, in all processes, and not after they have published a key', async () => {
    const service = await aService();
    const [assertion, process] = [assertionOf(service), await authority.startProcess()];
    expect((await trade(assertion)).status).toBe(200);
    const form = { grant_type: JWT_BEARER, assertion };
    expect(errorOf(await postForm(process, '/token', form))).toEqual(REFUSED);
    const { store, clock } = authority;
    const publishers = createKeyPublishers({ store, issuer: ISSUER, adminToken: null, clock });
    const published = assertionOf(service);
    await publishers.authorize(published, `${service.asapIssuer}/new`);
    expect(errorOf(await trade(published))).toEqual(REFUSED);
  });

  it('A9: are remembered for as long as a clock that is behind would take them', async () => {
    const { store, clock } = authority;
    const assertion = assertionOf(await aService());
    expect((await trade(assertion)).status).toBe(200);
    clock.advance(89);
    await store.purgeExpired(clock(), 1000);
    expect(errorOf(await trade(assertion))).toEqual(REFUSED);
    clock.advance(-89);
  });

  it('S14: are good once, also where the clock is set back by ten minutes', async () => {
    const { store, clock } = authority;
    const assertion = assertionOf(await aService());
    expect((await trade(assertion)).status).toBe(200);
    clock.advance(600);
    await store.purgeExpired(clock(), 1000);
    clock.advance(-600);
    expect(errorOf(await trade(assertion))).toEqual(REFUSED);
  });

  it('A10: of twenty uses at once one gives a token', async () => {
    const assertion = assertionOf(await aService());
    const answers = await Promise.all(Array.from({ length: 20 }, () => trade(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('A11: are not used up by what their client may not ask for', async () => {
    const assertion = assertionOf(await aService());
    expect(errorOf(await trade(assertion, { scope: 'admin' }))).toEqual([400, 'invalid_scope']);
    expect(errorOf(await trade(assertion, { scope: 'openid' }))).toEqual([400, 'invalid_scope']);
    const resource = 'https://other.example';
    expect(errorOf(await trade(assertion, { resource }))).toEqual([400, 'invalid_target']);
    expect((await trade(assertion)).status).toBe(200);
  });

  it('tells nobody what a client may ask for before the signature held', async () => {
    const { client } = await aService();
    const form = { client_id: client.clientId, scope: 'admin' };
    expect(errorOf(await trade('e30.e30.', form))).toEqual(REFUSED);
  });
});

describe('clients of assertions', () => {
  it('RFC 7521 4.1: may authenticate besides, as themselves', async () => {
    const [service, other] = [await aService(), await aService()];
    expect((await trade(assertionOf(service), {}, service.client.headers)).status).toBe(200);
    expect(errorOf(await trade(assertionOf(service), {}, other.client.headers))).toEqual(REFUSED);
    const nobody = { authorization: 'Basic bm86Ym9keQ==' };
    expect(errorOf(await trade(assertionOf(service), {}, nobody))).toEqual([401, 'invalid_client']);
  });

  it('RFC 7521 4.1: may say who they are by client_id, which must be true', async () => {
    const [service, other] = [await aService(), await aService()];
    const asked = (clientId: string) => trade(assertionOf(service), { client_id: clientId });
    expect((await asked(service.client.clientId)).status).toBe(200);
    expect(errorOf(await asked(other.client.clientId))).toEqual(REFUSED);
  });

  it('RFC 7521 4.1: must say so where two are of one issuer', async () => {
    const service = await aService();
    const { asapIssuer, client } = service;
    await addClient(authority.store, { grantTypes: [JWT_BEARER], asapIssuer, access: [MAIL] });
    expect(errorOf(await trade(assertionOf(service)))).toEqual(REFUSED);
    const { json } = await trade(assertionOf(service), { client_id: client.clientId });
    expect(claimsOf(json['access_token'])['client_id']).toBe(client.clientId);
  });

  it('O33: are refused alike whether they are unknown, another kind, disabled, or the assertion is bad', async () => {
    const service = await aService();
    const [disabled, plain] = [await aService({ disabled: true }), await addClient(authority.store)];
    const noIssuer = await aService({ grantTypes: ['client_credentials'] });
    const { clientId } = service.client;
    const answers = await Promise.all([
      trade('e30.e30.', { client_id: clientId }),
      trade(assertionOf(service), { client_id: 'client_AAAAAAAAAAAAAAAAAAAAAA' }),
      trade(assertionOf(service), { client_id: "' OR 1=1--\0" }),
      trade(assertionOf(service), { client_id: plain.clientId }),
      trade(assertionOf(disabled)),
      trade(assertionOf(disabled), { client_id: disabled.client.clientId }),
      trade(assertionOf(noIssuer)),
      trade(assertionOf({ pair: await publish('nobody') })),
      trade(assertionOf({ pair: await publish("' OR 1=1--") }, { iss: "' OR 1=1--" })),
    ]);
    const bodies = new Set(answers.map(({ status, body }) => `${status} ${body}`));
    expect([...bodies]).toEqual([expect.stringMatching(/^400 {"error":"invalid_grant"/)]);
  });

  it('RFC 6749 5.2: need the grant type, also when they authenticate', async () => {
    const service = await aService({ grantTypes: ['client_credentials'] });
    const answer = await trade(assertionOf(service), {}, service.client.headers);
    expect(errorOf(answer)).toEqual([400, 'unauthorized_client']);
  });

  it('S18: are told to wait where one network sends bad assertions without end; good ones are taken', async () => {
    const flooded = await openOauthAuthority();
    const form: Form = { grant_type: JWT_BEARER, assertion: 'e30.e30.' };
    const from = (clientIp: string) => postForm(flooded, '/token', form, { clientIp });
    for (let tries = 0; tries < 300; tries += 1) expect((await from('192.0.2.9')).status).toBe(400);
    const { status, headers } = await from('192.0.2.9');
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await from('192.0.2.10')).status).toBe(400);
    await flooded.close();
  });

  it('S6: are logged by reason and name, without the assertion', async () => {
    const service = await aService();
    const assertion = assertionOf(service, { aud: 'https://other.example' });
    await trade(assertion);
    const line = authority.log.findLast(({ event }) => event === 'oauth_assertion_refused');
    expect(line?.fields).toEqual({
      client: service.client.clientId,
      reason: 'audience_mismatch',
      clientIp: '192.0.2.1',
    });
    expect(JSON.stringify(authority.log)).not.toContain(assertion);
  });
});

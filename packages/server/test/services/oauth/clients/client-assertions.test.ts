/** Client authentication by a signed assertion (`private_key_jwt`, RFC 7523; rows O18, J28 and O31). */
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportPublicPem, generateKeyPair } from 'countersign';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createKeyRepository } from '../../../../src/services/key-repository.js';
import {
  aClientKey,
  assertionClaims,
  assertionForm,
  basic,
  openTestClients,
  type TestClients,
} from '../../../support/client-calls.js';
import { silentLogger } from '../../../support/recording-logger.js';
import { ISSUER } from '../../../support/request-handler.js';

const INVALID_CLIENT = { name: 'OauthError', code: 'invalid_client', headers: {} };
const INVALID_REQUEST = { name: 'OauthError', code: 'invalid_request' };
const KEY = aClientKey();

let test: TestClients;
let id: string;
beforeAll(async () => {
  test = await openTestClients();
  ({ id } = await test.create(KEY.settings));
});
afterAll(() => test.close());
// So that what one test counts is over in the next.
beforeEach(() => test.clock.advance(3600));

const claims = (changes: Record<string, unknown> = {}) => assertionClaims(id, test.clock(), changes);
const present = (given: Record<string, unknown>, type?: unknown, form: Record<string, string> = {}) =>
  test.authenticate({ form: { ...assertionForm(KEY.privateKey, given, type), ...form } });

/** Why it was refused, as the log says it. */
async function reasonOf(form: Readonly<Record<string, string>>): Promise<unknown> {
  await expect(test.authenticate({ form })).rejects.toMatchObject(INVALID_CLIENT);
  return test.log.at(-1)?.fields['reason'];
}

describe('an assertion', () => {
  it('O18 (RFC 7523 3): of the client for this authority is taken, with the client id beside it and without', async () => {
    expect((await present(claims())).id).toBe(id);
    expect((await present(claims(), 'JWT', { client_id: id })).id).toBe(id);
  });

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256'] as const)(
    'O18: is taken by a key for %s',
    async (algorithm) => {
      const key = aClientKey(algorithm);
      const client = await test.create(key.settings);
      const form = assertionForm(key.privateKey, assertionClaims(client.id, test.clock()));
      expect((await test.authenticate({ form })).id).toBe(client.id);
    },
  );

  it.each(['JWT', 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt', null])(
    'J28 (rfc7523bis): is taken with the type %s',
    async (type) => {
      expect((await present(claims(), type)).id).toBe(id);
    },
  );

  it.each(['at+jwt', 'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'oauth-authz-req+jwt'])(
    'J28: is not taken with the type %s',
    async (type) => {
      const reason = await reasonOf(assertionForm(KEY.privateKey, claims(), type));
      expect(reason).toBe('assertion_unexpected_token_type');
    },
  );

  it.each(['', ' JWT', 7, null, ['JWT'], {}])('J27: is not taken with the type %j', async (typ) => {
    const form = assertionForm(KEY.privateKey, claims());
    const rest = form['client_assertion']?.split('.').slice(1) ?? [];
    const header = segment({ alg: 'ES256', kid: 'k1', typ });
    const reason = await reasonOf({ ...form, client_assertion: [header, ...rest].join('.') });
    expect(reason).toBe('assertion_unexpected_token_type');
  });

  it.each([
    ['a list of the issuer alone', [ISSUER], true],
    ['the token endpoint', `${ISSUER}/token`, false],
    ['the issuer with a slash', `${ISSUER}/`, false],
    ['the issuer in upper case', ISSUER.toUpperCase(), false],
    ['another authority', 'https://other.example', false],
    ['this authority and another', [ISSUER, 'https://other.example'], false],
    ['the issuer twice', [ISSUER, ISSUER], false],
    ['an empty list', [], false],
    ['a number', 7, false],
    ['null', null, false],
    ['nothing', undefined, false],
  ])('O18, C9 (RFC 7523 3 (3)): is for %s', async (_title, aud, isTaken) => {
    const form = assertionForm(KEY.privateKey, claims({ aud }));
    if (isTaken) expect((await test.authenticate({ form })).id).toBe(id);
    else
      expect(await reasonOf(form)).toMatch(/^assertion_(?:audience_mismatch|claim_missing|claim_invalid)$/);
  });

  it.each([
    ['iss of another', { iss: 'client_other' }],
    ['no iss', { iss: undefined }],
    ['iss in a list', { iss: ['x'] }],
    ['no sub', { sub: undefined }],
    ['sub of another', { sub: 'client_other' }],
    ['sub that is no string', { sub: 7 }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['jti that is no string', { jti: 7 }],
    ['no exp', { exp: undefined }],
    ['exp as text', { exp: '9999999999' }],
    ['iat as text', { iat: '1' }],
    ['nbf as text', { nbf: '1' }],
  ])('O18, C13 (RFC 7523 3): has not %s', async (_title, changes) => {
    expect(await reasonOf(assertionForm(KEY.privateKey, claims(changes)))).toMatch(
      /^(?:assertion_|unknown_client)/,
    );
  });

  it.each([
    ['expires now and 30 s of tolerance ago', { exp: -30 }, 'assertion_token_expired'],
    ['expires a second later', { exp: -29, iat: -60 }, undefined],
    ['lives for 300 s', { exp: 300 }, undefined],
    ['lives for 301 s', { exp: 301 }, 'assertion_lifetime_too_long'],
    ['was made long ago for now', { iat: -86_400, exp: 60 }, 'assertion_lifetime_too_long'],
    ['does not say when it was made, and lives for 330 s', { iat: null, exp: 330 }, undefined],
    [
      'does not say when it was made, and lives for 331 s',
      { iat: null, exp: 331 },
      'assertion_lifetime_too_long',
    ],
    ['was made 30 s ahead', { iat: 30, exp: 90 }, undefined],
    ['was made 31 s ahead', { iat: 31, exp: 90 }, 'assertion_token_not_yet_valid'],
    ['is good in 31 s', { nbf: 31 }, 'assertion_token_not_yet_valid'],
    ['expires in the year 3000 in milliseconds', { exp: 1e13 }, 'assertion_lifetime_too_long'],
  ])('O18, C3, C6, C7 (RFC 7523 3 (4)): %s', async (_title, offsets, reason) => {
    const given: Record<string, unknown> = claims();
    for (const [name, offset] of Object.entries(offsets))
      given[name] = offset === null ? undefined : test.clock() + offset;
    const form = assertionForm(KEY.privateKey, given);
    if (reason === undefined) expect((await test.authenticate({ form })).id).toBe(id);
    else expect(await reasonOf(form)).toBe(reason);
  });

  it('O18 (RFC 7523 3 (7)): is taken once, whichever process it comes to', async () => {
    const other = await test.startProcess();
    const form = assertionForm(KEY.privateKey, claims());
    const attempts = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? test : other));
    const results = await Promise.allSettled(attempts.map((process) => process.authenticate({ form })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await reasonOf(form)).toBe('assertion_token_replayed');
    test.clock.advance(89);
    expect(await reasonOf(form)).toBe('assertion_token_replayed');
    test.clock.advance(1);
    expect(await reasonOf(form)).toBe('assertion_token_expired');
  });

  it('A9: does not use up the jti of another client', async () => {
    const other = await test.create(KEY.settings);
    const jti = randomUUID();
    await present(claims({ jti }));
    const form = assertionForm(KEY.privateKey, assertionClaims(other.id, test.clock(), { jti }));
    expect((await test.authenticate({ form })).id).toBe(other.id);
  });

  it('A11: does not use up its jti where it is refused', async () => {
    const jti = randomUUID();
    const stranger = aClientKey();
    expect(await reasonOf(assertionForm(stranger.privateKey, claims({ jti })))).toBe(
      'assertion_bad_signature',
    );
    expect(await reasonOf(assertionForm(KEY.privateKey, claims({ jti, aud: 'x' })))).toBe(
      'assertion_audience_mismatch',
    );
    expect((await present(claims({ jti }))).id).toBe(id);
  });
});

const segment = (members: Record<string, unknown>) =>
  Buffer.from(JSON.stringify(members)).toString('base64url');

describe('what is no assertion of a client', () => {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

  it.each([
    ['text', 'x'],
    ['two segments', 'eyJhbGciOiJFUzI1NiJ9.e30'],
    ['alg none', `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"x"}').toString('base64url')}.`],
    ['JSON that is no object', `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('7').toString('base64url')}.AAAA`],
    ['16 KiB', 'a'.repeat(16_385)],
    ['a million dots', '.'.repeat(1_000_000)],
  ])('J1, J17: %s is refused', async (_title, assertion) => {
    expect(await reasonOf({ client_assertion_type: type, client_assertion: assertion })).toMatch(
      /^assertion_|unknown/,
    );
  });

  it('J1, O18: one that names the client and has no signature is refused', async () => {
    const payload = segment(claims());
    for (const alg of ['none', 'None', 'HS256']) {
      const header = segment({ alg, kid: 'k1' });
      for (const signature of ['', 'AAAA']) {
        const form = { client_assertion_type: type, client_assertion: `${header}.${payload}.${signature}` };
        expect(await reasonOf(form)).toMatch(/^assertion_(?:algorithm_not_allowed|malformed_token)$/);
      }
    }
  });

  it('J4, O18: one with a MAC under the public key of the client is refused', async () => {
    for (const key of [exportPublicPem(KEY.publicKey), KEY.settings.jwks]) {
      const signed = `${segment({ alg: 'HS256', kid: 'k1' })}.${segment(claims())}`;
      const mac = createHmac('sha256', key).update(signed).digest('base64url');
      const form = { client_assertion_type: type, client_assertion: `${signed}.${mac}` };
      expect(await reasonOf(form)).toBe('assertion_algorithm_not_allowed');
    }
  });

  it('RFC 7521 4.2: a type or an assertion alone is malformed, and another type is refused', async () => {
    const { client_assertion = '' } = assertionForm(KEY.privateKey, claims());
    await expect(test.authenticate({ form: { client_assertion } })).rejects.toMatchObject(INVALID_REQUEST);
    await expect(test.authenticate({ form: { client_assertion_type: type } })).rejects.toMatchObject(
      INVALID_REQUEST,
    );
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
    await expect(
      test.authenticate({ form: { client_assertion, client_assertion_type: saml } }),
    ).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('RFC 7521 4.2: one beside another client id is malformed', async () => {
    await expect(present(claims(), 'JWT', { client_id: 'client_other' })).rejects.toMatchObject(
      INVALID_REQUEST,
    );
  });

  it('O17: one of a client that is registered for another method, unknown or disabled is refused', async () => {
    const bySecret = await test.create();
    const disabled = await test.create({ ...KEY.settings, disabled: true });
    const reasonFor = (clientId: string) =>
      reasonOf(assertionForm(KEY.privateKey, assertionClaims(clientId, test.clock())));
    expect(await reasonFor(bySecret.id)).toBe('method_not_registered');
    expect(await reasonFor(disabled.id)).toBe('client_disabled');
    expect(await reasonFor('client_unknown')).toBe('unknown_client');
    await expect(test.authenticate({ authorization: basic(id, '') })).rejects.toMatchObject({
      code: 'invalid_client',
    });
  });

  it('S6: it is not in the log', async () => {
    const form = assertionForm(KEY.privateKey, claims({ aud: 'x' }));
    await reasonOf(form);
    expect(JSON.stringify(test.log)).not.toContain(form['client_assertion']);
  });
});

describe('keys of the ASAP repository', () => {
  async function publish(kid: string) {
    const { privateKey, publicKey } = generateKeyPair('ES256', { kid });
    const { store, clock } = test;
    const repository = createKeyRepository({ store, clock, logger: silentLogger });
    await repository.publish({ kid, pem: exportPublicPem(publicKey) });
    return { privateKey, repository };
  }

  it('A1, ASAP-21: are good for the client of their issuer, and nobody else’s are', async () => {
    const asapIssuer = 'billing';
    const client = await test.create({ authMethod: 'private_key_jwt', asapIssuer });
    const own = await publish('billing/k1');
    const ofAnother = await publish('billing2/k1');
    const form = (key: typeof own) => assertionForm(key.privateKey, assertionClaims(client.id, test.clock()));
    expect((await test.authenticate({ form: form(own) })).id).toBe(client.id);
    expect(await reasonOf(form(ofAnother))).toBe('assertion_key_not_found');
  });

  it('K8: are good until they are revoked', async () => {
    const client = await test.create({ authMethod: 'private_key_jwt', asapIssuer: 'orders' });
    const { privateKey, repository } = await publish('orders/k1');
    const form = () => assertionForm(privateKey, assertionClaims(client.id, test.clock()));
    await test.authenticate({ form: form() });
    await repository.revoke('orders/k1');
    expect(await reasonOf(form())).toBe('assertion_key_not_found');
  });

  it('A3: are not asked for under what is no key id, nor without one', async () => {
    const client = await test.create({ authMethod: 'private_key_jwt', asapIssuer: 'mail' });
    for (const kid of ['mail/../billing/k1', 'mail/', 'mail/%2e%2e', undefined]) {
      const { privateKey } = generateKeyPair('ES256', kid === undefined ? {} : { kid });
      const form = assertionForm(privateKey, assertionClaims(client.id, test.clock()));
      expect(await reasonOf(form)).toBe('assertion_key_not_found');
    }
  });
});

describe('a key set of a client on the network', () => {
  /** A server of the client, and how often it was asked. */
  async function serve(answer: () => { status: number; body: string }) {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      const { status, body } = answer();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { jwksUri: `http://127.0.0.1:${port}/jwks.json`, requests: () => requests };
  }

  it('RFC 7591 2: is fetched, and again when its keys change', async () => {
    const reachable = await openTestClients({ fetch: (url, init) => globalThis.fetch(url, init) });
    onTestFinished(() => reachable.close());
    let key = aClientKey();
    const { jwksUri, requests } = await serve(() => ({ status: 200, body: key.settings.jwks }));
    const client = await reachable.create({ authMethod: 'private_key_jwt', jwksUri });
    const comeIn = () => {
      const form = assertionForm(key.privateKey, assertionClaims(client.id, reachable.clock()));
      return reachable.authenticate({ form });
    };
    await comeIn();
    await reachable.clients.update(client.id, { name: 'Renamed' });
    await comeIn();
    expect(requests()).toBe(1);
    key = aClientKey();
    await expect(comeIn()).rejects.toMatchObject(INVALID_CLIENT);
    reachable.clock.advance(301);
    expect((await comeIn()).id).toBe(client.id);
    expect(requests()).toBe(2);
  });

  it('is no answer while it cannot be had: 503, not 401', async () => {
    const reachable = await openTestClients({ fetch: (url, init) => globalThis.fetch(url, init) });
    onTestFinished(() => reachable.close());
    const { jwksUri } = await serve(() => ({ status: 500, body: '' }));
    const client = await reachable.create({ authMethod: 'private_key_jwt', jwksUri });
    const form = assertionForm(KEY.privateKey, assertionClaims(client.id, reachable.clock()));
    await expect(reachable.authenticate({ form })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      status: 503,
      headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    });
  });

  it.each(['127.0.0.1', 'localhost'])('O31, K6: at %s is not asked for', async (host) => {
    const { jwksUri, requests } = await serve(() => ({ status: 200, body: KEY.settings.jwks }));
    const client = await test.create({
      authMethod: 'private_key_jwt',
      jwksUri: jwksUri.replace('127.0.0.1', host),
    });
    const form = assertionForm(KEY.privateKey, assertionClaims(client.id, test.clock()));
    await expect(test.authenticate({ form })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(requests()).toBe(0);
  });
});

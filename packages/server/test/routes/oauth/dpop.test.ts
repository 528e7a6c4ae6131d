import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { importPrivateKey } from 'countersign';
import { createDpopSigner } from 'countersign/dpop';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/domain/stores.js';
import { createDpopCheck } from '../../../src/services/oauth/tokens/dpop-check.js';
import { createAuthorityNonces } from '../../../src/services/oauth/tokens/dpop-nonces.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  getJson,
  issueCode,
  type JsonAnswer,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import type { OauthProcess } from '../../support/oauth-process.js';
import { newProver } from '../../support/prover.js';
import { PROOF_PAIR, rawProof } from '../../support/raw-proof.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';

const TOKEN_URL = `${ISSUER}/token`;
let authority: OauthAuthority;
let machine: TestClient;

beforeAll(async () => {
  authority = await openOauthAuthority();
  machine = await addClient(authority.store, { grantTypes: ['client_credentials'] });
});
afterAll(() => authority.close());

function ask(dpop: string | undefined, process: OauthProcess = authority): Promise<JsonAnswer> {
  const headers = { ...machine.headers, ...(dpop === undefined ? {} : { dpop }) };
  return postForm(process, '/token', { grant_type: 'client_credentials' }, { headers });
}

const errorOf = ({ status, json }: JsonAnswer) => [status, json['error']];
const REFUSED = [400, 'invalid_dpop_proof'];
const STALE = [400, 'use_dpop_nonce'];

describe('proofs at the token endpoint', () => {
  it('RFC 9449 5: bind the token to their key', async () => {
    const prover = newProver(authority.clock);
    const { status, json } = await ask(prover.sign({ method: 'POST', url: TOKEN_URL }));
    expect([status, json['token_type']]).toEqual([200, 'DPoP']);
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
  });

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = PROOF_PAIR.privateKey.export({ format: 'jwk' });
  it.each([
    ['4.3 (1): two proofs', () => `${rawProof()}, ${rawProof()}`],
    ['4.3 (1): an empty field', () => ''],
    ['4.3 (2): what is no JWT', () => 'proof'],
    ['4.3 (2): a JWT of five parts', () => `${rawProof()}.e.f`],
    ['4.3 (3): one without jti', () => rawProof({ claims: { jti: undefined } })],
    ['4.3 (3): one whose jti is no text', () => rawProof({ claims: { jti: 7 } })],
    ['4.3 (3): one without htm', () => rawProof({ claims: { htm: undefined } })],
    ['4.3 (3): one without htu', () => rawProof({ claims: { htu: undefined } })],
    ['4.3 (3): one without iat', () => rawProof({ claims: { iat: undefined } })],
    ['4.3 (4): one of no type', () => rawProof({ header: { typ: undefined } })],
    ['4.3 (4): one of the type of other tokens', () => rawProof({ header: { typ: 'at+jwt' } })],
    ['4.3 (5): one without a signature', () => rawProof({ header: { alg: 'none' } })],
    ['4.3 (5): a symmetric algorithm', () => rawProof({ header: { alg: 'HS256' } })],
    ['4.3 (5): a symmetric key', () => rawProof({ header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
    ['4.2: one without a key', () => rawProof({ header: { jwk: undefined } })],
    ['4.3 (6): a signature by another key', () => rawProof({ signedBy: other.privateKey })],
    ['4.3 (7): a private key', () => rawProof({ header: { jwk: privateJwk } })],
    ['4.3 (8): another method', () => rawProof({ claims: { htm: 'GET' } })],
    ['4.3 (8): the method in lower case', () => rawProof({ claims: { htm: 'post' } })],
    ['4.3 (9): another path', () => rawProof({ claims: { htu: `${ISSUER}/userinfo` } })],
    ['4.3 (9): a slash more', () => rawProof({ claims: { htu: `${TOKEN_URL}/` } })],
    ['4.3 (9): another host', () => rawProof({ claims: { htu: 'https://evil.example/token' } })],
    ['4.3 (9): another port', () => rawProof({ claims: { htu: 'https://auth.example:8443/token' } })],
    ['4.3 (9): another scheme', () => rawProof({ claims: { htu: 'http://auth.example/token' } })],
    ['4.3 (11): one that is too old', () => rawProof({ claims: { iat: NOW - 66 } })],
    ['4.3 (11): one from the future', () => rawProof({ claims: { iat: NOW + 6 } })],
  ])('O23 RFC 9449 %s is refused', async (_what, make) => {
    expect(errorOf(await ask(make()))).toEqual(REFUSED);
  });

  it.each([
    ['4.3 (9): host and scheme in upper case', { htu: 'HTTPS://AUTH.example/token' }],
    ['4.3 (9): the default port', { htu: 'https://auth.example:443/token' }],
    ['4.3 (9): a query, which does not count', { htu: `${TOKEN_URL}?x=1#f` }],
    ['4.3 (11): one as old as may be', { iat: NOW - 65 }],
    ['4.3 (11): one as far ahead as clocks may be', { iat: NOW + 5 }],
  ])('O23 RFC 9449 %s is taken', async (_what, claims) => {
    expect((await ask(rawProof({ claims }))).status).toBe(200);
  });

  it('O23 RFC 9449 11.1: takes each proof once, in all processes together', async () => {
    const proof = rawProof();
    const process = await authority.startProcess();
    expect((await ask(proof)).status).toBe(200);
    expect(errorOf(await ask(proof))).toEqual(REFUSED);
    expect(errorOf(await ask(proof, process))).toEqual(REFUSED);
  });

  it('O23 RFC 9449 11.1: of one proof sent twenty times at once takes one', async () => {
    const [proof, process] = [rawProof(), await authority.startProcess()];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask(proof, index % 2 === 0 ? authority : process)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('O23: takes one jti of two keys, which have nothing to do with each other', async () => {
    const [jti, pair] = [randomUUID(), generateKeyPairSync('ec', { namedCurve: 'P-256' })];
    const jwk = pair.publicKey.export({ format: 'jwk' });
    expect((await ask(rawProof({ claims: { jti } }))).status).toBe(200);
    const other = rawProof({ claims: { jti }, header: { jwk }, signedBy: pair.privateKey });
    expect((await ask(other)).status).toBe(200);
  });

  it('S12: cannot decide while what was used before cannot be told: 503, never let in', async () => {
    const { clock, vault } = authority;
    const replayedTokens = { insertOnce: () => Promise.reject(new StoreUnavailableError('busy')) };
    const nonces = createAuthorityNonces({ vault, clock });
    const check = createDpopCheck({ store: { replayedTokens }, nonces, clock });
    const request = { method: 'POST', url: TOKEN_URL, accessToken: null, required: false, boundTo: null };
    await expect(check.check({ ...request, proofs: [rawProof()] })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      headers: { 'retry-after': expect.stringMatching(/^[1-9]/) },
    });
    expect(await check.check({ ...request, proofs: [] })).toBeNull();
    await expect(check.check({ ...request, proofs: [], boundTo: 'key' })).rejects.toMatchObject({
      code: 'invalid_dpop_proof',
    });
  });
});

describe('nonces for proofs', () => {
  const nonceOf = ({ headers }: JsonAnswer) => String(headers['dpop-nonce']);

  it('RFC 9449 8.2: come with each answer to a proof, good or bad, and with no other', async () => {
    expect(nonceOf(await ask(rawProof()))).toMatch(/^[\w-]{43}$/);
    expect(nonceOf(await ask('proof'))).toMatch(/^[\w-]{43}$/);
    expect((await ask(undefined)).headers).not.toHaveProperty('dpop-nonce');
  });

  it('RFC 9449 8: are good at every process', async () => {
    const process = await authority.startProcess();
    const nonce = nonceOf(await ask(rawProof()));
    expect((await ask(rawProof({ claims: { nonce } }), process)).status).toBe(200);
  });

  it.each([
    ['one that nobody gave', 'nonce'],
    ['an empty one', ''],
    ['one that is no text', 7],
    ['null', null],
  ])('RFC 9449 4.3 (10): are not made up: %s is refused, and a good one given', async (_what, nonce) => {
    const answer = await ask(rawProof({ claims: { nonce } }));
    expect(errorOf(answer)).toEqual(STALE);
    expect((await ask(rawProof({ claims: { nonce: nonceOf(answer) } }))).status).toBe(200);
  });

  it('RFC 9449 8: grow old, and clients that send an old one are given the next', async () => {
    const aged = await openOauthAuthority();
    const client = await addClient(aged.store, { grantTypes: ['client_credentials'] });
    const prover = newProver(aged.clock);
    const askAged = (nonce?: string) => {
      const dpop = prover.sign({ method: 'POST', url: TOKEN_URL, ...(nonce === undefined ? {} : { nonce }) });
      const headers = { ...client.headers, dpop };
      return postForm(aged, '/token', { grant_type: 'client_credentials' }, { headers });
    };
    const nonce = nonceOf(await askAged());
    aged.clock.advance(60);
    expect((await askAged(nonce)).status).toBe(200);
    aged.clock.advance(60);
    const stale = await askAged(nonce);
    expect(errorOf(stale)).toEqual(STALE);
    expect((await askAged(nonceOf(stale))).status).toBe(200);
    await aged.close();
  });

  it('RFC 9449 8: are not those of an authority with another master key', async () => {
    const other = await openOauthAuthority();
    const nonce = nonceOf(await ask(rawProof()));
    const client = await addClient(other.store, { grantTypes: ['client_credentials'] });
    const headers = { ...client.headers, dpop: rawProof({ claims: { nonce } }) };
    expect(
      errorOf(await postForm(other, '/token', { grant_type: 'client_credentials' }, { headers })),
    ).toEqual(STALE);
    await other.close();
  });
});

describe('proofs at the userinfo endpoint', () => {
  const prover = () =>
    createDpopSigner({
      key: importPrivateKey({ algorithm: 'ES256', keyObject: PROOF_PAIR.privateKey }),
      clock: authority.clock,
    });

  /** A token that is bound to the key of `rawProof`, of a person. */
  async function boundToken(): Promise<string> {
    const client = await addClient(authority.store);
    const { form } = await issueCode(authority.store, client);
    const dpop = prover().sign({ method: 'POST', url: TOKEN_URL });
    const { json } = await postForm(authority, '/token', form, { headers: { ...client.headers, dpop } });
    return String(json['access_token']);
  }

  const userinfo = (token: string, dpop: string | undefined, scheme = 'DPoP') =>
    getJson(authority, '/userinfo', {
      headers: { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) },
    });
  const proofFor = (accessToken: string, nonce?: string) =>
    prover().sign({
      method: 'GET',
      url: `${ISSUER}/userinfo`,
      accessToken,
      ...(nonce === undefined ? {} : { nonce }),
    });

  it('RFC 9449 7.1: let the holder of the key in, once each', async () => {
    const token = await boundToken();
    const proof = proofFor(token);
    const answer = await userinfo(token, proof);
    expect([answer.status, typeof answer.headers['dpop-nonce']]).toEqual([200, 'string']);
    expect(errorOf(await userinfo(token, proof))).toEqual([401, 'invalid_dpop_proof']);
  });

  it.each([
    ['7.1: no proof', () => undefined],
    [
      '4.3 (12): one without the hash of the token',
      () => prover().sign({ method: 'GET', url: `${ISSUER}/userinfo` }),
    ],
    ['4.3 (12): one with the hash of another token', () => proofFor('another')],
    [
      '4.3 (12): one by another key',
      (token: string) =>
        newProver(authority.clock).sign({ method: 'GET', url: `${ISSUER}/userinfo`, accessToken: token }),
    ],
    [
      '4.3 (9): one for the token endpoint',
      (token: string) => prover().sign({ method: 'GET', url: TOKEN_URL, accessToken: token }),
    ],
  ] as const)('O23 RFC 9449 %s is refused with 401 and the scheme DPoP', async (_what, make) => {
    const token = await boundToken();
    const answer = await userinfo(token, make(token));
    expect(errorOf(answer)).toEqual([401, 'invalid_dpop_proof']);
    expect(answer.headers['www-authenticate']).toMatch(/DPoP error="invalid_dpop_proof"/);
  });

  it('RFC 9449 9: gives a nonce where the one that was sent is stale', async () => {
    const token = await boundToken();
    const answer = await userinfo(token, proofFor(token, 'stale'));
    expect(errorOf(answer)).toEqual([401, 'use_dpop_nonce']);
    expect(answer.headers['www-authenticate']).toMatch(/DPoP error="use_dpop_nonce"/);
    const nonce = String(answer.headers['dpop-nonce']);
    expect((await userinfo(token, proofFor(token, nonce))).status).toBe(200);
  });

  it('O23 RFC 9449 7.1: a bound token is no bearer token, with a proof or without', async () => {
    const token = await boundToken();
    expect(errorOf(await userinfo(token, undefined, 'Bearer'))).toEqual([401, 'invalid_token']);
    expect(errorOf(await userinfo(token, proofFor(token), 'Bearer'))).toEqual([401, 'invalid_token']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizationCode } from '../../../src/domain/oauth/grant.js';
import { OauthError } from '../../../src/domain/oauth/oauth-error.js';
import { createAuthorityKeys } from '../../../src/services/oauth/authority-keys.js';
import { randomSecret } from '../../../src/services/secrets.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  type IssuedCode,
  issueCode,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import type { OauthProcess } from '../../support/oauth-process.js';
import { OFFLINE } from '../../support/oauth-rows.js';
import { newProver } from '../../support/prover.js';
import { silentLogger } from '../../support/recording-logger.js';
import { ISSUER } from '../../support/request-handler.js';

let authority: OauthAuthority;
let client: TestClient;
const offline = { access: { ...OFFLINE, audiences: ['https://api.example'] } };

beforeAll(async () => {
  authority = await openOauthAuthority();
  client = await addClient(authority.store);
});
afterAll(() => authority.close());

const newCode = (changes: Partial<AuthorizationCode> = {}, of = client): Promise<IssuedCode> =>
  issueCode(authority.store, of, {
    issuedAt: authority.clock(),
    expiresAt: authority.clock() + 60,
    ...changes,
  });
const redeem = (
  form: Readonly<Record<string, string | undefined>>,
  headers = client.headers,
  process: OauthProcess = authority,
) => postForm(process, '/token', form, { headers });
const outcome = async (answer: ReturnType<typeof redeem>) => {
  const { status, json } = await answer;
  return status === 200 ? 200 : json['error'];
};
const isRevoked = ({ row, session }: IssuedCode) =>
  authority.store.oauth.revocations.isRevoked({
    tokenId: null,
    grantId: row.grantId,
    subject: session.personId,
    issuedAt: authority.clock(),
  });

describe('an authorization code', () => {
  it('RFC 6749 4.1.4: becomes tokens about the person who signed in', async () => {
    const { form, row, session } = await newCode();
    const { json } = await redeem(form);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'openid read' });
    expect(claimsOf(json['access_token'])).toMatchObject({
      iss: ISSUER,
      sub: session.personId,
      aud: 'https://api.example',
      client_id: client.clientId,
      scope: 'openid read',
      grant_id: row.grantId,
      auth_time: session.authenticatedAt,
      acr: session.acr,
    });
    expect(claimsOf(json['id_token'])).toMatchObject({
      sub: session.personId,
      aud: client.clientId,
      nonce: 'nonce',
      sid: session.sessionId,
      at_hash: expect.any(String),
    });
  });

  it('OIDC Core 11: gives a refresh token for openid only with offline_access', async () => {
    expect((await redeem((await newCode()).form)).json).not.toHaveProperty('refresh_token');
    expect((await redeem((await newCode(offline)).form)).json['refresh_token']).toMatch(/^rt_/);
  });

  it('gives a refresh token where nobody asks who it is, unless the client may not refresh', async () => {
    const plain = { access: { scopes: ['read'], audiences: ['https://api.example'] } };
    const { json } = await redeem((await newCode(plain)).form);
    expect(json['refresh_token']).toMatch(/^rt_/);
    expect(json).not.toHaveProperty('id_token');
    const short = await addClient(authority.store, { grantTypes: ['authorization_code'] });
    const without = await redeem((await newCode(plain, short)).form, short.headers);
    expect(without.json).not.toHaveProperty('refresh_token');
  });

  it('O6: is good for one client', async () => {
    const code = await newCode();
    const other = await addClient(authority.store);
    expect(await outcome(redeem(code.form, other.headers))).toBe('invalid_grant');
    expect(await outcome(redeem(code.form))).toBe(200);
    expect(await outcome(redeem(code.form, other.headers))).toBe('invalid_grant');
    expect(await isRevoked(code)).toBe(false);
  });

  it.each([
    ['https://client.example/cb/', 'invalid_grant'],
    ['https://CLIENT.example/cb', 'invalid_grant'],
    ['https://client.example:443/cb', 'invalid_grant'],
    [undefined, 'invalid_request'],
  ])('O6: is not redeemed with the redirect URI %s, nor used up', async (redirectUri, error) => {
    const { form } = await newCode();
    expect(await outcome(redeem({ ...form, redirect_uri: redirectUri }))).toBe(error);
    expect(await outcome(redeem(form))).toBe(200);
  });

  it('O6: is good until its last second, and no longer', async () => {
    const [inTime, late] = [await newCode(), await newCode()];
    authority.clock.advance(59);
    expect(await outcome(redeem(inTime.form))).toBe(200);
    authority.clock.advance(1);
    expect(await outcome(redeem(late.form))).toBe('invalid_grant');
  });

  it('O6: is good once; a second use revokes what the first gave, though it has ended meanwhile', async () => {
    const code = await newCode(offline);
    const { json } = await redeem(code.form);
    authority.clock.advance(100);
    expect(await isRevoked(code)).toBe(false);
    expect(await outcome(redeem({ ...code.form, code_verifier: undefined }))).toBe('invalid_grant');
    expect(await isRevoked(code)).toBe(true);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) };
    expect(await outcome(redeem(refresh))).toBe('invalid_grant');
    expect(authority.log).toContainEqual({
      level: 'warn',
      event: 'oauth_code_reused',
      fields: { client: client.clientId, grant: code.row.grantId },
    });
  });

  it('O7: gives tokens to one of fifty who redeem it at once over two processes, and they are revoked', async () => {
    const other = await authority.startProcess();
    const code = await newCode(offline);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        outcome(redeem(code.form, client.headers, index % 2 === 0 ? authority : other)),
      ),
    );
    expect(answers.sort()).toEqual([200, ...new Array(49).fill('invalid_grant')]);
    expect(await isRevoked(code)).toBe(true);
  });

  it.each([
    ['absent', undefined],
    ['of 42 characters', 'a'.repeat(42)],
    ['of 129 characters', 'a'.repeat(129)],
    ['with characters of other alphabets', `${'a'.repeat(42)}+`],
    ['with a line feed at its end', `${'a'.repeat(43)}\n`],
    ['another one', 'a'.repeat(43)],
  ])('O8: is refused with a verifier that is %s', async (_what, verifier) => {
    const { form } = await newCode();
    expect(await outcome(redeem({ ...form, code_verifier: verifier }))).toBe('invalid_grant');
    expect(await outcome(redeem(form))).toBe(200);
  });

  it('O8: survives four wrong verifiers, and dies of the fifth; those off the grammar are no tries', async () => {
    const wrong = (form: IssuedCode['form']) => redeem({ ...form, code_verifier: 'b'.repeat(43) });
    const [four, five] = [await newCode(), await newCode()];
    for (let tries = 0; tries < 4; tries += 1) await wrong(four.form);
    for (let tries = 0; tries < 9; tries += 1) await redeem({ ...four.form, code_verifier: 'b' });
    expect(await outcome(redeem(four.form))).toBe(200);
    for (let tries = 0; tries < 5; tries += 1) await wrong(five.form);
    expect(await outcome(redeem(five.form))).toBe('invalid_grant');
  });

  it('RFC 9449 10: is redeemed with the key that it is bound to only, and so are its tokens', async () => {
    const [prover, thief] = [newProver(authority.clock), newProver(authority.clock)];
    const { form } = await newCode({ dpopJkt: prover.thumbprint, ...offline });
    const signed = (by: typeof prover) => ({
      ...client.headers,
      dpop: by.sign({ method: 'POST', url: `${ISSUER}/token` }),
    });
    expect(await outcome(redeem(form))).toBe('invalid_grant');
    expect(await outcome(redeem(form, signed(thief)))).toBe('invalid_grant');
    const { json } = await redeem(form, signed(prover));
    expect(json['token_type']).toBe('DPoP');
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
  });

  it('RFC 8707 2.2: gives a token for some of the resources that were granted, never for others', async () => {
    const [api, files] = ['https://api.example', 'https://files.example'];
    const two = await addClient(authority.store, {
      access: [
        { audience: api, scopes: ['read'] },
        { audience: files, scopes: ['share'] },
      ],
    });
    const { form } = await newCode({ access: { scopes: ['read', 'share'], audiences: [api, files] } }, two);
    const other = redeem({ ...form, resource: 'https://other.example' }, two.headers);
    expect(await outcome(other)).toBe('invalid_target');
    const { json } = await redeem({ ...form, resource: files }, two.headers);
    expect(claimsOf(json['access_token'])).toMatchObject({ aud: files, scope: 'share' });
  });

  it('RFC 9068 5: gives no token by which a scope at one resource would be one at another, and is kept', async () => {
    const [api, files] = ['https://api.example', 'https://files.example'];
    const two = await addClient(authority.store, {
      access: [
        { audience: api, scopes: ['read'] },
        { audience: files, scopes: ['read', 'write'] },
      ],
    });
    const { form } = await newCode({ access: { scopes: ['read', 'write'], audiences: [api, files] } }, two);
    expect(await outcome(redeem(form, two.headers))).toBe('invalid_target');
    const { json } = await redeem({ ...form, resource: api }, two.headers);
    expect(claimsOf(json['access_token'])).toMatchObject({ aud: api, scope: 'read' });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) };
    const other = await redeem({ ...refresh, resource: files }, two.headers);
    expect(claimsOf(other.json['access_token'])).toMatchObject({ aud: files, scope: 'read write' });
  });

  it.each([
    ['missing', undefined, 'invalid_request'],
    ['unknown', randomSecret(), 'invalid_grant'],
    ['no code at all', `' OR 1=1--`, 'invalid_grant'],
    ['very long', 'a'.repeat(50_000), 'invalid_grant'],
  ])('RFC 6749 5.2: is refused when it is %s', async (_what, code, error) => {
    const { form } = await newCode();
    expect(await outcome(redeem({ ...form, code }))).toBe(error);
  });

  it('is not used up by a signature that cannot be made', async () => {
    const { store, vault, clock } = authority;
    const keys = createAuthorityKeys({ store, vault, clock, logger: silentLogger });
    const noKeys = { ...keys, sign: () => Promise.reject(new OauthError('temporarily_unavailable')) };
    const withoutKeys = await authority.startProcess({ keys: noKeys });
    const { form } = await newCode();
    expect((await redeem(form, client.headers, withoutKeys)).status).toBe(503);
    expect(await outcome(redeem(form))).toBe(200);
  });

  it('O15: of a client that was disabled meanwhile gives nothing, nor after it is back', async () => {
    const gone = await addClient(authority.store);
    const { form } = await newCode({}, gone);
    const { clients } = authority.store.oauth;
    await clients.update(gone.clientId, 1, { ...gone.client, disabled: true }, authority.clock());
    expect(await outcome(redeem(form, gone.headers))).toBe('invalid_client');
    await clients.update(gone.clientId, 2, { ...gone.client, disabled: false }, authority.clock());
    expect(await outcome(redeem(form, gone.headers))).toBe('invalid_grant');
  });
});

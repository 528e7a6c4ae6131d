import { createHmac } from 'node:crypto';
import { createJwtSigner, generateKeyPair } from 'countersign';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../src/domain/oauth/client.js';
import { createRefreshTokens } from '../../../src/services/oauth/tokens/refresh-tokens.js';
import { createTokenService } from '../../../src/services/token-service.js';
import { aClient, addBasics, addGrant } from '../../support/oauth-rows.js';
import { ISSUER } from '../../support/request-handler.js';
import { appSettings } from '../../support/settings.js';
import { NOW } from '../../support/store-rows.js';
import {
  ADA,
  anAccessTokenRequest,
  openTokenAuthority,
  type TokenAuthority,
} from '../../support/token-authority.js';

describe('the judge of tokens that come back', () => {
  let authority: TokenAuthority;
  let client: Client;
  beforeEach(async () => {
    authority = await openTokenAuthority();
    client = aClient({ accessTokenLifetimeSeconds: 300 });
    await authority.store.oauth.clients.insertOnce(client, null);
  });
  afterEach(() => authority.close());

  const issue = async (changes: Parameters<typeof anAccessTokenRequest>[0] = {}) =>
    (await authority.tokens.accessToken(anAccessTokenRequest({ client, ...changes }))).token;
  const judge = (token: string) => authority.judge.accessToken(token);
  const anIdToken = () =>
    authority.tokens.idToken({
      client,
      authentication: ADA,
      nonce: null,
      scopes: ['openid'],
      accessToken: null,
    });
  const aLogoutToken = () =>
    authority.tokens.logoutToken({ clientId: client.id, subject: 's', sessionId: null, tokenId: 'l' });

  it('reads what an access token says', async () => {
    const token = await issue({
      subject: ADA.personId,
      authentication: ADA,
      dpopJkt: 'jkt',
      tokenId: 't-1',
      access: { scopes: ['openid', 'read'], audiences: ['https://a.example', 'https://b.example'] },
    });
    expect(await judge(token)).toEqual({
      claims: expect.objectContaining({ auth_time: NOW }),
      clientId: client.id,
      subject: ADA.personId,
      tokenId: 't-1',
      scopes: ['openid', 'read'],
      audiences: ['https://a.example', 'https://b.example'],
      grantId: null,
      dpopJkt: 'jkt',
      issuedAt: NOW,
      expiresAt: NOW + 300,
    });
  });

  it('C3: finds it live until just before its end', async () => {
    const token = await issue();
    authority.clock.advance(299.9);
    expect(await judge(token)).toBeDefined();
    authority.clock.advance(0.1);
    expect(await judge(token)).toBeUndefined();
  });

  it('S14: takes a token of a process whose clock is up to 30 s ahead', async () => {
    expect(await judge(await issue({ issuedAt: NOW + 30 }))).toBeDefined();
    expect(await judge(await issue({ issuedAt: NOW + 31 }))).toBeUndefined();
  });

  it('O21: refuses it when the token, its grant or its subject was revoked', async () => {
    const { revocations } = authority.store.oauth;
    const token = await issue({ tokenId: 't-1' });
    expect(await judge(token)).toBeDefined();
    await revocations.append({ kind: 'token', tokenId: 't-1', expiresAt: NOW + 300 });
    expect(await judge(token)).toBeUndefined();

    const basics = await addBasics(authority.store);
    const grant = await addGrant(authority.store, basics);
    const ofGrant = await issue({ client: basics.client, grantId: grant.id });
    expect(await judge(ofGrant)).toMatchObject({ grantId: grant.id });
    await authority.store.oauth.grants.revoke(grant.id, NOW);
    expect(await judge(ofGrant)).toBeUndefined();

    const [early, late] = [await issue({ issuedAt: NOW - 1 }), await issue({ issuedAt: NOW })];
    await revocations.append({ kind: 'subject', subject: client.id, before: NOW, expiresAt: NOW + 300 });
    expect(await judge(early)).toBeUndefined();
    expect(await judge(late)).toBeDefined();
  });

  it('O15: refuses it when its client is disabled or gone', async () => {
    const token = await issue();
    await authority.store.oauth.clients.update(client.id, 1, { ...client, disabled: true }, NOW);
    expect(await judge(token)).toBeUndefined();
    expect(await judge(await issue({ client: aClient() }))).toBeUndefined();
  });

  it('K8: refuses it when its key was withdrawn, and not when the key was rotated', async () => {
    const [key] = await authority.keys.list();
    const token = await issue();
    await authority.keys.rotate({ force: true });
    expect(await judge(token)).toBeDefined();
    await authority.keys.withdraw(key?.kid ?? '');
    expect(await judge(token)).toBeUndefined();
    expect(await judge(await issue())).toBeDefined();
  });

  it('J28: takes no other kind of token, though the same key signed it', async () => {
    const { store, vault, clock } = authority;
    const app = await authority.apps.create(appSettings({ algorithm: 'ES256' }));
    const mailTokens = createTokenService({ store, vault, clock, issuer: ISSUER });
    const others = [
      await anIdToken(),
      await aLogoutToken(),
      await mailTokens.issueIdToken(app, { email: 'ada@example.com' }),
      createRefreshTokens(vault).format({ id: 'g', generation: 0 }),
      await authority.keys.sign('at+jwt', { iss: `${ISSUER}/other`, sub: 's', exp: NOW + 60 }),
      await authority.keys.sign('at+jwt', { iss: ISSUER, sub: 's', exp: NOW + 60 }),
    ];
    for (const token of others) expect(await judge(token)).toBeUndefined();
    const good = { iss: ISSUER, sub: 's', aud: 'a', client_id: client.id, jti: 'j', exp: NOW + 60 };
    expect(await judge(await authority.keys.sign('at+jwt', good))).toBeDefined();
    const odd = [
      { scope: 'a  b' },
      { grant_id: 1 },
      { cnf: { 'x5t#S256': 'x' } },
      { cnf: null },
      { sub: '' },
    ];
    for (const claims of odd)
      expect(await judge(await authority.keys.sign('at+jwt', { ...good, ...claims }))).toBeUndefined();
  });

  it.each(['', '.', '..', 'a.b.c', 'x'.repeat(100_000), 'eyJhbGciOiJub25lIn0.e30.'])(
    'J17: %.20s is not live, and no error',
    async (text) => {
      expect(await judge(text)).toBeUndefined();
      expect(await authority.judge.idTokenHint(text)).toBeUndefined();
    },
  );

  it('J1, J4: takes no token that somebody else signed', async () => {
    const [header = '', claims = ''] = (await issue()).split('.');
    const kid = (await authority.keys.list())[0]?.kid ?? '';
    const { privateKey } = generateKeyPair('ES256', { kid });
    const payload = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const { json } = await authority.keys.publicKeySet();
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const keyedByPublic = (signed: string) =>
      `${signed}.${createHmac('sha256', json).update(signed).digest('base64url')}`;
    const forged = [
      `${header}.${claims}.`,
      `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${claims}.`,
      keyedByPublic(`${header}.${claims}`),
      keyedByPublic(`${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${claims}`),
      createJwtSigner({ key: privateKey, type: 'at+jwt' }).sign(payload),
    ];
    for (const token of forged) expect(await judge(token)).toBeUndefined();
  });

  it('is told when the store cannot say: undecidable is never "not live"', async () => {
    const token = await issue();
    const other = await openTokenAuthority();
    await other.close();
    await expect(other.judge.accessToken(token)).rejects.toThrow();
  });

  describe('of ID tokens as hints', () => {
    it('O28: reads one that was signed here, also when it has expired and its key is no longer current', async () => {
      const token = await anIdToken();
      const hint = { clientId: client.id, subject: ADA.personId, sessionId: ADA.sessionId };
      expect(await authority.judge.idTokenHint(token)).toEqual(hint);
      await authority.keys.rotate({ force: true });
      authority.clock.advance(80_000);
      expect(await authority.judge.idTokenHint(token)).toEqual(hint);
    });

    it('O28, J28: takes nothing else for one', async () => {
      const { store, vault, clock } = authority;
      const app = await authority.apps.create(appSettings({ algorithm: 'ES256' }));
      const mailTokens = createTokenService({ store, vault, clock, issuer: ISSUER });
      const good = { iss: ISSUER, sub: 's', aud: 'c', azp: 'c', exp: NOW };
      const sign = (claims: object) => authority.keys.sign('JWT', { ...good, ...claims });
      expect(await authority.judge.idTokenHint(await sign({}))).toEqual({
        clientId: 'c',
        subject: 's',
        sessionId: null,
      });
      const others = [
        await issue(),
        await aLogoutToken(),
        await mailTokens.issueIdToken(app, { email: 'ada@example.com' }),
        await sign({ iss: `${ISSUER}/authority` }),
        await sign({ aud: ['c'] }),
        await sign({ azp: 'd' }),
        await sign({ sid: 1 }),
        await sign({ sub: '' }),
      ];
      for (const token of others) expect(await authority.judge.idTokenHint(token)).toBeUndefined();
      const [header, , signature] = (await anIdToken()).split('.');
      const claims = Buffer.from(JSON.stringify(good)).toString('base64url');
      expect(await authority.judge.idTokenHint(`${header}.${claims}.${signature}`)).toBeUndefined();
    });
  });
});

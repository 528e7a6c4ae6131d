import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { createJwtSigner } from 'countersign';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/domain/app.js';
import { hashSecret } from '../../src/services/secrets.js';
import { openPrivateKey } from '../../src/services/stored-keys.js';
import { createTokenService } from '../../src/services/token-service.js';
import { verifyLikeNodeClient, verifyLikePythonClient } from '../support/original-clients.js';
import { openTestServices, TEST_ISSUER, TEST_ORIGIN, type TestServices } from '../support/services.js';

const ADA = { email: 'ada@example.com' };

const decode = (token: string, part: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString());

describe('ID tokens', () => {
  let services: TestServices;
  let app: App;
  beforeAll(async () => {
    services = await openTestServices();
    app = await services.createApp();
  });
  afterAll(() => services.close());

  const keysOf = async (of: App) => JSON.parse((await services.tokens.publicKeySet(of)).json);

  it('JAM-19, JAM-20: have exactly the header and the claims of the original service', async () => {
    services.clock.advance(0.75);
    const token = await services.tokens.issueIdToken(app, ADA);
    const nowSeconds = Math.floor(services.clock());
    expect(nowSeconds).not.toBe(services.clock());
    const { keys } = await keysOf(app);
    expect(Object.entries(decode(token, 0))).toEqual([
      ['alg', 'ES512'],
      ['typ', 'JWT'],
      ['kid', keys[0].kid],
    ]);
    expect(decode(token, 1)).toEqual({
      email: 'ada@example.com',
      sub: 'ada@example.com',
      aud: app.id,
      iss: `${TEST_ISSUER}/${app.id}`,
      jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      token_use: 'id',
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + 1800,
    });
  });

  it('have an id of their own each, and live as long as the app says', async () => {
    const short = await services.createApp({ algorithm: 'ES256', idTokenLifetimeSeconds: 60 });
    const [one, two] = await Promise.all([
      services.tokens.issueIdToken(short, ADA),
      services.tokens.issueIdToken(short, ADA),
    ]);
    const [first, second] = [decode(one, 1), decode(two, 1)];
    expect(first['jti']).not.toBe(second['jti']);
    expect(Number(first['exp']) - Number(first['iat'])).toBe(60);
  });

  it('JAM-6, JAM-20: pass the original clients and jose from the second they are issued until they expire', async () => {
    const token = await services.tokens.issueIdToken(app, ADA);
    const jwks = await keysOf(app);
    const issuedAt = Math.floor(services.clock());
    const expected = { appId: app.id, issuer: `${TEST_ISSUER}/${app.id}` };
    for (const nowSeconds of [issuedAt, issuedAt + 1799]) {
      expect(verifyLikeNodeClient(token, jwks, { ...expected, nowSeconds })).toBe(ADA.email);
      expect(verifyLikePythonClient(token, jwks, nowSeconds)).toBe(ADA.email);
      const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
        algorithms: ['ES512'],
        audience: app.id,
        issuer: expected.issuer,
        typ: 'JWT',
        clockTolerance: 0,
        currentDate: new Date(nowSeconds * 1000),
      });
      expect(payload.sub).toBe(ADA.email);
    }
    expect(() => verifyLikeNodeClient(token, jwks, { ...expected, nowSeconds: issuedAt + 1800 })).toThrow(
      /expired/,
    );
    expect(() => verifyLikePythonClient(token, jwks, issuedAt + 1800)).toThrow(/expired/);
  });

  it.each([['ES256'], ['EdDSA']] as const)('of apps with %s pass jose', async (algorithm) => {
    const other = await services.createApp({ algorithm });
    const token = await services.tokens.issueIdToken(other, ADA);
    expect(decodeProtectedHeader(token).alg).toBe(algorithm);
    await jwtVerify(token, createLocalJWKSet(await keysOf(other)), {
      algorithms: [algorithm],
      audience: other.id,
      issuer: `${TEST_ISSUER}/${other.id}`,
      currentDate: new Date(services.clock() * 1000),
    });
    expect(await services.tokens.verifyIdToken(other, token)).toEqual(ADA);
  });

  it('JAM-8: verified by us, are good until the second they expire, without tolerance', async () => {
    const token = await services.tokens.issueIdToken(app, ADA);
    const expiresAt = Number(decode(token, 1)['exp']);
    services.clock.advance(expiresAt - services.clock() - 0.001);
    expect(await services.tokens.verifyIdToken(app, token)).toEqual(ADA);
    services.clock.advance(0.001);
    await expect(services.tokens.verifyIdToken(app, token)).rejects.toMatchObject({
      code: 'invalid_id_token',
      status: 401,
    });
  });

  it.each([
    ['nothing', undefined],
    ['a number', 7],
    ['an array', ['a.b.c']],
    ['no text', ''],
    ['one part', 'abc'],
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['a million dots', '.'.repeat(1_000_000)],
  ])('JAM-8: %s is malformed: 400', async (_title, input) => {
    await expect(services.tokens.verifyIdToken(app, input)).rejects.toMatchObject({
      code: 'malformed_token',
      status: 400,
    });
  });

  it('JAM-8: three parts that are no token of this app are refused as one: 401', async () => {
    const token = await services.tokens.issueIdToken(app, ADA);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const otherApp = await services.createApp();
    const elsewhere = createTokenService({
      store: services.store,
      vault: services.vault,
      clock: services.clock,
      issuer: 'https://elsewhere.example',
    });
    const changed = { ...decode(token, 1), email: 'eve@example.com' };
    const bad = [
      '..',
      'a.b.c',
      `${header}.${payload}.`,
      `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`,
      `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`,
      ` ${token}`,
      `${token}=`,
      await services.tokens.issueIdToken(otherApp, ADA),
      await elsewhere.issueIdToken(app, ADA),
      signedByStranger(decode(token, 0), decode(token, 1)),
    ];
    for (const input of bad) {
      const refusal = services.tokens.verifyIdToken(app, input);
      await expect(refusal).rejects.toMatchObject({
        code: 'invalid_id_token',
        status: 401,
        message: 'ID token is invalid',
      });
    }
  });

  /** Right in everything but the key. */
  function signedByStranger(header: object, claims: object): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
    const input = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha512', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  }

  it('M17: a token of our own key for another use is no ID token', async () => {
    const [current] = await services.store.signingKeys.list(app.id);
    if (current === undefined) throw new Error('no current key');
    const signer = createJwtSigner({ key: openPrivateKey(services.vault, current) });
    const idClaims = decode(await services.tokens.issueIdToken(app, ADA), 1);
    expect(await services.tokens.verifyIdToken(app, signer.sign(idClaims))).toEqual(ADA);
    const { token_use: _use, ...withoutUse } = idClaims;
    const { email: _email, ...withoutEmail } = idClaims;
    for (const claims of [
      { ...idClaims, token_use: 'access' },
      { ...idClaims, token_use: ['id'] },
      withoutUse,
      withoutEmail,
      { ...idClaims, email: 7 },
    ]) {
      const refusal = services.tokens.verifyIdToken(app, signer.sign(claims));
      await expect(refusal).rejects.toMatchObject({ code: 'invalid_id_token' });
    }
    const accessToken = createJwtSigner({ key: openPrivateKey(services.vault, current), type: 'at+jwt' });
    const refusal = services.tokens.verifyIdToken(app, accessToken.sign(idClaims));
    await expect(refusal).rejects.toMatchObject({ code: 'invalid_id_token' });
  });

  it('S18: a flood of them to verify is refused beyond a limit, and keeps nobody from being issued one', async () => {
    const small = await services.createApp({ algorithm: 'ES256' });
    const token = await services.tokens.issueIdToken(small, ADA);
    const forged = `${token.slice(0, -86)}${'A'.repeat(86)}`;
    const flood = Array.from({ length: 501 }, () => services.tokens.verifyIdToken(small, forged));
    const issued = services.tokens.issueIdToken(small, ADA);
    const reasons = (await Promise.allSettled(flood)).map(
      (one) => one.status === 'rejected' && one.reason.code,
    );
    expect(reasons.filter((code) => code === 'invalid_id_token')).toHaveLength(500);
    expect(reasons.filter((code) => code === 'unavailable')).toHaveLength(1);
    expect(await services.tokens.verifyIdToken(small, await issued)).toEqual(ADA);
  });

  it('of an app that is gone cannot be issued or verified', async () => {
    const gone = await services.createApp({ algorithm: 'ES256' });
    const token = await services.tokens.issueIdToken(gone, ADA);
    await services.apps.delete(gone.id);
    services.clock.advance(5);
    const unknown = { code: 'unknown_app' };
    await expect(services.tokens.issueIdToken(gone, ADA)).rejects.toMatchObject(unknown);
    await expect(services.tokens.verifyIdToken(gone, token)).rejects.toMatchObject(unknown);
    await expect(services.tokens.publicKeySet(gone)).rejects.toMatchObject(unknown);
  });
});

describe('refresh tokens', () => {
  let services: TestServices;
  let app: App;
  beforeAll(async () => {
    services = await openTestServices();
    app = await services.createApp({ algorithm: 'ES256', allowRefresh: true, mailsPerHour: 1000 });
  });
  afterAll(() => services.close());

  async function signIn(email: string, to: App = app): Promise<{ idToken: string; refreshToken: string }> {
    await services.signIn.start(to, email, { ...TEST_ORIGIN, clientIp: randomUUID() });
    const finished = await services.signIn.finishWithLink(to, services.mail.last().linkSecret, null);
    if (finished?.delivery.kind !== 'tokens') throw new Error('no tokens');
    return { idToken: finished.delivery.idToken, refreshToken: finished.delivery.refreshToken ?? '' };
  }

  it('JAM-9: give a new ID token each time and stay the same', async () => {
    const { refreshToken } = await signIn('ada@example.com');
    for (let use = 0; use < 3; use++) {
      services.clock.advance(60);
      const { idToken, ...rest } = await services.tokens.refresh(app, refreshToken);
      expect(rest).toEqual({});
      expect(decode(idToken, 1)['iat']).toBe(Math.floor(services.clock()));
      expect(await services.tokens.verifyIdToken(app, idToken)).toEqual({ email: 'ada@example.com' });
    }
  });

  it('JAM-9: live until the second the app says: 401 from then on', async () => {
    const brief = await services.createApp({
      algorithm: 'ES256',
      allowRefresh: true,
      refreshTokenLifetimeSeconds: 3600,
    });
    const { refreshToken } = await signIn('brief@example.com', brief);
    services.clock.advance(3599);
    await services.tokens.refresh(brief, refreshToken);
    services.clock.advance(1);
    await expect(services.tokens.refresh(brief, refreshToken)).rejects.toMatchObject({
      code: 'invalid_refresh_token',
      status: 401,
    });
  });

  it('JAM-9: are refused with 400 where the app does not allow them, before anything is looked at', async () => {
    const without = await services.createApp({ algorithm: 'ES256' });
    const { refreshToken } = await signIn('none@example.com', without);
    expect(refreshToken).toBe('');
    for (const input of [randomBytes(32).toString('base64url'), undefined]) {
      await expect(services.tokens.refresh(without, input)).rejects.toMatchObject({
        code: 'refresh_not_allowed',
        status: 400,
      });
    }
  });

  it('JAM-9: no longer work once the app does not allow them any more', async () => {
    const changing = await services.createApp({ algorithm: 'ES256', allowRefresh: true });
    const { refreshToken } = await signIn('ada@example.com', changing);
    const changed = await services.apps.update(changing.id, { allowRefresh: false });
    await expect(services.tokens.refresh(changed, refreshToken)).rejects.toMatchObject({
      code: 'refresh_not_allowed',
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['no text', ''],
    ['42 characters', 'A'.repeat(42)],
    ['44 characters', 'A'.repeat(44)],
    ['SQL', "' OR 1=1--"],
    ['an ID token', 'eyJhbGciOiJFUzUxMiJ9.e30.AA'],
  ])('JAM-9, S8: %s is malformed: 400', async (_title, input) => {
    await expect(services.tokens.refresh(app, input)).rejects.toMatchObject({
      code: 'malformed_token',
      status: 400,
    });
  });

  it('JAM-9: that never were, or are of another app, are unknown: 404', async () => {
    const other = await services.createApp({ algorithm: 'ES256', allowRefresh: true });
    const { refreshToken } = await signIn('ada@example.com', other);
    for (const input of [randomBytes(32).toString('base64url'), refreshToken]) {
      await expect(services.tokens.refresh(app, input)).rejects.toMatchObject({
        code: 'unknown_refresh_token',
        status: 404,
      });
    }
  });

  it('JAM-10: can be deleted by their person, twice as well, and no longer work: 401', async () => {
    const { refreshToken } = await signIn('Grace@example.com');
    const person = { email: 'grace@example.com' };
    await services.tokens.deleteRefreshToken(app, person, refreshToken);
    await services.tokens.deleteRefreshToken(app, person, refreshToken);
    await expect(services.tokens.refresh(app, refreshToken)).rejects.toMatchObject({
      code: 'invalid_refresh_token',
      status: 401,
    });
  });

  it('JAM-10: of somebody else, unknown or malformed ones cannot be deleted: 404', async () => {
    const { refreshToken } = await signIn('ada@example.com');
    const eve = { email: 'eve@example.com' };
    await signIn(eve.email);
    for (const input of [refreshToken, randomBytes(32).toString('base64url'), 'x', '']) {
      await expect(services.tokens.deleteRefreshToken(app, eve, input)).rejects.toMatchObject({
        code: 'unknown_refresh_token',
        status: 404,
      });
    }
    await services.tokens.refresh(app, refreshToken);
  });

  it('JAM-11: all of one person in one app can be deleted at once, and nobody else loses any', async () => {
    const person = { email: 'many@example.com' };
    const own = [await signIn(person.email), await signIn(person.email)];
    const [others] = [await signIn('other@example.com')];
    await services.tokens.deleteAllRefreshTokens(app, person);
    await services.tokens.deleteAllRefreshTokens(app, person);
    for (const { refreshToken } of own) {
      await expect(services.tokens.refresh(app, refreshToken)).rejects.toMatchObject({ status: 401 });
    }
    await services.tokens.refresh(app, others?.refreshToken);
    await services.tokens.deleteAllRefreshTokens(app, { email: 'nobody@example.com' });
  });

  it('M14: reach the store as SHA-256 only', async () => {
    const { refreshToken } = await signIn('hash@example.com');
    const used = await services.store.refreshTokens.use(app.id, hashSecret(refreshToken), services.clock());
    expect(used).toMatchObject({ outcome: 'valid' });
    const raw = await services.store.refreshTokens.use(app.id, refreshToken, services.clock());
    expect(raw).toEqual({ outcome: 'unknown' });
  });
});

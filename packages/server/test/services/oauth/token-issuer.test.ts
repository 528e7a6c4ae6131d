import { createHash } from 'node:crypto';
import { createAccessTokenVerifier } from 'countersign/access-token';
import { compactVerify, createLocalJWKSet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNING_ALGORITHMS } from '../../../src/domain/app.js';
import { aClient } from '../../support/oauth-rows.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';
import {
  ADA,
  anAccessTokenRequest,
  openTokenAuthority,
  partsOf,
  type TokenAuthority,
} from '../../support/token-authority.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DAY = 86_400;

describe('tokens of the authority', () => {
  let authority: TokenAuthority;
  beforeAll(async () => {
    authority = await openTokenAuthority();
  });
  afterAll(() => authority.close());

  const accessToken = async (changes: Parameters<typeof anAccessTokenRequest>[0] = {}) => {
    const issued = await authority.tokens.accessToken(anAccessTokenRequest(changes));
    return { ...issued, ...partsOf(issued.token) };
  };
  const idToken = (changes: Partial<Parameters<typeof authority.tokens.idToken>[0]> = {}) =>
    authority.tokens.idToken({
      client: aClient({ id: 'client_1' }),
      authentication: ADA,
      nonce: null,
      scopes: ['openid'],
      accessToken: null,
      ...changes,
    });

  describe('access tokens', () => {
    it('of a client that acts for itself are in the profile of RFC 9068, and say nothing of a person', async () => {
      const client = aClient({ id: 'client_1', accessTokenLifetimeSeconds: 300 });
      const { header, claims, tokenId, expiresAt, expiresIn } = await accessToken({ client });
      expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.stringMatching(UUID) });
      expect(claims).toEqual({
        iss: ISSUER,
        sub: 'client_1',
        aud: 'https://api.example',
        client_id: 'client_1',
        iat: NOW,
        exp: NOW + 300,
        jti: expect.stringMatching(UUID),
        scope: 'read',
      });
      expect({ tokenId, expiresAt, expiresIn }).toEqual({
        tokenId: claims['jti'],
        expiresAt: NOW + 300,
        expiresIn: 300,
      });
    });

    it('of a person say when and how that person signed in, and the grant', async () => {
      const { claims } = await accessToken({
        subject: ADA.personId,
        authentication: { ...ADA, authenticatedAt: NOW - 0.5 },
        grantId: 'grant-1',
        dpopJkt: 'thumbprint',
        actor: { sub: 'svc', client_id: 'svc' },
        access: { scopes: ['openid', 'read'], audiences: ['https://a.example', 'https://b.example'] },
      });
      expect(claims).toMatchObject({
        sub: ADA.personId,
        aud: ['https://a.example', 'https://b.example'],
        scope: 'openid read',
        auth_time: NOW - 1,
        acr: ADA.acr,
        amr: ADA.amr,
        grant_id: 'grant-1',
        cnf: { jkt: 'thumbprint' },
        act: { sub: 'svc', client_id: 'svc' },
      });
      expect(claims).not.toHaveProperty('email');
    });

    it('for no resource are for the authority itself, and without scopes have no scope', async () => {
      const { claims } = await accessToken({ access: { scopes: [], audiences: [] } });
      expect(claims['aud']).toBe(ISSUER);
      expect(claims).not.toHaveProperty('scope');
    });

    it('O13: of one id and instant are the same but for the signature, and expire in less time', async () => {
      const client = aClient({ accessTokenLifetimeSeconds: 300 });
      const same = { client, tokenId: 'one', issuedAt: NOW - 8 };
      const [first, second] = [await accessToken(same), await accessToken(same)];
      expect(second.claims).toEqual(first.claims);
      expect(first).toMatchObject({ tokenId: 'one', expiresAt: NOW + 292, expiresIn: 292 });
      expect((await accessToken({ client, issuedAt: NOW - 300 })).expiresIn).toBe(0);
      expect((await accessToken({ client, issuedAt: NOW - 301 })).expiresIn).toBe(0);
    });

    it.each([
      [NOW + 299, NOW + 299],
      [NOW + 299.9, NOW + 299],
      [NOW + 300, NOW + 300],
      [NOW + 301, NOW + 300],
    ])('that must not outlive %d expire at %d', async (expiresNoLaterThan, expiresAt) => {
      const client = aClient({ accessTokenLifetimeSeconds: 300 });
      expect((await accessToken({ client, expiresNoLaterThan })).claims['exp']).toBe(expiresAt);
    });

    it('never outlive the keys they are signed with', async () => {
      const client = aClient({ accessTokenLifetimeSeconds: DAY + 1, idTokenLifetimeSeconds: DAY + 1 });
      expect((await accessToken({ client })).claims['exp']).toBe(NOW + DAY);
      expect(partsOf(await idToken({ client })).claims['exp']).toBe(NOW + DAY);
    });

    it.each(SIGNING_ALGORITHMS)('under %s verify by this library and by jose', async (algorithm) => {
      const other = await openTokenAuthority(algorithm);
      const { token } = await other.tokens.accessToken(anAccessTokenRequest());
      const jwks = JSON.parse((await other.keys.publicKeySet()).json);
      await compactVerify(token, createLocalJWKSet(jwks));
      const verifier = createAccessTokenVerifier({
        keys: (await other.keys.verificationKeys()) as Parameters<
          typeof createAccessTokenVerifier
        >[0]['keys'],
        issuer: ISSUER,
        audience: 'https://api.example',
        algorithms: SIGNING_ALGORITHMS,
        clock: other.clock,
      });
      expect((await verifier.verifyAsync(token)).scopes).toEqual(['read']);
      await other.close();
    });
  });

  describe('ID tokens', () => {
    it('say who signed in to which client, when and how', async () => {
      const { header, claims } = partsOf(await idToken({ nonce: 'n-1' }));
      expect(header['typ']).toBe('JWT');
      expect(claims).toEqual({
        iss: ISSUER,
        sub: ADA.personId,
        aud: 'client_1',
        azp: 'client_1',
        iat: NOW,
        exp: NOW + 600,
        sid: ADA.sessionId,
        auth_time: NOW,
        acr: ADA.acr,
        amr: ADA.amr,
        nonce: 'n-1',
      });
    });

    it('say the address only where the scope email was granted', async () => {
      expect(partsOf(await idToken()).claims).not.toHaveProperty('email');
      const { claims } = partsOf(await idToken({ scopes: ['openid', 'email'] }));
      expect(claims).toMatchObject({ email: 'ada@example.com', email_verified: true });
    });

    it('are issued as of the instant given', async () => {
      const { claims } = partsOf(await idToken({ issuedAt: NOW - 7 }));
      expect(claims).toMatchObject({ iat: NOW - 7, exp: NOW + 593 });
    });

    it.each([
      ['ES256', 'sha256'],
      ['RS256', 'sha256'],
      ['PS256', 'sha256'],
      ['ES384', 'sha384'],
      ['ES512', 'sha512'],
      ['EdDSA', 'sha512'],
    ] as const)('under %s name the access token by half of its %s', async (algorithm, hash) => {
      const other = await openTokenAuthority(algorithm);
      const { token } = await other.tokens.accessToken(anAccessTokenRequest());
      const digest = createHash(hash).update(token, 'ascii').digest();
      const made = await other.tokens.idToken({
        client: aClient(),
        authentication: ADA,
        nonce: null,
        scopes: ['openid'],
        accessToken: token,
      });
      expect(partsOf(made).claims['at_hash']).toBe(
        digest.subarray(0, digest.length / 2).toString('base64url'),
      );
      await other.close();
    });
  });

  describe('logout tokens', () => {
    it('are in the form of Back-Channel Logout section 2.4: short, of their own type, without a nonce', async () => {
      const request = { clientId: 'client_1', subject: ADA.personId, sessionId: 's-1', tokenId: 'l-1' };
      const { header, claims } = partsOf(await authority.tokens.logoutToken(request));
      expect(header['typ']).toBe('logout+jwt');
      expect(claims).toEqual({
        iss: ISSUER,
        sub: ADA.personId,
        aud: 'client_1',
        iat: NOW,
        exp: NOW + 120,
        jti: 'l-1',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        sid: 's-1',
      });
      const everywhere = await authority.tokens.logoutToken({ ...request, sessionId: null });
      expect(partsOf(everywhere).claims).not.toHaveProperty('sid');
    });
  });
});

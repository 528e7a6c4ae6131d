import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/domain/app.js';
import {
  type PublishedKeys,
  verifyLikeNodeClient,
  verifyLikePythonClient,
} from '../support/original-clients.js';
import { openTestServices, TEST_ISSUER, type TestProcess, type TestServices } from '../support/services.js';

const ADA = { email: 'ada@example.com' };
/** How old a process's list of keys may be. */
const LIST_AGE_SECONDS = 5;
const MARGIN_SECONDS = 300;

describe('signing keys of an app', () => {
  let services: TestServices;
  beforeAll(async () => {
    services = await openTestServices();
  });
  afterAll(() => services.close());

  async function published(app: App, by: TestProcess = services): Promise<PublishedKeys> {
    return JSON.parse((await by.tokens.publicKeySet(app)).json);
  }
  const kidsOf = ({ keys }: PublishedKeys) => keys.map(({ kid }) => kid);
  function kidOf(token: string): string {
    return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
  }
  function expectBothClientsAccept(token: string, jwks: PublishedKeys, app: App): void {
    const nowSeconds = services.clock();
    const expected = { appId: app.id, issuer: `${TEST_ISSUER}/${app.id}`, nowSeconds };
    expect(verifyLikeNodeClient(token, jwks, expected)).toBe(ADA.email);
    expect(verifyLikePythonClient(token, jwks, nowSeconds)).toBe(ADA.email);
  }

  it('JAM-5, JAM-20: are published with the members the original clients read, the signing key first', async () => {
    const app = await services.createApp();
    const jwks = await published(app);
    expect(jwks.keys).toHaveLength(2);
    for (const key of jwks.keys) {
      expect(key).toEqual({
        kty: 'EC',
        crv: 'P-521',
        x: expect.stringMatching(/^[\w-]{88}$/),
        y: expect.stringMatching(/^[\w-]{88}$/),
        kid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        alg: 'ES512',
        use: 'sig',
      });
    }
    const token = await services.tokens.issueIdToken(app, ADA);
    expect(kidOf(token)).toBe(jwks.keys[0]?.kid);
    expectBothClientsAccept(token, jwks, app);
  });

  it('O29: nothing private is published, whatever a row holds', async () => {
    const app = await services.createApp({ algorithm: 'EdDSA' });
    const { json } = await services.tokens.publicKeySet(app);
    expect(json).not.toMatch(/"(?:d|k|p|q|dp|dq|qi)"/);
    for (const { sealedPrivateKey } of await services.store.signingKeys.list(app.id)) {
      expect(json).not.toContain(sealedPrivateKey);
      expect(Buffer.from(sealedPrivateKey, 'base64url').toString('latin1')).not.toContain('PRIVATE KEY');
    }
  });

  it('JAM-20: after a rotation the signing key is first again, and tokens of the old one stay good', async () => {
    const app = await services.createApp();
    const before = await published(app);
    const old = await services.tokens.issueIdToken(app, ADA);
    const rotated = await services.apps.rotateKeys(app.id);
    services.clock.advance(LIST_AGE_SECONDS);
    const after = await published(app);
    expect(rotated.currentKid).toBe(before.keys[1]?.kid);
    expect(kidsOf(after)).toEqual([rotated.currentKid, rotated.nextKid, before.keys[0]?.kid]);
    const token = await services.tokens.issueIdToken(app, ADA);
    expect(kidOf(token)).toBe(rotated.currentKid);
    expectBothClientsAccept(token, after, app);
    // Who fetched the keys before the rotation knows the new signing key already.
    expectVerifiesWith(token, before, app);
    expectVerifiesWith(old, after, app);
    expect(await services.tokens.verifyIdToken(app, old)).toEqual(ADA);
  });

  function expectVerifiesWith(token: string, jwks: PublishedKeys, app: App): void {
    const expected = { appId: app.id, issuer: `${TEST_ISSUER}/${app.id}`, nowSeconds: services.clock() };
    expect(verifyLikeNodeClient(token, jwks, expected)).toBe(ADA.email);
  }

  it('a retired key is published until the last token it signed has expired, and not for ever', async () => {
    const app = await services.createApp({ idTokenLifetimeSeconds: 600 });
    const [old] = kidsOf(await published(app));
    await services.apps.rotateKeys(app.id);
    const atRotation = services.clock();
    services.clock.advance(LIST_AGE_SECONDS - 0.1); // Another process may sign with it for so long.
    const last = await services.tokens.issueIdToken(app, ADA);
    expect(kidOf(last)).toBe(old);
    services.clock.advance(atRotation + 600 - services.clock());
    expect(kidsOf(await published(app))).toContain(old);
    expect(await services.tokens.verifyIdToken(app, last)).toEqual(ADA);
    services.clock.advance(MARGIN_SECONDS - 0.1);
    expect(kidsOf(await published(app))).toContain(old);
    services.clock.advance(LIST_AGE_SECONDS + 0.1);
    expect(kidsOf(await published(app))).not.toContain(old);
  });

  it('every process signs with the new key after five seconds at the latest, and takes tokens of both before', async () => {
    const other = await services.startProcess();
    const app = await services.createApp();
    await published(app, other);
    await services.tokens.publicKeySet(app);
    const { currentKid } = await services.apps.rotateKeys(app.id);
    const third = await services.startProcess();
    const early = await third.tokens.issueIdToken(app, ADA);
    expect(kidOf(early)).toBe(currentKid);
    expect(await other.tokens.verifyIdToken(app, early)).toEqual(ADA);
    const late = await other.tokens.issueIdToken(app, ADA);
    expect(kidOf(late)).not.toBe(currentKid);
    expect(await third.tokens.verifyIdToken(app, late)).toEqual(ADA);
    services.clock.advance(LIST_AGE_SECONDS);
    expect(kidOf(await other.tokens.issueIdToken(app, ADA))).toBe(currentKid);
  });

  it('of rotations that race between processes one happens and the others are refused', async () => {
    const other = await services.startProcess();
    const app = await services.createApp({ algorithm: 'ES256' });
    const results = await Promise.allSettled(
      [services, other, services, other].map(({ apps }) => apps.rotateKeys(app.id)),
    );
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refusals).toHaveLength(3);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'conflict', status: 409 });
    const states = (await services.store.signingKeys.list(app.id)).map(({ state }) => state);
    expect(states).toEqual(['current', 'next', 'previous']);
  });

  it.each([['ES256'], ['EdDSA']] as const)(
    'a change of algorithm to %s replaces the keys, and old tokens stay good',
    async (algorithm) => {
      const app = await services.createApp();
      const old = await services.tokens.issueIdToken(app, ADA);
      const changed = await services.apps.update(app.id, { algorithm });
      services.clock.advance(LIST_AGE_SECONDS);
      const jwks = await published(changed);
      expect(jwks.keys.map((key) => key['alg'])).toEqual([algorithm, algorithm, 'ES512']);
      const token = await services.tokens.issueIdToken(changed, ADA);
      expect(kidOf(token)).toBe(jwks.keys[0]?.kid);
      expect(await services.tokens.verifyIdToken(changed, token)).toEqual(ADA);
      expect(await services.tokens.verifyIdToken(changed, old)).toEqual(ADA);
    },
  );

  it('a rotation repairs keys that a change of algorithm left behind when it was cut short', async () => {
    const app = await services.createApp();
    await services.store.apps.update(app.id, 1, { ...app, algorithm: 'ES256' }, services.clock());
    await services.apps.rotateKeys(app.id);
    const keys = await services.store.signingKeys.list(app.id);
    expect(keys.map(({ state, algorithm }) => `${state} ${algorithm}`)).toEqual([
      'current ES256',
      'next ES256',
      'previous ES512',
    ]);
  });

  it('the key set has one ETag for as long as it is the same, in every process', async () => {
    const app = await services.createApp();
    const { etag } = await services.tokens.publicKeySet(app);
    services.clock.advance(LIST_AGE_SECONDS);
    expect((await services.tokens.publicKeySet(app)).etag).toBe(etag);
    expect((await (await services.startProcess()).tokens.publicKeySet(app)).etag).toBe(etag);
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    await services.apps.rotateKeys(app.id);
    services.clock.advance(LIST_AGE_SECONDS);
    expect((await services.tokens.publicKeySet(app)).etag).not.toBe(etag);
  });

  it('S7: a private key that was moved to another app or key id does not open', async () => {
    const [one, two] = [
      await services.createApp({ algorithm: 'ES256' }),
      await services.createApp({ algorithm: 'ES256' }),
    ];
    const [moved] = await services.store.signingKeys.list(one.id);
    await services.store.signingKeys.replaceAll(two.id, {
      expectedCurrentKid: (await services.store.signingKeys.list(two.id))[0]?.kid ?? '',
      retiresAt: services.clock(),
      keys: [
        { ...moved, kid: 'c0ffee00-0000-4000-8000-000000000000', appId: two.id } as NonNullable<typeof moved>,
      ],
    });
    await expect((await services.startProcess()).tokens.issueIdToken(two, ADA)).rejects.toThrow(
      /^Cannot open what is sealed/,
    );
  });
});

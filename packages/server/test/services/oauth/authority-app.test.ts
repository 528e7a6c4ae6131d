import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_APP_ID } from '../../../src/domain/app.js';
import { ensureAuthorityApp } from '../../../src/services/oauth/authority-app.js';
import { ISSUER } from '../../support/request-handler.js';
import { NOW } from '../../support/store-rows.js';
import {
  keyStates,
  openTokenAuthority,
  partsOf,
  type TokenAuthority,
} from '../../support/token-authority.js';

const UNKNOWN = { code: 'unknown_app' };
const CLAIMS = { exp: NOW + 1_000_000 };

describe('the app of the authority', () => {
  let authority: TokenAuthority;
  beforeEach(async () => {
    authority = await openTokenAuthority();
  });
  afterEach(() => authority.close());

  const algorithms = async () =>
    (await authority.keys.list()).map(({ state, algorithm }) => `${state} ${algorithm}`);

  it('is made once with a key that signs and one that waits, however many processes begin together', async () => {
    const others = await Promise.all([1, 2, 3].map(() => authority.startProcess()));
    const first = await authority.store.apps.find(AUTHORITY_APP_ID);
    await authority.store.apps.delete(AUTHORITY_APP_ID);
    const apps = await Promise.all([authority, ...others].map((process) => process.ensureApp()));
    for (const app of apps) expect(app).toEqual(first);
    expect(await algorithms()).toEqual(['current ES256', 'next ES256']);
  });

  it('is what people sign in to: named by its host, links bound to the browser, no tokens by mail sign-in', async () => {
    expect(await authority.ensureApp()).toMatchObject({
      name: 'auth.example',
      redirectUrl: `${ISSUER}/authorize`,
      linkBinding: 'same-browser',
      delivery: 'code',
      allowRefresh: false,
      version: 1,
    });
  });

  it('is no app that anybody lists, changes, rotates or deletes', async () => {
    const { apps } = authority;
    expect(await apps.list({ afterId: null, limit: 10 })).toEqual([]);
    for (const refused of [
      apps.require(AUTHORITY_APP_ID),
      apps.update(AUTHORITY_APP_ID, { name: 'Mine' }),
      apps.rotateKeys(AUTHORITY_APP_ID),
      apps.withdrawKey(AUTHORITY_APP_ID, 'any'),
      apps.delete(AUTHORITY_APP_ID),
    ])
      await expect(refused).rejects.toMatchObject(UNKNOWN);
  });

  it('follows the configured issuer, also where several processes change it at once', async () => {
    const { store, vault, clock } = authority;
    const issuer = 'https://login.example/tenant';
    const changed = await Promise.all(
      [1, 2, 3, 4].map(() =>
        ensureAuthorityApp({ store, vault, clock, issuer, settings: { signingAlgorithm: 'ES256' } }),
      ),
    );
    for (const app of changed)
      expect(app).toMatchObject({ name: 'login.example', redirectUrl: `${issuer}/authorize` });
    expect((await store.apps.find(AUTHORITY_APP_ID))?.version).toBe(2);
  });

  it.each(['RS256', 'PS256', 'EdDSA', 'ES384', 'ES512'] as const)(
    'K12: %s signs once its key has been published for long enough, and the old key stays',
    async (algorithm) => {
      const other = await authority.startProcess();
      const old = await authority.keys.sign('at+jwt', CLAIMS);
      await Promise.all([authority.ensureApp(algorithm), other.ensureApp(algorithm)]);
      expect(await algorithms()).toEqual(['current ES256', `next ${algorithm}`]);
      authority.clock.advance(359);
      await authority.rotateDue(null);
      expect(await algorithms()).toEqual(['current ES256', `next ${algorithm}`]);
      authority.clock.advance(1);
      await authority.rotateDue(null);
      expect(await algorithms()).toEqual([`current ${algorithm}`, `next ${algorithm}`, 'previous ES256']);
      authority.clock.advance(5);
      expect(partsOf(await authority.keys.sign('at+jwt', CLAIMS)).header).toMatchObject({ alg: algorithm });
      const { keys } = JSON.parse((await authority.keys.publicKeySet()).json);
      expect(keys.map(({ kid }: { kid: string }) => kid)).toContain(partsOf(old).header['kid']);
    },
  );

  it('keeps its keys when it begins again as it was', async () => {
    const before = await keyStates(authority.keys);
    authority.clock.advance(10_000);
    await authority.ensureApp();
    expect(await keyStates(authority.keys)).toEqual(before);
  });
});

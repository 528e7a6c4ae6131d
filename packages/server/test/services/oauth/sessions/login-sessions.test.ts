import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSecret, randomSecret } from '../../../../src/services/secrets.js';
import { LIFETIME_SECONDS, type LoginPages, openLoginPages } from '../../../support/login-pages.js';
import { addClient } from '../../../support/oauth-clients.js';
import { issueCode, postForm } from '../../../support/oauth-endpoints.js';
import { addGrant, addPerson, OFFLINE, revokedGrantIds } from '../../../support/oauth-rows.js';

/** Without openid: a refresh token comes with it. */
const PLAIN = { scopes: ['read'], audiences: ['https://api.example'] };

let pages: LoginPages;
beforeEach(async () => {
  pages = await openLoginPages();
});
afterEach(() => pages.close());

const somebody = () => addPerson(pages.store);

const told = () =>
  pages.store.oauth.logoutDeliveries.claimDue({
    nowSeconds: pages.clock() + 1,
    leaseSeconds: 60,
    limit: 100,
  });

describe('a login session', () => {
  it('is found by its secret alone, of which the store has a hash', async () => {
    const { secret, session } = await pages.loginSessions.start(await somebody(), undefined);
    expect(session.secretHash).toBe(hashSecret(secret));
    expect(await pages.loginSessions.find(secret)).toEqual(session);
    for (const other of [
      undefined,
      '',
      session.secretHash,
      session.sessionId,
      randomSecret(),
      'x'.repeat(100_000),
    ])
      expect(await pages.loginSessions.find(other)).toBeUndefined();
  });

  it('lasts twelve hours from the sign-in and not a second more', async () => {
    const { secret } = await pages.loginSessions.start(await somebody(), undefined);
    pages.clock.advance(LIFETIME_SECONDS - 1);
    expect(await pages.loginSessions.find(secret)).toBeDefined();
    pages.clock.advance(1);
    expect(await pages.loginSessions.find(secret)).toBeUndefined();
  });

  it('O27: never has a secret that the browser brought, whoever planted it there', async () => {
    const planted = randomSecret();
    const { secret } = await pages.loginSessions.start(await somebody(), planted);
    expect(secret).not.toBe(planted);
    expect(await pages.loginSessions.find(planted)).toBeUndefined();
  });

  it('O27: goes on under a new secret when the same person signs in again, with its sid and what was granted', async () => {
    const person = await somebody();
    const first = await pages.loginSessions.start(person, undefined);
    const { clientId } = await addClient(pages.store);
    const grant = await addGrant(pages.store, { clientId, session: first.session });
    pages.clock.advance(100);
    const second = await pages.loginSessions.start(person, first.secret);
    expect(await pages.loginSessions.find(first.secret)).toBeUndefined();
    expect(second.session).toMatchObject({
      sessionId: first.session.sessionId,
      authenticatedAt: first.session.authenticatedAt + 100,
    });
    expect((await pages.store.oauth.grants.find(grant.id))?.revokedAt).toBeNull();
  });

  it('ends like any other when somebody else signs in to the same browser: grants go, and clients are told', async () => {
    const first = await pages.loginSessions.start(await somebody(), undefined);
    const { clientId } = await addClient(pages.store, { backchannelLogoutUri: 'https://client.example/out' });
    const grant = await addGrant(pages.store, { clientId, session: first.session });
    const before = pages.logoutsQueued();
    const second = await pages.loginSessions.start(await somebody(), first.secret);
    expect(second.session.sessionId).not.toBe(first.session.sessionId);
    expect(await pages.loginSessions.find(first.secret)).toBeUndefined();
    expect(await revokedGrantIds(pages.store, pages.clock())).toContain(grant.id);
    expect(pages.logoutsQueued()).toBe(before + 1);
    expect(await told()).toMatchObject([{ clientId, sessionId: first.session.sessionId }]);
  });

  it('O15: once ended gives no code, and no refresh', async () => {
    const { session } = await pages.loginSessions.start(await somebody(), undefined);
    const client = await addClient(pages.store);
    const before = await issueCode(pages.store, client, {}, session);
    const redeemed = await issueCode(pages.store, client, { access: PLAIN }, session);
    const { json } = await postForm(pages, '/token', redeemed.form, client);
    expect(json['refresh_token']).toEqual(expect.any(String));
    expect(await pages.loginSessions.end(session.sessionId)).toBe(true);
    const after = await issueCode(pages.store, client, {}, session);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) };
    for (const form of [before.form, after.form, refresh])
      expect((await postForm(pages, '/token', form, client)).json['error']).toBe('invalid_grant');
    expect(await pages.loginSessions.end(session.sessionId)).toBe(false);
  });

  it('leaves alone what was granted to outlive it', async () => {
    const { session } = await pages.loginSessions.start(await somebody(), undefined);
    const { clientId } = await addClient(pages.store);
    const grant = await addGrant(pages.store, { clientId, session }, { access: OFFLINE });
    await pages.loginSessions.end(session.sessionId);
    expect((await pages.store.oauth.grants.find(grant.id))?.revokedAt).toBeNull();
  });
});

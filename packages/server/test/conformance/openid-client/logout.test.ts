/** openid-client 6 logs people out, and applications hear of it. Logout tokens are judged by jose: the library has nothing for them. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startLogoutReceiver } from '../../support/logout-receiver.js';
import { beginAuthorization, errorOf, relyingParty, signIn } from '../../support/openid-relying-party.js';
import { Person } from '../../support/person.js';
import { type ServedAuthority, serveAuthority } from '../../support/served-authority.js';

const GOODBYE = 'https://client.example/goodbye';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

describe.each([
  ['at the root of its host', ''],
  ['under a path', '/auth'],
])('openid-client and an authority %s', (_place, path) => {
  let authority: ServedAuthority;
  let config: oidc.Configuration;
  beforeAll(async () => {
    authority = await serveAuthority({ path });
    const settings = { skipConsent: true, postLogoutRedirectUris: [GOODBYE] };
    config = await relyingParty(authority, await authority.createClient(settings));
  });
  afterAll(() => authority.stop());

  /** Whether the authority knows the person still, without asking. */
  async function isSignedIn(person: Person): Promise<boolean> {
    const { link, checks } = await beginAuthorization(config, { prompt: 'none' });
    const arrival = await person.arriveBy(link);
    if (arrival.searchParams.has('code')) return true;
    expect(await errorOf(oidc.authorizationCodeGrant(config, arrival, checks))).toBe('login_required');
    return false;
  }

  it('RP-Initiated Logout 2, 3, O28: an ID token of the session ends it at once, and leads back with the state', async () => {
    const person = new Person(authority);
    const tokens = await signIn(config, person);
    expect(await isSignedIn(person)).toBe(true);
    const shown = person.pages.length;
    const link = oidc.buildEndSessionUrl(config, {
      post_logout_redirect_uri: GOODBYE,
      id_token_hint: tokens.id_token ?? '',
      state: 'a state',
    });
    expect((await person.arriveBy(link)).href).toBe(`${GOODBYE}?state=a+state`);
    expect(person.pages.length).toBe(shown);
    expect(await isSignedIn(person)).toBe(false);
  });

  it('RP-Initiated Logout 2, 6, O28: without an ID token, or with that of somebody else, the person is asked first', async () => {
    const [person, somebody] = [new Person(authority), new Person(authority)];
    await signIn(config, person);
    const others = await signIn(config, somebody);
    for (const hint of [undefined, { id_token_hint: others.id_token ?? '' }]) {
      const link = oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: GOODBYE, ...hint });
      const page = await person.browser.get(link.href);
      expect(page.status).toBe(200);
      expect(await isSignedIn(person)).toBe(true);
    }
    const link = oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: GOODBYE });
    expect((await person.arriveBy(link)).href).toBe(GOODBYE);
    expect(person.pages.at(-1)).toBe('/end_session');
    expect(await isSignedIn(person)).toBe(false);
    expect(await isSignedIn(somebody)).toBe(true);
  });

  it('RP-Initiated Logout 3, O28: nobody is led to where no client has said', async () => {
    const tokens = await signIn(config, new Person(authority));
    const link = oidc.buildEndSessionUrl(config, {
      post_logout_redirect_uri: 'https://evil.example/goodbye',
      id_token_hint: tokens.id_token ?? '',
    });
    const page = await new Person(authority).browser.get(link.href);
    expect([page.status, page.headers.get('location')]).toEqual([400, null]);
  });

  it('Back-Channel Logout 2.4, 2.6: every application of the session is told, by a token that jose takes', async () => {
    const receiver = await startLogoutReceiver();
    const told = await authority.createClient({ skipConsent: true, backchannelLogoutUri: receiver.url });
    const person = new Person(authority);
    const there = await signIn(await relyingParty(authority, told), person);
    const here = await signIn(config, person);
    expect(here.claims()?.['sid']).toBe(there.claims()?.['sid']);
    const link = { post_logout_redirect_uri: GOODBYE, id_token_hint: here.id_token ?? '' };
    await person.arriveBy(oidc.buildEndSessionUrl(config, link));
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 5000, interval: 10 });
    const [received] = receiver.received;
    expect(received).toMatchObject({ method: 'POST', fields: ['logout_token'] });
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
    const { payload } = await jwtVerify(received?.token ?? '', keys, {
      typ: 'logout+jwt',
      issuer: authority.issuer,
      audience: told.id,
      maxTokenAge: 120,
      requiredClaims: ['iat', 'exp', 'jti', 'events', 'sub'],
    });
    expect(payload).toMatchObject({ sub: there.claims()?.sub, sid: there.claims()?.['sid'] });
    expect(payload['events']).toEqual({ [EVENT]: {} });
    expect(payload).not.toHaveProperty('nonce');
  });
});

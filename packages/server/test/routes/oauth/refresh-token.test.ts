import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../../src/domain/oauth/client.js';
import type { AuthorizationCode } from '../../../src/domain/oauth/grant.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  issueCode,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import type { OauthProcess } from '../../support/oauth-process.js';
import { newProver } from '../../support/prover.js';
import { ISSUER } from '../../support/request-handler.js';

let authority: OauthAuthority;
const [API, FILES] = ['https://api.example', 'https://files.example'];
const ACCESS = [
  { audience: API, scopes: ['read', 'write'] },
  { audience: FILES, scopes: ['share'] },
];
const GRANTED = {
  scopes: ['openid', 'offline_access', 'email', 'read', 'share'],
  audiences: [API, FILES],
};

beforeAll(async () => {
  authority = await openOauthAuthority();
});
afterAll(() => authority.close());

interface Family {
  readonly of: TestClient;
  readonly token: string;
  readonly grantId: string;
  readonly accessToken: string;
  readonly idToken: string;
}

/** The tokens of a code that was just redeemed. */
async function aFamily(
  changes: Partial<Client> = {},
  code: Partial<AuthorizationCode> = {},
  headers: Record<string, string> = {},
): Promise<Family> {
  const of = await addClient(authority.store, { access: ACCESS, ...changes });
  const times = { issuedAt: authority.clock(), expiresAt: authority.clock() + 60 };
  const { form, row } = await issueCode(authority.store, of, { access: GRANTED, ...times, ...code });
  const { json } = await postForm(authority, '/token', form, { headers: { ...of.headers, ...headers } });
  return {
    of,
    token: String(json['refresh_token']),
    grantId: row.grantId,
    accessToken: String(json['access_token']),
    idToken: String(json['id_token']),
  };
}

interface Use {
  readonly token?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Record<string, string>;
  readonly at?: OauthProcess;
}

function refresh({ of, token }: Family, use: Use = {}) {
  const id = of.client.authMethod === 'none' ? { client_id: of.clientId } : {};
  const form = { grant_type: 'refresh_token', refresh_token: use.token ?? token, ...id, ...use.form };
  return postForm(use.at ?? authority, '/token', form, { headers: { ...of.headers, ...use.headers } });
}

async function outcome(answer: ReturnType<typeof refresh>): Promise<unknown> {
  const { status, json } = await answer;
  return status === 200 ? 200 : json['error'];
}

const nextOf = async (answer: ReturnType<typeof refresh>) => String((await answer).json['refresh_token']);

describe('a refresh token', () => {
  it.each([['none'], ['client_secret_basic']] as const)(
    'O11: is replaced at every use, and ends its family when it comes again (client by %s)',
    async (authMethod) => {
      const family = await aFamily({ authMethod });
      const second = await nextOf(refresh(family));
      const third = await nextOf(refresh(family, { token: second }));
      expect(new Set([family.token, second, third]).size).toBe(3);
      expect(await outcome(refresh(family))).toBe('invalid_grant');
      expect(await outcome(refresh(family, { token: third }))).toBe('invalid_grant');
      expect(authority.log).toContainEqual({
        level: 'warn',
        event: 'oauth_refresh_token_reused',
        fields: { client: family.of.clientId, grant: family.grantId, generation: 0 },
      });
    },
  );

  it('O11: that comes again ends the access tokens of its family too', async () => {
    const family = await aFamily();
    await refresh(family);
    authority.clock.advance(11);
    await refresh(family);
    const revoked = await authority.store.oauth.revocations.isRevoked({
      tokenId: null,
      grantId: family.grantId,
      subject: '',
      issuedAt: authority.clock(),
    });
    expect(revoked).toBe(true);
  });

  it('O12: gives fifty who use it at once over two processes one and the same successor', async () => {
    const family = await aFamily();
    const other = await authority.startProcess();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => refresh(family, index % 2 === 0 ? {} : { at: other })),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array(50).fill(200));
    expect(new Set(answers.map(({ json }) => json['refresh_token'])).size).toBe(1);
    const tokens = answers.map(({ json }) => claimsOf(json['access_token']));
    expect(new Set(tokens.map(({ jti, iat, exp }) => `${jti} ${iat} ${exp}`)).size).toBe(1);
    const successor = String(answers[0]?.json['refresh_token']);
    expect(await outcome(refresh(family, { token: successor }))).toBe(200);
  });

  it('O13: says within ten seconds what it said before, to whoever got no answer', async () => {
    const family = await aFamily();
    const first = await refresh(family);
    authority.clock.advance(10);
    const again = await refresh(family);
    expect(again.json['refresh_token']).toBe(first.json['refresh_token']);
    expect(claimsOf(again.json['access_token'])).toEqual(claimsOf(first.json['access_token']));
    expect(again.json['expires_in']).toBe(590);
    expect(await outcome(refresh(family, { token: String(again.json['refresh_token']) }))).toBe(200);
  });

  it('O13: is theft after eleven seconds', async () => {
    const family = await aFamily();
    const successor = await nextOf(refresh(family));
    authority.clock.advance(11);
    expect(await outcome(refresh(family))).toBe('invalid_grant');
    expect(await outcome(refresh(family, { token: successor }))).toBe('invalid_grant');
  });

  it('O13: has no grace for a grandparent', async () => {
    const family = await aFamily();
    const child = await nextOf(refresh(family));
    const grandchild = await nextOf(refresh(family, { token: child }));
    expect(await outcome(refresh(family))).toBe('invalid_grant');
    expect(await outcome(refresh(family, { token: grandchild }))).toBe('invalid_grant');
  });

  it('O13: gives another access token where something else is asked for within the grace', async () => {
    const family = await aFamily();
    const all = await refresh(family);
    const some = await refresh(family, { form: { scope: 'read' } });
    expect(claimsOf(some.json['access_token'])['jti']).not.toBe(claimsOf(all.json['access_token'])['jti']);
    expect(some.json['refresh_token']).toBe(all.json['refresh_token']);
  });

  it('O14: is known as used by a process that was not there', async () => {
    const family = await aFamily();
    await refresh(family);
    authority.clock.advance(11);
    const later = await authority.startProcess();
    expect(await outcome(refresh(family, { at: later }))).toBe('invalid_grant');
    expect(later.log.map(({ event }) => event)).toContain('oauth_refresh_token_reused');
  });

  it.each([
    ['revoked', (family: Family) => authority.store.oauth.grants.revoke(family.grantId, authority.clock())],
    [
      'of a client that is disabled and back',
      async ({ of }: Family) => {
        const { clients } = authority.store.oauth;
        await clients.update(of.clientId, 1, { ...of.client, disabled: true }, authority.clock());
        await clients.update(of.clientId, 2, { ...of.client, disabled: false }, authority.clock());
      },
    ],
  ])('O15: gives nothing once its grant is %s, also within the grace', async (_what, end) => {
    const family = await aFamily();
    await refresh(family);
    await end(family);
    expect(await outcome(refresh(family))).toBe('invalid_grant');
  });

  it('O15: gives no scope and no audience that was taken from its client', async () => {
    const family = await aFamily();
    const { clients } = authority.store.oauth;
    const { of } = family;
    const less = { ...of.client, access: [{ audience: API, scopes: ['write'] }] };
    await clients.update(of.clientId, 1, less, authority.clock());
    expect(await outcome(refresh(family, { form: { scope: 'read' } }))).toBe('invalid_scope');
    expect(await outcome(refresh(family, { form: { resource: FILES } }))).toBe('invalid_target');
    const { json } = await refresh(family);
    expect(claimsOf(json['access_token'])).toMatchObject({
      aud: API,
      scope: 'openid offline_access email',
    });
    await clients.update(of.clientId, 2, { ...of.client, access: [] }, authority.clock());
    const nothingLeft = refresh(family, { token: String(json['refresh_token']) });
    expect(await outcome(nothingLeft)).toBe('invalid_grant');
  });

  it('O16: narrows the access token alone, and never widens it', async () => {
    const family = await aFamily();
    const narrow = await refresh(family, { form: { scope: 'read', resource: API } });
    expect(narrow.json['scope']).toBe('read');
    expect(claimsOf(narrow.json['access_token'])).toMatchObject({ aud: API, scope: 'read' });
    expect(narrow.json).not.toHaveProperty('id_token');
    const whole = await refresh(family, { token: String(narrow.json['refresh_token']) });
    expect(whole.json['scope']).toBe(GRANTED.scopes.join(' '));
    expect(claimsOf(whole.json['access_token'])['aud']).toEqual([API, FILES]);
  });

  it.each([
    ['a scope that was not granted', { scope: 'read write' }, 'invalid_scope'],
    ['a scope of a resource that was left out', { scope: 'share', resource: API }, 'invalid_scope'],
    ['a scope off the grammar', { scope: 'read  share' }, 'invalid_scope'],
    ['a resource that was not granted', { resource: 'https://other.example' }, 'invalid_target'],
  ])('O16: refuses %s, and is not used up by it', async (_what, form, error) => {
    const family = await aFamily();
    expect(await outcome(refresh(family, { form }))).toBe(error);
    expect(await outcome(refresh(family))).toBe(200);
    expect((await authority.store.oauth.grants.find(family.grantId))?.generation).toBe(1);
  });

  it('O16: is good for one client', async () => {
    const family = await aFamily();
    const other = await addClient(authority.store);
    expect(await outcome(refresh({ ...family, of: other }))).toBe('invalid_grant');
    expect(await outcome(refresh(family))).toBe(200);
  });

  it('O16: is dead once it was not used for long, at that second', async () => {
    const idle = { refreshIdleSeconds: 100, refreshLifetimeSeconds: 1000 };
    const [used, unused] = [await aFamily(idle), await aFamily(idle)];
    authority.clock.advance(99);
    const successor = await nextOf(refresh(used));
    authority.clock.advance(1);
    expect(await outcome(refresh(unused))).toBe('invalid_grant');
    authority.clock.advance(98);
    expect(await outcome(refresh(used, { token: successor }))).toBe(200);
  });

  it('O16: ends with its family, however often it was used, and so do the access tokens', async () => {
    const family = await aFamily({ refreshIdleSeconds: 100, refreshLifetimeSeconds: 150 });
    authority.clock.advance(90);
    const { json } = await refresh(family);
    expect(json['expires_in']).toBe(60);
    authority.clock.advance(59);
    const last = await refresh(family, { token: String(json['refresh_token']) });
    expect(last.json['expires_in']).toBe(1);
    authority.clock.advance(1);
    expect(await outcome(refresh(family, { token: String(last.json['refresh_token']) }))).toBe(
      'invalid_grant',
    );
  });

  it('OIDC Core 12.2: gives an ID token about the same sign-in, without a nonce', async () => {
    const family = await aFamily();
    authority.clock.advance(5);
    const refreshed = claimsOf((await refresh(family)).json['id_token']);
    const { sub, auth_time, sid, email, iat } = claimsOf(family.idToken);
    expect(refreshed).toMatchObject({ sub, auth_time, sid, email, iat: Number(iat) + 5 });
    expect(refreshed).not.toHaveProperty('nonce');
  });

  it('RFC 9449 5: of a bound family needs a proof of its key', async () => {
    const [prover, thief] = [newProver(authority.clock), newProver(authority.clock)];
    const proof = (by: typeof prover) => ({ dpop: by.sign({ method: 'POST', url: `${ISSUER}/token` }) });
    const family = await aFamily({ authMethod: 'none' }, {}, proof(prover));
    expect(await outcome(refresh(family))).toBe('invalid_dpop_proof');
    expect(await outcome(refresh(family, { headers: proof(thief) }))).toBe('invalid_grant');
    const { json } = await refresh(family, { headers: proof(prover) });
    expect(json['token_type']).toBe('DPoP');
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
  });

  it('RFC 9449 5: of a family that is not bound gives a bound access token to whoever proves a key', async () => {
    const prover = newProver(authority.clock);
    const family = await aFamily();
    const headers = { dpop: prover.sign({ method: 'POST', url: `${ISSUER}/token` }) };
    const { json } = await refresh(family, { headers });
    expect(json['token_type']).toBe('DPoP');
    expect(claimsOf(json['access_token'])['cnf']).toEqual({ jkt: prover.thumbprint });
    const unbound = await refresh(family, { token: String(json['refresh_token']) });
    expect(unbound.json['token_type']).toBe('Bearer');
  });

  it.each([
    ['missing', '', 'invalid_request'],
    ['no token at all', 'token', 'invalid_grant'],
    ['an access token', 'a.b.c', 'invalid_grant'],
    ['very long', `rt_${'a'.repeat(50_000)}`, 'invalid_grant'],
  ])('RFC 6749 5.2: is refused when it is %s', async (_what, token, error) => {
    expect(await outcome(refresh(await aFamily(), { token }))).toBe(error);
  });

  it('is refused with any one of its characters changed', async () => {
    const family = await aFamily();
    for (let index = 3; index < family.token.length; index += 7) {
      const other = family.token[index] === 'A' ? 'B' : 'A';
      const token = family.token.slice(0, index) + other + family.token.slice(index + 1);
      expect(await outcome(refresh(family, { token }))).toBe('invalid_grant');
    }
    expect(await outcome(refresh(family))).toBe(200);
  });
});

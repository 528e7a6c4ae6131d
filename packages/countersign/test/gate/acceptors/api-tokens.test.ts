import { createStaticKeys, generateKeyPair } from 'countersign';
import {
  createApiTokenEncoder,
  createApiTokenKeyRing,
  definePolicy,
  STANDARD_EXTRAS,
} from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import type { ApiTokensOptions } from '../../../src/gate/acceptors/index.js';
import { apiTokens } from '../../../src/gate/acceptors/index.js';
import { judge, judgeNow } from '../../support/judgement.js';
import { keyPairFor } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import {
  contextWith,
  laneOf,
  pairWithId,
  publicKey,
  resolverOf,
  signedToken,
} from '../support/acceptor-context.js';

const policy = definePolicy({
  kinds: { user: 'auth_user', admin: 'auth_admin' },
  extras: {
    ...STANDARD_EXTRAS,
    scopes: { type: 'list', default: [], allowedPerKind: { user: ['user:all'], admin: ['admin:all'] } },
  },
});
const rs256 = keyPairFor('RS256');

const laneWith = (options: Partial<ApiTokensOptions> = {}) =>
  laneOf(apiTokens({ policy, audience: null, keys: rs256.publicKey, ...options } as ApiTokensOptions));
const es256 = { keys: publicKey, algorithms: ['ES256'] } as const;
const handMade = (claims: object = {}, header: Record<string, unknown> = { typ: 'JWT' }) =>
  signedToken({ iss: 'auth_user', sub: 'ana', exp: NOW + 60, ...claims }, header);

describe('apiTokens', () => {
  it.each(['native', 'api_jwt'] as const)(
    'gives the holder of a token of the profile %s, frozen',
    (profile) => {
      const encoder = createApiTokenEncoder({ policy, key: rs256.privateKey, profile, clock: () => NOW });
      const token = encoder.encode('ana', {
        kind: 'admin',
        level: 3.1,
        target: 'customer-7',
        scopes: ['admin:all'],
      });
      const { caller } = laneWith().verify(token);
      const isNative = profile === 'native';
      expect(caller).toMatchObject({
        kind: 'api-token',
        tokenKind: 'admin',
        issuer: 'auth_admin',
        subject: 'ana',
        audience: [],
        scopes: ['admin:all'],
        level: 3.1,
        target: 'customer-7',
        tokenId: isNative ? expect.any(String) : undefined,
        issuedAt: isNative ? NOW : undefined,
        extras: { level: 3.1, factor: '', target: 'customer-7', dnt: 0, scopes: ['admin:all'] },
      });
      // As they are on the wire: the originals write text.
      expect(caller.claims['level']).toBe(isNative ? 3.1 : '3.1');
      expect([caller, caller.audience, caller.scopes, caller.claims].every(Object.isFrozen)).toBe(true);
    },
  );

  it('has neither target nor level nor scopes where the policy knows none of them', () => {
    const bare = definePolicy({ kinds: { user: 'auth_user' }, extras: {} });
    const claims = { target: 'a', level: 4, scopes: ['admin:all'] };
    const { caller } = laneWith({ ...es256, policy: bare } as object).verify(handMade(claims));
    expect(caller).toMatchObject({ target: undefined, level: undefined, scopes: [], extras: {} });
    expect(laneWith(es256).verify(handMade()).caller).toMatchObject({ target: undefined, level: 0 });
  });

  it.each<[string, object, object, Record<string, unknown>, string]>([
    ['POL-18: an exp of now', {}, { exp: NOW }, {}, 'token_expired'],
    ['POL-18: an audience where none is configured', {}, { aud: 'api' }, {}, 'audience_mismatch'],
    ['another audience', { audience: 'api' }, { aud: 'other' }, {}, 'audience_mismatch'],
    ['POL-20: no sub', {}, { sub: undefined }, {}, 'claim_missing'],
    ['an issuer outside of the policy', {}, { iss: 'auth_other' }, {}, 'issuer_mismatch'],
    ['no issuer', {}, { iss: undefined }, {}, 'issuer_mismatch'],
    [
      'POL-22: what the policy does not allow',
      { recheckPolicy: true },
      { scopes: ['admin:all'] },
      {},
      'claim_invalid',
    ],
    ['a profile that is not accepted', { profiles: ['native'] }, {}, {}, 'claim_invalid'],
    ['an extra of another form', {}, { level: [] }, {}, 'claim_invalid'],
    ['J28: another type', {}, {}, { typ: 'at+jwt' }, 'unexpected_token_type'],
  ])('refuses %s', async (_, options, claims, header, code) => {
    expect(await judge(laneWith({ ...es256, ...options }), handMade(claims, header))).toBe(code);
  });

  it('claims the issuers of all kinds in one lane', () => {
    expect(laneWith().claim).toEqual({
      issuer: ['auth_user', 'auth_admin'],
      types: [null, 'jwt'],
      keyIds: 'any',
    });
  });

  it('POL-26, K8: follows its key ring, also for tokens that it verified before', () => {
    const ring = createApiTokenKeyRing(publicKey);
    const other = pairWithId('key-2').publicKey;
    const lane = laneWith({ ...es256, keys: ring });
    const verified = lane.verify(handMade());
    ring.add(other);
    expect(lane.isKeyCurrent(verified)).toBe(true);
    ring.replace(other);
    expect(lane.isKeyCurrent(verified)).toBe(false);
    expect(judgeNow(lane, handMade())).toBe('key_not_found');
  });

  it('finds keys at jwksUrl, or in a source', async () => {
    const keys = resolverOf();
    const jwksUrl = 'https://keys.example/jwks';
    const acceptor = apiTokens({ policy, audience: null, jwksUrl, algorithms: ['ES256'] });
    const [lane] = acceptor.build(contextWith({ keys }));
    expect(lane?.verify(handMade()).caller.subject).toBe('ana');
    await lane?.warmUp();
    expect([keys.asked, keys.warmUps]).toEqual([[`jwks ${jwksUrl} ES256`], 1]);
    const fromSource = laneWith({ ...es256, keys: createStaticKeys(publicKey) });
    const verified = await fromSource.verifyAsync(handMade());
    expect([verified.key, fromSource.isKeyCurrent(verified)]).toEqual([publicKey, true]);
  });

  it.each<[string, object, string]>([
    ['no policy', { policy: undefined }, 'policy is required'],
    ['no keys', { keys: undefined }, 'keys or jwksUrl must be given, and not both'],
    ['keys and jwksUrl', { jwksUrl: 'https://a.example' }, 'and not both'],
    [
      'a key that algorithms does not name',
      { keys: generateKeyPair('ES256').publicKey },
      'keys holds a key for ES256',
    ],
    ['no audience', { audience: undefined }, 'audience is required (null switches it off)'],
    ['issuers that the policy does not know', { unsafeAllowUnknownIssuers: true }, 'unknown option'],
    ['a profile that there is none', { profiles: ['other'] }, 'profiles must be'],
  ])('refuses %s', (_, options, problem) => {
    const all = { policy, audience: null, keys: rs256.publicKey, ...options };
    expect(usageProblem(() => apiTokens(all as ApiTokensOptions))).toContain(problem);
  });
});

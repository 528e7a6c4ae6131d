import { TokenError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { SignInApp } from '../../../src/gate/acceptors/index.js';
import { signIn } from '../../../src/gate/acceptors/index.js';
import { judge } from '../../support/judgement.js';
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

const ISSUER = 'https://authority.example/app-1';
const CLAIMS = {
  iss: ISSUER,
  aud: 'app-1',
  sub: 'ana@example.com',
  email: 'ana@example.com',
  jti: 'id-1',
  token_use: 'id',
  iat: NOW,
  nbf: NOW,
  exp: NOW + 1800,
};

const laneWith = (app: Partial<SignInApp> = {}) =>
  laneOf(signIn({ issuer: ISSUER, keys: publicKey, algorithms: ['ES256'], ...app }));
const judged = (claims: object, header?: Record<string, unknown>) =>
  judge(laneWith(), signedToken({ ...CLAIMS, ...claims }, header));

describe('signIn', () => {
  it('JAM-6, JAM-19: gives the person of an ID token, frozen', () => {
    const { caller } = laneWith().verify(signedToken(CLAIMS));
    expect(caller).toEqual({
      kind: 'person',
      issuer: ISSUER,
      subject: 'ana@example.com',
      audience: ['app-1'],
      scopes: [],
      level: undefined,
      acr: undefined,
      amr: undefined,
      authenticatedAt: undefined,
      tokenId: 'id-1',
      issuedAt: NOW,
      expiresAt: NOW + 1800,
      claims: CLAIMS,
      email: 'ana@example.com',
      clientId: 'app-1',
    });
    expect([caller, caller.audience, caller.scopes, caller.claims].every(Object.isFrozen)).toBe(true);
  });

  it('tells how and when the person authenticated, where the token does', () => {
    const claims = { ...CLAIMS, acr: '3', amr: ['mfa'], auth_time: NOW - 5 };
    const { caller } = laneWith().verify(signedToken(claims));
    expect(caller).toMatchObject({ acr: '3', amr: ['mfa'], authenticatedAt: NOW - 5 });
    expect(caller.level).toBe(contextWith().levelOf('3'));
  });

  it.each(['email', 'sub', 'jti', 'token_use', 'iat', 'nbf', 'exp', 'iss', 'aud'])(
    'JAM-20: refuses a token without %s',
    async (name) => {
      expect(await judged({ [name]: undefined })).toBe('claim_missing');
    },
  );

  it.each([
    ['another use', { token_use: 'access' }, 'claim_invalid'],
    ['another app', { aud: 'app-2' }, 'audience_mismatch'],
    ['an issuer with a slash at the end', { iss: `${ISSUER}/` }, 'issuer_mismatch'],
    ['an exp of now', { exp: NOW }, 'token_expired'],
    ['an empty address', { email: '' }, 'claim_invalid'],
  ])('JAM-6: refuses %s', async (_, claims, code) => {
    expect(await judged(claims)).toBe(code);
  });

  it('JAM-20: refuses any other spelling of the type, further members of the header, and no key id', async () => {
    expect(await judged({}, { typ: 'jwt' })).toBe('unexpected_token_type');
    expect(await judged({}, {})).toBe('unexpected_token_type');
    expect(await judged({}, { typ: 'JWT', more: 1 })).toBe('malformed_token');
    const withoutId = signedToken(CLAIMS, { typ: 'JWT' }, pairWithId(undefined).privateKey);
    expect(await judge(laneWith(), withoutId)).toBe('key_not_found');
  });

  it('finds the keys under the issuer, for ES512 unless told otherwise', () => {
    const keys = resolverOf();
    signIn({ baseUrl: 'https://authority.example///', appId: 'app-1' }).build(contextWith({ keys }));
    signIn({ issuer: ISSUER, algorithms: ['EdDSA'] }).build(contextWith({ keys }));
    expect(keys.asked).toEqual([
      `jwks ${ISSUER}/.well-known/jwks.json ES512`,
      `jwks ${ISSUER}/.well-known/jwks.json EdDSA`,
    ]);
  });

  it('gives each app of a list a lane with keys of its own', () => {
    const other = pairWithId('key-2');
    const app2 = {
      issuer: 'https://authority.example/app-2',
      keys: other.publicKey,
      algorithms: ['ES256'],
    } as const;
    const lanes = signIn([{ issuer: ISSUER, keys: publicKey, algorithms: ['ES256'] }, app2]).build(
      contextWith(),
    );
    const token = signedToken(
      { ...CLAIMS, iss: app2.issuer, aud: 'app-2' },
      { typ: 'JWT' },
      other.privateKey,
    );
    expect(lanes[1]?.verify(token).caller).toMatchObject({ kind: 'person', clientId: 'app-2' });
    expect(() => lanes[0]?.verify(token)).toThrow(TokenError);
  });

  it.each<[string, unknown, string]>([
    ['neither issuer nor baseUrl', {}, 'issuer or baseUrl must be given, and not both'],
    ['both', { issuer: ISSUER, baseUrl: 'https://authority.example' }, 'and not both'],
    ['a baseUrl alone', { baseUrl: 'https://authority.example' }, 'appId is required together with baseUrl'],
    ['an issuer without an app', { issuer: 'https://authority.example/' }, 'issuer must end with'],
    ['an appId that is not its end', { issuer: ISSUER, appId: 'x' }, 'appId must be what issuer ends with'],
    ['plain http', { issuer: 'http://authority.example/app-1' }, 'issuer must use https'],
    ['HMAC', { issuer: ISSUER, algorithms: ['HS256'] }, 'algorithms must be a list of ES512'],
    [
      'a key for another algorithm',
      { issuer: ISSUER, keys: publicKey, algorithms: ['ES512'] },
      'keys holds a key for ES256',
    ],
    ['a misspelt option', { issuer: ISSUER, key: publicKey }, 'did you mean "keys"?'],
    ['no app', [], 'at least one app'],
    ['an app twice', [{ issuer: ISSUER }, { issuer: ISSUER }], 'an app is given twice'],
    ['a bad app in a list', [{ issuer: ISSUER }, {}], '[1]: issuer or baseUrl must be given'],
  ])('refuses %s', (_, options, problem) => {
    expect(usageProblem(() => signIn(options as SignInApp))).toContain(problem);
  });
});

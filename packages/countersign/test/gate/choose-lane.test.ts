import { TokenError } from 'countersign';
import { definePolicy, STANDARD_EXTRAS } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import type { Acceptor } from '../../src/gate/acceptor.js';
import { accessTokens, apiTokens, asap, oidc, signIn } from '../../src/gate/acceptors/index.js';
import { createLaneChooser } from '../../src/gate/choose-lane.js';
import { findClaimConflicts } from '../../src/gate/find-claim-conflicts.js';
import { secretKey } from '../support/keys.js';
import { NOW, toBase64url } from '../support/tokens.js';
import { lanesOf, pairWithId, publicKey, signedToken } from './support/acceptor-context.js';

const AUDIENCE = 'api';
const policy = definePolicy({ kinds: { user: 'auth_user', admin: 'auth_admin' }, extras: STANDARD_EXTRAS });
const service = pairWithId('svc/key-1');

const oauth = (issuer: string) => accessTokens({ issuer, audience: AUDIENCE, keys: publicKey });
const services = (issuers: string | null = null) =>
  asap({ audience: AUDIENCE, issuers, keys: service.publicKey });
const withSecret = (provider: string) => accessTokens({ provider, audience: null, secret: secretKey });
const policed = () => apiTokens({ policy, audience: null, keys: publicKey, algorithms: ['ES256'] });
const legacy = (issuer: string) =>
  oidc({
    issuer,
    audience: AUDIENCE,
    keys: publicKey,
    accepts: 'access-tokens',
    unsafeAllowUntypedAccessTokens: true,
  });
const people = (issuer: string) =>
  oidc({ issuer, audience: AUDIENCE, keys: publicKey, accepts: 'id-tokens' });

/** The header and `iss` of a token that nobody signed. */
function unsigned(header: Readonly<Record<string, unknown>>, iss?: unknown): string {
  const payload = iss === undefined ? {} : { iss };
  return `${toBase64url(JSON.stringify({ alg: 'ES256', ...header }))}.${toBase64url(JSON.stringify(payload))}.AA`;
}

/** The acceptor and what its lane claims; or the code of the refusal. */
function choice(acceptors: readonly Acceptor[], token: string, maxTokenBytes?: number): string {
  try {
    const { acceptor, claim } = createLaneChooser(lanesOf(acceptors), maxTokenBytes).choose(token);
    return `${acceptor} ${String(claim.issuer)}`;
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
}

const conflicts = (...acceptors: readonly Acceptor[]) => findClaimConflicts(lanesOf(acceptors));

describe('the choice of a lane', () => {
  it('goes by the type where that tells lanes apart, without regard to case and application/', () => {
    const both = [oauth('https://a.example'), people('https://a.example')];
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) {
      expect(choice(both, unsigned({ typ }))).toBe('accessTokens https://a.example');
    }
    expect(choice(both, unsigned({ typ: 'JWT' }))).toBe('oidc https://a.example');
    expect(choice(both, unsigned({}))).toBe('oidc https://a.example');
    expect(choice(both, unsigned({ typ: 'dpop+jwt' }))).toBe('unexpected_token_type');
  });

  it('goes by the issuer where several lanes take the header', () => {
    const both = [oauth('https://a.example'), oauth('https://b.example')];
    const typ = 'at+jwt';
    expect(choice(both, unsigned({ typ }, 'https://b.example'))).toBe('accessTokens https://b.example');
    for (const iss of ['https://c.example', 'https://b.example/', ['https://b.example'], 1, undefined]) {
      expect(choice(both, unsigned({ typ }, iss))).toBe('issuer_mismatch');
    }
  });

  it('goes by the key id: a secret has none, a service has its own', () => {
    const both = [withSecret('provider'), services()];
    expect(choice(both, unsigned({ typ: 'JWT' }))).toBe('accessTokens provider');
    expect(choice(both, unsigned({ typ: 'JWT', kid: 'svc/key-1' }))).toBe('asap null');
    expect(choice([services()], unsigned({ typ: 'JWT' }))).toBe('key_id_invalid');
    for (const kid of ['../svc', 'svc//k', '/svc', 's v/k', 'a%2fb']) {
      expect(choice([services()], unsigned({ kid }))).toBe('key_id_invalid');
    }
  });

  it('never goes by the algorithm that the token names', () => {
    const both = [withSecret('provider'), services()];
    for (const alg of ['none', 'HS256', 'ES256', 'RS256']) {
      expect(choice(both, unsigned({ alg, kid: 'svc/k' }))).toBe('asap null');
    }
  });

  it('gives an issuer that is named to whoever names it, and the others to ASAP', () => {
    const both = [policed(), services()];
    expect(choice(both, unsigned({ kid: 'svc/k' }, 'auth_user'))).toBe('apiTokens auth_user,auth_admin');
    expect(choice(both, unsigned({ kid: 'svc/k' }, 'auth_admin'))).toBe('apiTokens auth_user,auth_admin');
    expect(choice(both, unsigned({ kid: 'svc/k' }, 'svc'))).toBe('asap null');
    expect(choice(both, unsigned({}, 'svc'))).toBe('apiTokens auth_user,auth_admin');
  });

  it('leaves no key of a named issuer to ASAP, whatever the type of the token', () => {
    const both = [withSecret('svc'), services()];
    expect(choice(both, unsigned({ typ: 'JWT', kid: 'svc/key-1' }, 'svc'))).toBe('issuer_mismatch');
    expect(choice(both, unsigned({ typ: 'JWT', kid: 'svcx/key-1' }, 'svcx'))).toBe('asap null');
  });

  it('reads no claims where one lane alone takes the header', () => {
    const token = `${toBase64url('{"alg":"ES256","typ":"at+jwt"}')}.not JSON at all.AA`;
    expect(choice([oauth('https://a.example'), services()], token)).toBe('accessTokens https://a.example');
    expect(choice([oauth('https://a.example'), oauth('https://b.example')], token)).toBe('malformed_token');
  });

  it('J17, J20, J21, J22: refuses what has no header that can be read', () => {
    const encoded = (header: string) => `${toBase64url(header)}.e30.AA`;
    for (const token of ['', '.', '..', '.e30.AA', 'e30', 'e30=.e30.AA', encoded('[]'), encoded('{}')]) {
      expect(choice([services()], token)).toBe('malformed_token');
    }
    expect(choice([services()], undefined as unknown as string)).toBe('malformed_token');
    expect(choice([services()], encoded('{"alg":"ES256","alg":"none"}'))).toBe('malformed_token');
    expect(choice([services()], unsigned({ crit: ['x'], x: 1 }))).toBe('unsupported_critical_header');
    expect(choice([services()], `${'A'.repeat(16_384)}.e30.AA`)).toBe('token_too_large');
  });

  it('looks at no claims of a token that is longer than the gate allows', () => {
    const both = [oauth('https://a.example'), oauth('https://b.example')];
    const token = unsigned({ typ: 'at+jwt' }, 'https://b.example');
    expect(choice(both, token, token.length)).toBe('accessTokens https://b.example');
    expect(choice(both, token, token.length - 1)).toBe('token_too_large');
  });

  it('K9: is the same for a header that was seen before, among good tokens and bad ones', () => {
    const chooser = createLaneChooser(lanesOf([services(), oauth('https://a.example'), policed()]));
    const good = signedToken(
      { iss: 'svc', aud: AUDIENCE, iat: NOW, exp: NOW + 60, jti: '1' },
      { typ: 'JWT' },
      service.privateKey,
    );
    for (let round = 0; round < 3; round++) {
      expect(chooser.choose(good).verify(good).caller).toMatchObject({ kind: 'service', issuer: 'svc' });
      // Headers that nobody's signature held under, more than are remembered.
      for (let made = 0; made < 150; made++) {
        expect(chooser.choose(unsigned({ typ: 'at+jwt', kid: `k${made}` })).acceptor).toBe('accessTokens');
      }
      expect(() => chooser.choose(unsigned({ typ: 'other' }))).toThrow(TokenError);
    }
  });
});

describe('two acceptors that could claim one token', () => {
  const A = 'https://a.example';

  it('are a conflict that names both and says what to change', () => {
    expect(conflicts(oauth(A), oauth(A))).toEqual([
      `two accessTokens in accept would judge tokens of the issuer "${A}" with typ at+jwt: name this issuer in one of them only`,
    ]);
    expect(conflicts(oauth(A), legacy(A))).toEqual([
      `accessTokens and oidc in accept would judge tokens of the issuer "${A}" with typ at+jwt: name this issuer in one of them only`,
    ]);
    expect(conflicts(people(A), legacy(A))[0]).toContain('typ jwt or no typ');
    expect(conflicts(policed(), policed())[0]).toContain('two apiTokens in accept');
    expect(
      conflicts(
        signIn({ issuer: `${A}/app`, keys: publicKey, algorithms: ['ES256'] }),
        people(`${A}/app`),
      )[0],
    ).toContain('signIn and oidc');
  });

  it('are a conflict when both are for services', () => {
    expect(conflicts(services(), services('svc'))).toEqual([
      'two asap in accept take tokens of any service: make them one acceptor',
    ]);
  });

  it('are a conflict when ASAP expects an issuer that another one names', () => {
    expect(conflicts(withSecret('svc'), services('svc'))).toEqual([
      'asap and accessTokens in accept name the issuer "svc": take it out of one of them, or give one of the two another name',
    ]);
    expect(conflicts(services('auth_user'), policed())).toHaveLength(1);
    expect(conflicts(withSecret('other'), services('svc'))).toEqual([]);
    expect(conflicts(withSecret('svc'), services())).toEqual([]);
  });

  it('are none when types or key ids or issuers tell them apart', () => {
    expect(conflicts(oauth(A), people(A))).toEqual([]);
    expect(conflicts(oauth(A), oauth('https://b.example'), services(), policed(), withSecret('p'))).toEqual(
      [],
    );
  });
});

import { decodeUnverifiedJwt, UnavailableError, type UsageError } from 'countersign';
import type {
  AccessTokenRequest,
  AsyncAccessTokenGenerator,
  UnverifiedAccessTokenClaims,
} from 'countersign/access-token';
import {
  createAccessTokenGenerator,
  createAccessTokenParser,
  credentialsOrNull,
} from 'countersign/access-token';
import { describe, expect, it } from 'vitest';
import { usageProblem } from '../../support/usage.js';
import { CLAIMS, NOW, SECRET, setUp } from './support/providers.js';

describe('the secret function', () => {
  it('JOAT-1: is asked for the secret of the claims, of each token that is issued and parsed', () => {
    const asked: UnverifiedAccessTokenClaims[] = [];
    const { generator } = setUp({
      secret: (claims) => {
        asked.push(claims);
        return SECRET;
      },
    });
    const token = generator.issue({ jti: 7 });
    generator.parse(token);
    expect(asked).toEqual([
      { ...CLAIMS, jti: 7 },
      { ...CLAIMS, jti: 7 },
    ]);
    expect(asked.every(Object.isFrozen)).toBe(true);
  });

  it('JOAT-1, JOAT-2: has no default: neither a generator nor a parser can be made without one', () => {
    // @ts-expect-error the secret function is missing
    expect(usageProblem(() => createAccessTokenGenerator({ provider: 'p' }))).toBe(
      'invalid_options: secret is required',
    );
    // @ts-expect-error the secret function is missing
    expect(usageProblem(() => createAccessTokenParser({}))).toBe('invalid_options: secret is required');
  });

  it('JOAT-4: answers undefined or null for a client that does not exist, and nothing is issued', () => {
    for (const secret of [() => undefined, () => null]) {
      expect(usageProblem(() => setUp({ secret }).generator.issue())).toMatch(
        /^invalid_claims: .*no such client/,
      );
    }
  });

  it('JOAT-10: that fails keeps tokens from being issued: 503', () => {
    const cause = new Error('connection refused');
    const { generator } = setUp({
      secret: () => {
        throw cause;
      },
    });
    const error = thrownBy(() => generator.issue());
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ code: 'private_key_unavailable', status: 503, cause });
  });
});

describe('a secret function that answers later', () => {
  const later = createAccessTokenGenerator({
    ...{ provider: 'p', clientId: 'c', userId: 'u', scope: ['read'], clock: () => NOW },
    secret: async () => SECRET,
  });

  it('JOAT-1: leaves only what answers later, by its type', async () => {
    const token = await later.issueAsync();
    expect(await later.parseAsync(token)).toMatchObject({ outcome: 'valid', credentials: { clientId: 'c' } });
    // @ts-expect-error there is no issue
    expect(usageProblem(() => later.issue())).toMatch(/^invalid_options: .*use issueAsync and parseAsync/);
    // @ts-expect-error there is no parse
    expect(usageProblem(() => later.parse(token))).toMatch(
      /^invalid_options: .*use issueAsync and parseAsync/,
    );
  });

  it('JOAT-1: may also answer at once, or now this way and now that', async () => {
    const options = { provider: 'p', clientId: 'c', userId: 'u', scope: ['read'] };
    const generator: AsyncAccessTokenGenerator = createAccessTokenGenerator({
      ...options,
      secret: ({ jti }) => (jti === 'now' ? SECRET : Promise.resolve(SECRET)),
    });
    for (const jti of ['now', 'later']) {
      const parsed = await generator.parseAsync(await generator.issueAsync({ jti }));
      expect(credentialsOrNull(parsed)).toMatchObject({ jti });
    }
  });

  it('JOAT-10: and rejects keeps tokens from being issued: 503, and no rejection goes unhandled', async () => {
    const failing = createAccessTokenGenerator({
      ...{ provider: 'p', clientId: 'c', userId: 'u', scope: [] },
      secret: () => Promise.reject(new Error('down')),
    });
    await expect(failing.issueAsync()).rejects.toMatchObject({
      code: 'private_key_unavailable',
      status: 503,
    });
    // @ts-expect-error there is no issue
    expect(usageProblem(() => failing.issue())).toMatch(/^invalid_options/);
  });

  it('JOAT-12: and gives a short secret is wrong', async () => {
    const short = createAccessTokenGenerator({
      ...{ provider: 'p', clientId: 'c', userId: 'u', scope: [] },
      secret: async () => 'short',
    });
    await expect(short.issueAsync()).rejects.toMatchObject({ code: 'weak_key' });
  });
});

describe('issue', () => {
  it('JOAT-3: takes what the generator has as presets, for an hour', () => {
    expect(decodeUnverifiedJwt(setUp().generator.issue()).unverifiedClaims).toEqual(CLAIMS);
  });

  it('JOAT-3: puts what the call names in their place, for this token only', () => {
    const { generator } = setUp({ defaultLifetimeSeconds: 60 });
    const token = generator.issue({
      provider: 'Other',
      clientId: 'c',
      userId: 'u',
      scope: ['write'],
      issuedAt: NOW - 10,
      lifetimeSeconds: 20,
      jti: 'id',
    });
    expect(decodeUnverifiedJwt(token).unverifiedClaims).toEqual({
      ...{ iss: 'Other', aud: 'c', sub: 'u', scp: ['write'], iat: NOW - 10, exp: NOW + 10, jti: 'id' },
    });
    expect(decodeUnverifiedJwt(generator.issue()).unverifiedClaims).toEqual({ ...CLAIMS, exp: NOW + 60 });
  });

  it('JOAT-3: takes undefined for left out', () => {
    const undefinedOnes = { provider: undefined, clientId: undefined, scope: undefined, jti: undefined };
    const token = setUp().generator.issue(undefinedOnes);
    expect(decodeUnverifiedJwt(token).unverifiedClaims).toEqual(CLAIMS);
  });

  it('JOAT-4: refuses what is missing, in the order of the original, as type errors', () => {
    const generator = createAccessTokenGenerator({ provider: 'p', secret: () => SECRET });
    const error = thrownBy(() => generator.issue());
    expect(error).toBeInstanceOf(TypeError);
    expect((error as UsageError).problems).toEqual([
      'clientId is required',
      'userId is required',
      'scope is required',
    ]);
  });

  it.each<[keyof AccessTokenRequest, readonly unknown[]]>([
    ['provider', [null, '', 1]],
    ['clientId', [null, '', 1]],
    ['userId', [null, '', 1]],
    ['scope', [null, 'email', new Set(['email']), [1], [null]]],
    ['issuedAt', [null, new Date(), '2026-01-01', Number.NaN, Number.POSITIVE_INFINITY, -1]],
    ['lifetimeSeconds', [null, '1h', 0, -1, 1.5, Number.NaN, 315_360_001]],
    ['jti', [null, {}, [], Number.NaN]],
  ])(
    'JOAT-4: %s that is of another kind, null above all, is refused and not taken from the presets',
    (name, values) => {
      const { generator } = setUp();
      for (const value of values) {
        const problem = usageProblem(() => generator.issue({ [name]: value }));
        expect(problem).toMatch(new RegExp(`^invalid_options: ${name} must be `));
      }
    },
  );

  it('JOAT-4: names every problem at once, the first one first', () => {
    const nothing = {
      provider: null,
      clientId: null,
      userId: null,
      scope: null,
      issuedAt: null,
      lifetimeSeconds: null,
    };
    const error = thrownBy(() => setUp().generator.issue(nothing as unknown as AccessTokenRequest));
    expect((error as UsageError).problems.map((problem) => problem.split(' ')[0])).toEqual(
      Object.keys(nothing),
    );
  });

  it('JOAT-4: null does not compile', () => {
    const { generator } = setUp();
    // @ts-expect-error null is no client
    expect(() => generator.issue({ clientId: null })).toThrow(TypeError);
    // @ts-expect-error a text is no list
    expect(() => generator.issue({ scope: 'email' })).toThrow(TypeError);
    // @ts-expect-error a Date is no number of seconds
    expect(() => generator.issue({ issuedAt: new Date() })).toThrow(TypeError);
  });

  it('JOAT-4: an unknown name, and what is no object, are refused', () => {
    const { generator } = setUp();
    // @ts-expect-error there is no such name
    expect(usageProblem(() => generator.issue({ lifetime: 5 }))).toContain('did you mean "lifetimeSeconds"?');
    for (const request of [null, [], 'x', 5]) {
      expect(usageProblem(() => generator.issue(request as AccessTokenRequest))).toMatch(
        /^invalid_options: an object/,
      );
    }
  });

  it('JOAT-5: the claims are iss, aud, sub, scp, iat and exp in whole seconds, and jti only when given', () => {
    const { generator } = setUp({ clock: () => NOW + 0.999 });
    expect(decodeUnverifiedJwt(generator.issue()).unverifiedClaims).toEqual(CLAIMS);
    for (const jti of [0, 17, 'id', '', false]) {
      expect(decodeUnverifiedJwt(generator.issue({ jti })).unverifiedClaims).toEqual({ ...CLAIMS, jti });
    }
  });

  it('JOAT-5: the list of scopes may be empty', () => {
    const { generator } = setUp();
    const parsed = generator.parse(generator.issue({ scope: [] }));
    expect(credentialsOrNull(parsed)?.authorizedScope).toEqual([]);
  });

  it('JOAT-6: the header is alg and typ, in this order', () => {
    const [header = ''] = setUp().generator.issue().split('.');
    expect(Buffer.from(header, 'base64url').toString()).toBe('{"alg":"HS256","typ":"JWT"}');
  });

  it('JOAT-4: wrong presets are found when the generator is made', () => {
    const wrong = {
      provider: '',
      clientId: '',
      userId: 5,
      scope: 'x',
      defaultLifetimeSeconds: 0,
      secret: 'text',
    };
    const problem = usageProblem(() => createAccessTokenGenerator(wrong as never));
    for (const name of Object.keys(wrong)) expect(problem).toContain(`${name} must be`);
  });

  it('leaves the lists of the caller alone, and is not changed by them', () => {
    const scope = ['email'];
    const { generator } = setUp({ scope });
    scope.push('admin');
    expect(decodeUnverifiedJwt(generator.issue()).unverifiedClaims['scp']).toEqual(['email']);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

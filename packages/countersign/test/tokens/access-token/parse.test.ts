import { createHmac } from 'node:crypto';
import { createJwtSigner, importSecret, TokenError, UnavailableError } from 'countersign';
import type { AccessTokenParserOptions, ParsedAccessToken, SecretFunction } from 'countersign/access-token';
import {
  createAccessTokenGenerator,
  createAccessTokenParser,
  credentialsOrNull,
} from 'countersign/access-token';
import { describe, expect, it } from 'vitest';
import { keyPairFor } from '../../support/keys.js';
import { usageProblem } from '../../support/usage.js';
import { CLAIMS, NOW, SECRET, setUp } from './support/providers.js';

const GOLDEN_TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJhYmNkIiwiaXNzIjoiTXkgT0F1dGgyIFByb3ZpZGVyIiwiZXhwIjoxNDA3Mjk0NTcyLCJpYXQiOjE0MDcyOTA5NzIsInNjcCI6WyJwcm9maWxlIiwicmVhZCJdLCJzdWIiOiIxMjM0In0.wgNhGiKQ0ppO0XuQhalGZmSommQROjBusCanRa_6Ydc';
const GOLDEN_SECRET = 'the most secret hmac salt ever';
const GOLDEN_ISSUED_AT = 1_407_290_972;

/** A token with these claims put in place of those of {@link CLAIMS}; undefined takes one out. */
function tokenWith(
  claims: Readonly<Record<string, unknown>> = {},
  header: object = { alg: 'HS256', typ: 'JWT' },
) {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode({ ...CLAIMS, ...claims })}`;
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
}

function parserWith(options: Partial<AccessTokenParserOptions<SecretFunction>> = {}) {
  return createAccessTokenParser({ secret: () => SECRET, clock: () => NOW, ...options });
}

const outcome = (parsed: ParsedAccessToken) => (parsed.outcome === 'valid' ? 'valid' : parsed.reason);
const judge = (token: string, options: Partial<AccessTokenParserOptions<SecretFunction>> = {}) =>
  outcome(parserWith(options).parse(token));

describe('the token of the README', () => {
  const options = { secret: () => GOLDEN_SECRET, unsafeAllowWeakSecret: true };

  it('JOAT-6: is parsed before its exp', () => {
    const parser = createAccessTokenParser({ ...options, clock: () => GOLDEN_ISSUED_AT + 3599 });
    expect(credentialsOrNull(parser.parse(GOLDEN_TOKEN))).toEqual({
      provider: 'My OAuth2 Provider',
      clientId: 'abcd',
      userId: '1234',
      authorizedScope: ['profile', 'read'],
    });
    const later = createAccessTokenParser({ ...options, clock: () => GOLDEN_ISSUED_AT + 3600 });
    expect(outcome(later.parse(GOLDEN_TOKEN))).toBe('token_expired');
  });

  it('JOAT-6: is issued here byte for byte', () => {
    const generator = createAccessTokenGenerator({
      ...options,
      provider: 'My OAuth2 Provider',
      clock: () => GOLDEN_ISSUED_AT,
    });
    const token = generator.issue({ clientId: 'abcd', userId: '1234', scope: ['profile', 'read'] });
    expect(token).toBe(GOLDEN_TOKEN);
  });
});

describe('parse', () => {
  it('JOAT-7: gives provider, client, user and scopes; jti only where the token has one', () => {
    const credentials = {
      provider: 'My Provider',
      clientId: 'abc123DEF',
      userId: '12345',
      authorizedScope: ['email', 'profile'],
    };
    const parser = parserWith();
    const parsed = parser.parse(tokenWith());
    expect(parsed).toEqual({ outcome: 'valid', credentials, claims: CLAIMS });
    expect(credentialsOrNull(parsed)).not.toHaveProperty('jti');
    for (const jti of [17, 'id', '', false, null]) {
      expect(credentialsOrNull(parser.parse(tokenWith({ jti })))).toStrictEqual({ ...credentials, jti });
    }
  });

  it('JOAT-7: gives what nobody can change', () => {
    const parsed = parserWith().parse(tokenWith());
    const credentials = credentialsOrNull(parsed);
    expect([parsed, credentials, credentials?.authorizedScope].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ['', 'malformed_token'],
    ['no token', 'malformed_token'],
    [`${tokenWith()}.x`, 'malformed_token'],
    [`${tokenWith()}=`, 'bad_signature'],
    [tokenWith().slice(0, -1), 'bad_signature'],
    [tokenWith().replace(/\.[^.]+$/, `.${'A'.repeat(43)}`), 'bad_signature'],
    [tokenWith({ exp: NOW }), 'token_expired'],
    [tokenWith({ nbf: NOW + 1 }), 'token_not_yet_valid'],
    ['x'.repeat(16_385), 'token_too_large'],
  ])('JOAT-8: refuses with a reason and does not throw: %#, %s', (token, reason) => {
    const parsed = parserWith().parse(token);
    expect(outcome(parsed)).toBe(reason);
    expect(credentialsOrNull(parsed)).toBeNull();
    expect(parsed).toMatchObject({ error: { status: 401, oauthError: 'invalid_token' } });
  });

  it('JOAT-8: takes no token that is no text', () => {
    for (const token of [null, undefined, 5, {}, [tokenWith()]]) {
      expect(outcome(parserWith().parse(token as string))).toBe('malformed_token');
    }
  });

  it('JOAT-8: a token is good until just before its exp', () => {
    expect(judge(tokenWith({ exp: NOW + 1 }))).toBe('valid');
    expect(judge(tokenWith({ exp: NOW }))).toBe('token_expired');
    expect(judge(tokenWith({ exp: NOW }), { toleranceSeconds: 1 })).toBe('valid');
    expect(judge(tokenWith({ exp: undefined }))).toBe('claim_missing');
    expect(judge(tokenWith({ iat: NOW + 1 }))).toBe('token_not_yet_valid');
  });

  it('JOAT-9: a secret that depends on the claims changes with the function, and back', () => {
    const first: SecretFunction = ({ aud, iat, jti }) =>
      `${aud} ${iat} ${jti}: the first way to make secrets`;
    const second: SecretFunction = ({ aud, iat, jti }) =>
      `${aud} ${iat} ${jti}: the second way to make secrets`;
    let current = first;
    const { generator } = setUp({ secret: (claims) => current(claims) });
    const old = generator.issue({ jti: 1 });
    current = second;
    const fresh = generator.issue({ jti: 1 });
    expect(old).not.toBe(fresh);
    expect([old, fresh].map((token) => outcome(generator.parse(token)))).toEqual(['bad_signature', 'valid']);
    current = first;
    expect([old, fresh].map((token) => outcome(generator.parse(token)))).toEqual(['valid', 'bad_signature']);
  });

  it('JOAT-9: one function tells many clients apart', () => {
    const secrets = new Map([
      ['one', 'the secret of client one, 32 bytes or more'],
      ['two', 'the secret of client two, 32 bytes or more'],
    ]);
    const { generator } = setUp({ secret: ({ aud = '' }) => secrets.get(aud) });
    const token = generator.issue({ clientId: 'one' });
    expect(outcome(generator.parse(token))).toBe('valid');
    const [header, , signature] = token.split('.');
    const [, payload] = generator.issue({ clientId: 'two' }).split('.');
    expect(outcome(generator.parse(`${header}.${payload}.${signature}`))).toBe('bad_signature');
    secrets.delete('one');
    expect(outcome(generator.parse(token))).toBe('key_not_found');
  });

  it('JOAT-10: an unknown client is refused with a reason', () => {
    for (const secret of [() => undefined, () => null]) {
      const parsed = parserWith({ secret }).parse(tokenWith());
      expect(outcome(parsed)).toBe('key_not_found');
      expect(credentialsOrNull(parsed)).toBeNull();
    }
  });

  it('JOAT-10: a store that fails is a 503 and no refusal, at once or later', async () => {
    const cause = new Error('connection refused');
    const fail = () => {
      throw cause;
    };
    const wanted = { code: 'key_source_unavailable', status: 503, retry: true, cause };
    expect(() => parserWith({ secret: fail }).parse(tokenWith())).toThrow(expect.objectContaining(wanted));
    const later = createAccessTokenParser({ secret: async () => fail(), clock: () => NOW });
    await expect(later.parseAsync(tokenWith())).rejects.toMatchObject(wanted);
    const own = new UnavailableError('key_source_unavailable', 'busy', { retryAfterSeconds: 3 });
    const busy = createAccessTokenParser({ secret: () => Promise.reject(own), clock: () => NOW });
    await expect(busy.parseAsync(tokenWith())).rejects.toBe(own);
  });

  it('JOAT-10: the function sees claims that nobody has verified, each of its type or not at all', () => {
    const asked: unknown[] = [];
    const secret: SecretFunction = (claims) => {
      asked.push(claims);
      return undefined;
    };
    const forged = { iss: ['p'], aud: { $gt: '' }, sub: 1, scp: 'email', iat: '1', exp: null, jti: { a: 1 } };
    expect(judge(tokenWith(forged), { secret })).toBe('key_not_found');
    const nothing = { iss: undefined, aud: undefined, sub: undefined, scp: undefined, iat: undefined };
    expect(asked).toEqual([{ ...nothing, exp: undefined, jti: { a: 1 } }]);
  });

  it('C2: nor is an instant that reads as Infinity given to it', () => {
    const asked: unknown[] = [];
    const [header] = tokenWith({}).split('.');
    const payload = Buffer.from('{"iat":1e400,"exp":-1e400}').toString('base64url');
    const secret: SecretFunction = ({ iat, exp }) => {
      asked.push(iat, exp);
      return undefined;
    };
    expect(judge(`${header}.${payload}.AA`, { secret })).toBe('key_not_found');
    expect(asked).toEqual([undefined, undefined]);
  });

  it('JOAT-11: nobody is asked for the secret of a token that is not signed with HS256', () => {
    const secret: SecretFunction = () => {
      throw new Error('asked');
    };
    for (const alg of ['none', 'None', 'HS384', 'HS512', 'RS256', 'hs256', 1, undefined, ['HS256']]) {
      expect(judge(tokenWith({}, { alg, typ: 'JWT' }), { secret })).toBe('algorithm_not_allowed');
    }
  });

  it.each(['iss', 'aud', 'sub', 'scp'])('JOAT-11: a token without %s is refused with a reason', (name) => {
    expect(judge(tokenWith({ [name]: undefined }))).toBe('claim_missing');
    expect(judge(tokenWith({ [name]: null }))).toMatch(/^claim_(missing|invalid)$/);
    expect(judge(tokenWith({ [name]: '' }))).toBe('claim_invalid');
    expect(judge(tokenWith({ [name]: 1 }))).toBe('claim_invalid');
    expect(judge(tokenWith({ [name]: {} }))).toBe('claim_invalid');
  });

  it('JOAT-11: one client, and a list of nothing but texts', () => {
    expect(judge(tokenWith({ aud: ['abc123DEF'] }))).toBe('claim_invalid');
    expect(judge(tokenWith({ scp: ['email', 1] }))).toBe('claim_invalid');
    expect(judge(tokenWith({ scp: 'email profile' }))).toBe('claim_invalid');
    expect(judge(tokenWith({ jti: { a: 1 } }))).toBe('claim_invalid');
    expect(judge(tokenWith({ jti: [1] }))).toBe('claim_invalid');
  });

  it('JOAT-11: a provider and a client may be expected, each exactly', () => {
    expect(judge(tokenWith(), { expectedProvider: 'My Provider' })).toBe('valid');
    expect(judge(tokenWith(), { expectedProvider: ['Other', 'My Provider'] })).toBe('valid');
    expect(judge(tokenWith(), { expectedProvider: 'My Provide' })).toBe('issuer_mismatch');
    expect(judge(tokenWith(), { expectedClientId: 'abc123DEF' })).toBe('valid');
    expect(judge(tokenWith(), { expectedClientId: 'abc123def' })).toBe('audience_mismatch');
    expect(judge(tokenWith(), { expectedProvider: null, expectedClientId: null })).toBe('valid');
    expect(usageProblem(() => parserWith({ expectedProvider: [], expectedClientId: '' }))).toMatch(
      /expectedProvider must be .*expectedClientId must be /,
    );
    const { generator } = setUp({ expectedProvider: 'Other' });
    expect(outcome(generator.parse(generator.issue()))).toBe('issuer_mismatch');
  });

  it('JOAT-11: the header says JWT, and demands no extension', () => {
    expect(judge(tokenWith({}, { alg: 'HS256', typ: 'jwt' }))).toBe('valid');
    expect(judge(tokenWith({}, { alg: 'HS256' }))).toBe('unexpected_token_type');
    expect(judge(tokenWith({}, { alg: 'HS256', typ: 'at+jwt' }))).toBe('unexpected_token_type');
    expect(judge(tokenWith({}, { alg: 'HS256', typ: 'JWT', crit: ['x'] }))).toBe(
      'unsupported_critical_header',
    );
  });

  it('JOAT-12: secrets are bytes or text of at least 32 bytes, unless weak ones are allowed', () => {
    const bytes = new Uint8Array(32).fill(0xff);
    for (const secret of [bytes, Buffer.from(bytes), '\u0000\ud7ffé'.repeat(8), 'x'.repeat(32)]) {
      const { generator } = setUp({ secret: () => secret });
      expect(outcome(generator.parse(generator.issue()))).toBe('valid');
    }
    for (const secret of ['x'.repeat(31), new Uint8Array(31), '', new Uint8Array(0)]) {
      expect(usageProblem(() => setUp({ secret: () => secret }).generator.issue())).toMatch(/^weak_key/);
      expect(usageProblem(() => parserWith({ secret: () => secret }).parse(tokenWith()))).toMatch(
        /^weak_key/,
      );
    }
    const weak = setUp({ secret: () => 'x', unsafeAllowWeakSecret: true });
    expect(outcome(weak.generator.parse(weak.generator.issue()))).toBe('valid');
    const empty = setUp({ secret: () => '', unsafeAllowWeakSecret: true });
    expect(usageProblem(() => empty.generator.issue())).toMatch(/^weak_key/);
    expect(usageProblem(() => setUp({ secret: () => 5 as never }).generator.issue())).toMatch(
      /^invalid_options/,
    );
  });

  it('JOAT-12: the text and its bytes are one secret; what the function gives is not kept by reference', () => {
    const bytes = Buffer.from(SECRET);
    expect(judge(tokenWith(), { secret: () => bytes })).toBe('valid');
    const parser = parserWith({ secret: () => bytes });
    expect(outcome(parser.parse(tokenWith()))).toBe('valid');
    bytes[0] = 0;
    expect(outcome(parser.parse(tokenWith()))).toBe('bad_signature');
  });

  it('JOAT-12: a key in place of a secret is refused', () => {
    const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n';
    expect(usageProblem(() => parserWith({ secret: () => pem }).parse(tokenWith()))).toMatch(/^invalid_key/);
  });

  it('JOAT-13: what the token endpoint of a provider issues, another process checks', () => {
    const { generator, clock } = setUp({ expectedProvider: 'My Provider' });
    const resourceServer = parserWith({ expectedProvider: 'My Provider', clock });
    const token = generator.issue({ scope: ['read'] });
    expect(credentialsOrNull(resourceServer.parse(token))?.authorizedScope).toEqual(['read']);
    clock.advance(3600);
    expect(outcome(resourceServer.parse(token))).toBe('token_expired');
  });

  it('a secret function that parses tokens itself does not mix up the secrets', () => {
    const outer = tokenWith();
    const other = 'another secret of tests, 32 bytes or more';
    const inner = createJwtSigner({
      key: importSecret({ algorithm: 'HS256', secret: other }),
      clock: () => NOW,
    }).sign(CLAIMS);
    const parser = parserWith({
      secret: ({ jti }) => {
        if (jti === undefined) expect(outcome(parser.parse(tokenWith({ jti: 'inner' })))).toBe('valid');
        return SECRET;
      },
    });
    expect(outcome(parser.parse(outer))).toBe('valid');
    expect(outcome(parser.parse(inner))).toBe('bad_signature');
  });

  it('J28: an access token under a private key is none of these, whoever shares what', () => {
    const { privateKey } = keyPairFor('ES256');
    const token = createJwtSigner({ key: privateKey, type: 'at+jwt', clock: () => NOW }).sign(CLAIMS);
    expect(judge(token)).toBe('algorithm_not_allowed');
  });

  it('no reason repeats the token, a claim or the secret', () => {
    const token = tokenWith({ sub: 'a-name-to-look-for', exp: NOW });
    const parsed = parserWith().parse(token);
    if (parsed.outcome === 'valid') throw new Error('it was valid');
    expect(parsed.error).toBeInstanceOf(TokenError);
    const told = `${parsed.error.message} ${parsed.error.publicText} ${JSON.stringify(parsed)}`;
    for (const secret of [token, SECRET, 'a-name-to-look-for']) expect(told).not.toContain(secret);
  });
});

import {
  createJwsSigner,
  generateKeyPair,
  importPrivateKey,
  importPublicKey,
  TokenError,
  UnavailableError,
} from 'countersign';
import { createApiTokenDecoder, definePolicy } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { readJwsVectors } from '../../vectors/read-vectors.js';
import {
  decoderWith,
  encoderWith,
  extrasOf,
  handMade,
  otherPair,
  POLICY,
  pairOf,
  verdictOf,
} from './support/api-tokens.js';

const { decode } = decoderWith();
const judge = (...made: Parameters<typeof handMade>) => verdictOf(decode(handMade(...made)));

describe('the outcome', () => {
  it('is valid with a frozen record of all that the token says', () => {
    const token = encoderWith().encode('an-id', {
      kind: 'admin',
      level: 3.1,
      scopes: ['extra', 'admin:all'],
    });
    const outcome = decode(token);
    expect(outcome).toEqual({
      outcome: 'valid',
      record: {
        kind: 'admin',
        issuer: 'auth_admin',
        subject: 'an-id',
        expiresAt: NOW + 3600,
        issuedAt: NOW,
        tokenId: expect.any(String),
        profile: 'native',
        extras: { level: 3.1, factor: '', target: '', dnt: 0, scopes: ['extra', 'admin:all'] },
      },
    });
    if (outcome.outcome !== 'valid') return;
    for (const part of [outcome, outcome.record, outcome.record.extras, outcome.record.extras.scopes]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('POL-17: is bad when no key holds, and each key has its turn', () => {
    const token = handMade();
    expect(verdictOf(decoderWith({ keys: otherPair.publicKey }).decode(token))).toBe('bad_signature');
    const third = generateKeyPair('RS256').publicKey;
    const keys = [otherPair.publicKey, third, keyPairFor('RS256').publicKey];
    expect(verdictOf(decoderWith({ keys }).decode(token))).toBe('valid');
    for (const malformed of ['', 'x', 'a.b.c', `${token}.`, token.slice(0, -1), token.split('.')[0] ?? '']) {
      expect(decoderWith({ keys }).decode(malformed)).toMatchObject({ outcome: 'bad' });
    }
  });

  it('a token that names its key is checked with that key and no other', () => {
    const { privateKey, publicKey } = generateKeyPair('RS256', { kid: 'one' });
    const token = encoderWith({ key: privateKey }).encode('an-id', { kind: 'user' });
    expect(verdictOf(decoderWith({ keys: publicKey }).decode(token))).toBe('valid');
    expect(verdictOf(decoderWith({ keys: otherPair.publicKey }).decode(token))).toBe('key_not_found');
  });

  it('POL-18: is expired from exp on, and says so of no token that has another fault in its signature', () => {
    const at = (seconds: number) => decoderWith({ clock: () => NOW + seconds }).decode(handMade());
    expect(at(59.999).outcome).toBe('valid');
    expect(at(60)).toEqual({ outcome: 'expired', expiredAt: NOW + 60 });
    const forged = decoderWith({ keys: otherPair.publicKey, clock: () => NOW + 60 });
    expect(verdictOf(forged.decode(handMade()))).toBe('bad_signature');
  });

  it('POL-18: an expired token is expired whatever else its claims say', () => {
    expect(judge({ exp: NOW - 1, aud: 'somebody', level: [] })).toBe('expired');
  });

  it.each([
    [{ nbf: NOW + 1 }, 'token_not_yet_valid'],
    [{ nbf: NOW }, 'valid'],
    [{ iat: NOW + 1 }, 'token_not_yet_valid'],
    [{ aud: 'somebody' }, 'audience_mismatch'],
    [{ aud: [] }, 'audience_mismatch'],
    [{ exp: `${NOW + 60}` }, 'claim_invalid'],
  ])('POL-18: is bad, not expired: %j', (claims, verdict) => {
    expect(judge(claims)).toBe(verdict);
  });

  it.each(['HS256', 'RS384', 'ES256', 'PS256'] as const)(
    'POL-19: is bad for the algorithm %s, with that as its reason',
    (algorithm) => {
      expect(judge({}, { algorithm })).toBe('algorithm_not_allowed');
    },
  );

  it('POL-20: is bad without sub or exp, and for what is no token', () => {
    expect(judge({ sub: undefined })).toBe('claim_missing');
    expect(judge({ sub: null })).toBe('claim_invalid');
    expect(judge({ exp: undefined })).toBe('claim_missing');
    for (const nothing of [null, undefined, 7, {}])
      expect(verdictOf(decode(nothing as never))).toBe('malformed_token');
  });

  it('POL-5: is bad for an empty subject, which the original signs', () => {
    expect(judge({ sub: '' })).toBe('claim_invalid');
  });

  it('J28: is bad for tokens of another type', () => {
    expect(judge({}, { typ: 'at+jwt' })).toBe('unexpected_token_type');
    expect(judge({}, { typ: undefined })).toBe('valid');
  });

  it('POL-23: depends on the token alone: nothing of one is left in the next', () => {
    const rich = handMade({ scopes: 'user:all', level: '3.0', factor: 'otp' });
    const poor = handMade();
    const before = decode(poor);
    expect(extrasOf(decode(rich)).scopes).toEqual(['user:all']);
    expect(decode(poor)).toEqual(before);
    expect(extrasOf(before)).toEqual({ level: 0, factor: '', target: '', dnt: 0, scopes: [] });
  });
});

describe('the record', () => {
  it('POL-21: reads what the original writes', () => {
    const token = handMade({
      level: '3.1',
      factor: 'password',
      target: 'customer-7',
      dnt: '2',
      scopes: 'user:all,extra',
      unknown: 'dropped',
    });
    expect(decode(token)).toEqual({
      outcome: 'valid',
      record: {
        kind: 'user',
        issuer: 'auth_user',
        subject: 'an-id',
        expiresAt: NOW + 60,
        issuedAt: null,
        tokenId: null,
        profile: 'api_jwt',
        extras: {
          level: 3.1,
          factor: 'password',
          target: 'customer-7',
          dnt: 2,
          scopes: ['user:all', 'extra'],
        },
      },
    });
  });

  it('POL-21: a missing level is 0.0 and a missing factor empty, whatever the policy has for a default', () => {
    const { decode: decodeWith } = pairOf({
      kinds: { user: 'auth_user' },
      extras: {
        level: { type: 'number', default: 3 },
        factor: { type: 'text', default: 'otp' },
        scopes: { type: 'list', default: ['everything'] },
        beta: { type: 'boolean', default: true },
        plan: { type: 'text', default: null },
        device: { type: 'json', default: { model: 'T1' } },
      },
    });
    const least = { level: 0, factor: '', scopes: [], beta: false, plan: null, device: null };
    expect(extrasOf(decodeWith(handMade()))).toEqual(least);
    const nulls = Object.fromEntries(Object.keys(least).map((name) => [name, null]));
    expect(extrasOf(decodeWith(handMade(nulls)))).toEqual(least);
  });

  it('POL-24: has a list of scopes although the token has none', () => {
    expect(extrasOf(decode(handMade())).scopes).toEqual([]);
    expect(extrasOf(decode(handMade({ scopes: '' }))).scopes).toEqual([]);
  });

  it.each([
    [{ level: 'high' }],
    [{ level: 'nan' }],
    [{ level: [3] }],
    [{ dnt: '1.5' }],
    [{ dnt: 1.5 }],
    [{ scopes: 7 }],
    [{ scopes: 'a,,b' }],
    [{ scopes: ['a', 7] }],
    [{ factor: 7 }],
    [{ jti: 7 }],
  ])('a claim of the wrong form makes a token bad: %j', (claims) => {
    const outcome = decode(handMade(claims));
    expect(outcome).toMatchObject({ outcome: 'bad', reason: 'claim_invalid' });
  });
});

describe('the policy on decoding', () => {
  const strict = decoderWith({ recheckPolicy: true });

  it('POL-22: is not checked again unless that is asked for', () => {
    const token = handMade({ level: '9', scopes: 'root' });
    expect(decode(token)).toMatchObject({
      outcome: 'valid',
      record: { kind: 'user', extras: { level: 9, scopes: ['root'] } },
    });
    expect(verdictOf(strict.decode(token))).toBe('policy_violated');
  });

  it('POL-22, J28: takes tokens of issuers outside the policy only where that is asked for', () => {
    const token = handMade({ iss: 'somebody', level: '9', scopes: 'root' });
    expect(verdictOf(decode(token))).toBe('issuer_mismatch');
    expect(verdictOf(decode(handMade({ iss: undefined })))).toBe('issuer_mismatch');
    expect(decoderWith({ unsafeAllowUnknownIssuers: true }).decode(token)).toMatchObject({
      outcome: 'valid',
      record: { kind: null, issuer: 'somebody', extras: { level: 9, scopes: ['root'] } },
    });
  });

  it.each([
    [{}, 'valid'],
    [{ level: '3.1', scopes: 'user:all' }, 'valid'],
    [{ level: 3.2 }, 'policy_violated'],
    [{ scopes: 'admin:all' }, 'policy_violated'],
    [{ iss: 'auth_admin', scopes: 'admin:all' }, 'valid'],
    [{ iss: 'auth_root' }, 'policy_violated'],
    [{ iss: undefined }, 'policy_violated'],
  ])('POL-22: is checked again where that is asked for: %j', (claims, verdict) => {
    expect(verdictOf(strict.decode(handMade(claims)))).toBe(verdict);
  });

  it('POL-22: says what is allowed, and nothing that the token says', () => {
    const outcome = strict.decode(handMade({ scopes: 'the-value' }));
    expect(outcome).toEqual({
      outcome: 'bad',
      reason: 'policy_violated',
      detail: 'the claim scopes is not allowed: allowed for the kind "user" is "user:all"',
    });
  });

  it('may take tokens of one profile only', () => {
    const token = encoderWith().encode('an-id', { kind: 'user' });
    const native = decoderWith({ profiles: ['native'] });
    const compat = decoderWith({ profiles: ['api_jwt'] });
    expect([native.decode(token), native.decode(handMade())].map(verdictOf)).toEqual([
      'valid',
      'profile_not_accepted',
    ]);
    expect([compat.decode(token), compat.decode(handMade())].map(verdictOf)).toEqual([
      'profile_not_accepted',
      'valid',
    ]);
  });
});

describe('the audience', () => {
  it('POL-31: must be there and be the one expected, where one is', () => {
    const { decode: decodeFor } = decoderWith({ audience: 'aud' });
    expect(verdictOf(decodeFor(handMade({ aud: 'aud' })))).toBe('valid');
    expect(verdictOf(decodeFor(handMade({ aud: ['other', 'aud'] })))).toBe('valid');
    expect(verdictOf(decodeFor(handMade()))).toBe('claim_missing');
    expect(verdictOf(decodeFor(handMade({ aud: 'other' })))).toBe('audience_mismatch');
  });

  it('must be chosen: leaving it out is a mistake', () => {
    // @ts-expect-error it is required
    const call = () => createApiTokenDecoder({ policy: POLICY, keys: keyPairFor('RS256').publicKey });
    expect(usageProblem(call)).toBe('invalid_options: audience is required (null switches it off)');
  });
});

describe('decoding later', () => {
  const { publicKey } = keyPairFor('RS256');

  it('says the same as decoding now', async () => {
    const decoder = decoderWith({ keys: [otherPair.publicKey, publicKey] });
    for (const token of [handMade(), handMade({ exp: NOW }), handMade({}, { algorithm: 'RS384' }), 'x']) {
      expect(await decoder.decodeAsync(token)).toEqual(decoder.decode(token));
    }
  });

  it('fetches the key; decoding now does not', async () => {
    const keys = { peek: () => undefined, resolve: async () => publicKey };
    const decoder = decoderWith({ keys });
    expect(verdictOf(await decoder.decodeAsync(handMade()))).toBe('valid');
    expect(verdictOf(decoder.decode(handMade()))).toBe('key_not_found');
  });

  it('rejects when the key cannot be had now: that is not the fault of the token', async () => {
    const outage = new UnavailableError('key_source_unavailable', 'down', { retryAfterSeconds: 5 });
    const keys = { peek: () => undefined, resolve: () => Promise.reject(outage) };
    await expect(decoderWith({ keys }).decodeAsync(handMade())).rejects.toBe(outage);
    const unknown = new TokenError('key_not_found', 'no such key');
    const none = { peek: () => undefined, resolve: () => Promise.reject(unknown) };
    expect(verdictOf(await decoderWith({ keys: none }).decodeAsync(handMade()))).toBe('key_not_found');
  });
});

describe('keys that everybody can sign with', () => {
  const published = readJwsVectors().flatMap(({ name, keys }) =>
    keys.flatMap(({ algorithm, jwk }) =>
      algorithm.startsWith('HS') ? [] : [{ name, algorithm: algorithm as 'ES256', jwk }],
    ),
  );

  it.each(published)(
    'POL-28: $name, $algorithm: bad, from wherever the key comes',
    async ({ algorithm, jwk }) => {
      const key = importPrivateKey({ algorithm, jwk });
      const { d, p, q, dp, dq, qi, ...publicJwk } = jwk as Record<string, unknown>;
      const known = importPublicKey({ algorithm, jwk: publicJwk });
      const forged = createJwsSigner({ key, header: { typ: 'JWT' } }).sign(
        Buffer.from(JSON.stringify({ iss: 'auth_user', sub: 'an-id', exp: NOW + 60 })),
      );
      const keys = { peek: () => known, resolve: async () => known };
      const decoder = decoderWith({ keys, algorithms: [algorithm] });
      expect(verdictOf(decoder.decode(forged))).toBe('key_not_found');
      expect(verdictOf(await decoder.decodeAsync(forged))).toBe('key_not_found');
      expect(usageProblem(() => decoderWith({ keys: known, algorithms: [algorithm] }))).toContain(
        'everybody can sign with it',
      );
    },
  );
});

describe('the options of a decoder', () => {
  it.each([
    [{ keys: secretKey }, 'keys must be public keys'],
    [{ keys: keyPairFor('RS256').privateKey }, 'keys must be public keys'],
    [{ keys: [] }, 'at least one public key is needed'],
    [{ keys: keyPairFor('ES256').publicKey }, 'keys holds a key for ES256, but algorithms has only RS256'],
    [{ algorithms: ['HS256'] }, 'algorithms must not name HMAC'],
    [{ algorithms: [] }, 'algorithms must be a non-empty array'],
    [{ profiles: [] }, 'profiles must be a non-empty array'],
    [{ policy: {} }, 'policy must be a policy'],
    [{ audience: [] }, 'audience must be null or a non-empty string'],
    [{ recheck: true }, 'unknown option "recheck", did you mean "recheckPolicy"?'],
  ])('are checked: %#', (options, problem) => {
    expect(usageProblem(() => decoderWith(options as never))).toContain(`invalid_options: ${problem}`);
  });

  it('a policy without extras still says who it is', () => {
    const policy = definePolicy({ kinds: { user: 'auth_user' }, extras: {} });
    const { publicKey: keys } = keyPairFor('RS256');
    const decoder = createApiTokenDecoder({ policy, keys, audience: null, clock: () => NOW });
    expect(decoder.decode(handMade({ level: '1' }))).toMatchObject({
      record: { subject: 'an-id', extras: {} },
    });
  });
});

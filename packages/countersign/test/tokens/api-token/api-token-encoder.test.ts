import { readFileSync } from 'node:fs';
import { generateKeyPair, importPrivateKey, importPublicKey } from 'countersign';
import { createApiTokenEncoder } from 'countersign/api-token';
import { describe, expect, it } from 'vitest';
import { keyPairFor, secretKey } from '../../support/keys.js';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import {
  decoderWith,
  encoderWith,
  extrasOf,
  POLICY,
  pairOf,
  partsOf,
  verdictOf,
} from './support/api-tokens.js';

const compat = encoderWith({ profile: 'api_jwt' });
const native = encoderWith();
const claimsOf = (token: string) => JSON.parse(partsOf(token).claims);

describe('the profile api_jwt', () => {
  it('POL-1: has the header and the claims of the original, in its order, and no kid', () => {
    const { header, claims } = partsOf(compat.encode('an-id', { kind: 'user' }));
    expect(header).toBe('{"alg":"RS256","typ":"JWT"}');
    expect(claims).toBe(
      `{"iss":"auth_user","sub":"an-id","exp":${NOW + 3600},` +
        '"level":"0.0","factor":"","target":"","dnt":"0","scopes":""}',
    );
  });

  it('POL-1: signs with RS256 only', () => {
    const key = keyPairFor('ES256').privateKey;
    expect(usageProblem(() => encoderWith({ profile: 'api_jwt', key }))).toBe(
      'invalid_options: key must be for RS256 in the profile api_jwt, not ES256',
    );
  });

  it('POL-2: has neither iat, nbf, jti nor aud, and takes no audience', () => {
    const claims = claimsOf(compat.encode('an-id', { kind: 'user' }));
    for (const name of ['iat', 'nbf', 'jti', 'aud']) expect(claims).not.toHaveProperty(name);
    expect(usageProblem(() => encoderWith({ profile: 'api_jwt', audience: 'aud' }))).toContain('audience');
  });

  it('POL-12: an extra without a list takes any value; an object stays an object', () => {
    const { encode, decode } = pairOf(
      { kinds: { user: 'auth_user' }, extras: { device: { type: 'json', default: null } } },
      'api_jwt',
    );
    const token = encode('an-id', { kind: 'user', device: { model: 'T1', ports: [1, 2] } });
    expect(claimsOf(token).device).toEqual({ model: 'T1', ports: [1, 2] });
    expect(extrasOf(decode(token)).device).toEqual({ model: 'T1', ports: [1, 2] });
    expect(claimsOf(compat.encode('an-id', { kind: 'user', factor: 'whatever' })).factor).toBe('whatever');
  });

  it.each([[5], [true], [['a', 'b']]])(
    'a value without a type that would come back as text is refused: %j',
    (device) => {
      const definition = {
        kinds: { user: 'auth_user' },
        extras: { device: { type: 'json', default: null } },
      } as const;
      const { encode } = pairOf(definition, 'api_jwt');
      expect(usageProblem(() => encode('an-id', { kind: 'user', device }))).toContain(
        'give the extra a type',
      );
      const other = pairOf(definition);
      expect(extrasOf(other.decode(other.encode('an-id', { kind: 'user', device }))).device).toEqual(device);
    },
  );

  it('POL-13: writes lists, numbers and booleans as text, and exp as a number', () => {
    const { encode } = pairOf(
      {
        kinds: { admin: 'auth_admin' },
        extras: {
          level: { type: 'number', default: 0 },
          dnt: { type: 'integer', default: 0 },
          scopes: { type: 'list', default: [] },
          beta: { type: 'boolean', default: false },
        },
      },
      'api_jwt',
    );
    const extras = { level: 1, dnt: 3, scopes: ['extra', 'admin:all'], beta: true } as const;
    expect(claimsOf(encode('an-id', { kind: 'admin', ...extras }))).toEqual({
      iss: 'auth_admin',
      sub: 'an-id',
      exp: NOW + 3600,
      level: '1.0',
      dnt: '3',
      scopes: 'extra,admin:all',
      beta: 'True',
    });
    expect(claimsOf(encode('an-id', { kind: 'admin', level: 3.1 }))).toMatchObject({
      level: '3.1',
      beta: 'False',
    });
  });

  it('POL-14: refuses an item with a comma, which would come back as two; the profile native takes it', () => {
    const definition = {
      kinds: { user: 'auth_user' },
      extras: { tags: { type: 'list', default: [] } },
    } as const;
    const { encode } = pairOf(definition, 'api_jwt');
    expect(usageProblem(() => encode('an-id', { kind: 'user', tags: ['a,b', 'c'] }))).toBe(
      'invalid_claims: tags must not hold an item with a comma in the profile api_jwt',
    );
    const other = pairOf(definition);
    const token = other.encode('an-id', { kind: 'user', tags: ['a,b', 'c'] });
    expect(extrasOf(other.decode(token)).tags).toEqual(['a,b', 'c']);
  });

  it.each([[[1]], [[null]], [['']], [['\ud800']], [[['a']]], [7]])(
    'POL-14: refuses a list of anything but non-empty strings: %j',
    (tags) => {
      for (const profile of ['native', 'api_jwt'] as const) {
        const { encode } = pairOf(
          { kinds: { user: 'u' }, extras: { tags: { type: 'list', default: [] } } },
          profile,
        );
        // @ts-expect-error not strings
        const call = () => encode('an-id', { kind: 'user', tags });
        expect(usageProblem(call)).toMatch(/^invalid_claims: tags must/);
      }
    },
  );
});

describe('the profile native', () => {
  it('POL-2: adds iat, jti and kid, and aud where it is asked for', () => {
    const { header, claims } = partsOf(
      native.encode('an-id', { kind: 'user', level: 3.1, scopes: ['user:all'] }),
    );
    const { kid } = keyPairFor('RS256').publicKey;
    expect(header).toBe(`{"alg":"RS256","typ":"JWT","kid":"${kid}"}`);
    expect(JSON.parse(claims)).toEqual({
      iss: 'auth_user',
      sub: 'an-id',
      exp: NOW + 3600,
      iat: NOW,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      level: 3.1,
      factor: '',
      target: '',
      dnt: 0,
      scopes: ['user:all'],
    });
    const withAudience = encoderWith({ audience: 'api' }).encode('an-id', { kind: 'user' });
    expect(claimsOf(withAudience).aud).toBe('api');
  });

  it('gives each token an id of its own', () => {
    const ids = [1, 2].map(() => claimsOf(native.encode('an-id', { kind: 'user' })).jti);
    expect(new Set(ids).size).toBe(2);
  });

  it('names a key that has no id by its thumbprint', () => {
    const { privateKey, publicKey } = generateKeyPair('ES256');
    const named = generateKeyPair('ES256', { kid: 'mine' });
    const kidOf = (key: typeof privateKey) =>
      JSON.parse(partsOf(encoderWith({ key }).encode('an-id', { kind: 'user' })).header).kid;
    expect(kidOf(privateKey)).toBe(publicKey.kid);
    expect(kidOf(named.privateKey)).toBe('mine');
  });

  it.each(['RS256', 'ES256', 'PS384', 'EdDSA'] as const)('takes %s where it is named', (algorithm) => {
    const { privateKey: key, publicKey: keys } = keyPairFor(algorithm);
    const token = encoderWith({ key }).encode('an-id', { kind: 'user' });
    expect(verdictOf(decoderWith({ keys, algorithms: [algorithm] }).decode(token))).toBe('valid');
  });

  it('encodeAsync signs the same in the thread pool', async () => {
    const token = await native.encodeAsync('an-id', { kind: 'admin', scopes: 'extra' });
    expect(extrasOf(decoderWith().decode(token)).scopes).toEqual(['extra']);
    await expect(native.encodeAsync('', { kind: 'admin' })).rejects.toThrow('subject');
  });
});

describe('what a token is given', () => {
  it('POL-3: the issuer is that of the kind', () => {
    for (const encoder of [compat, native]) {
      expect(claimsOf(encoder.encode('an-id', { kind: 'user' })).iss).toBe('auth_user');
      expect(claimsOf(encoder.encode('an-id', { kind: 'admin' })).iss).toBe('auth_admin');
    }
  });

  it('POL-5: the subject is neither missing nor empty', () => {
    for (const subject of [null, undefined, '', 7]) {
      // @ts-expect-error no subject
      expect(usageProblem(() => native.encode(subject, { kind: 'user' }))).toMatch(
        /^invalid_claims: the subject must be a non-empty string/,
      );
    }
  });

  it('POL-6: the expiry is that of the call, may be past, and else that of the encoder', () => {
    const expiryOf = (expiresInSeconds: number | undefined, lifetimeSeconds?: number) =>
      claimsOf(encoderWith({ lifetimeSeconds }).encode('an-id', { kind: 'user', expiresInSeconds })).exp -
      NOW;
    expect(expiryOf(10)).toBe(10);
    expect(expiryOf(0)).toBe(0);
    expect(expiryOf(-10)).toBe(-10);
    expect(expiryOf(undefined)).toBe(3600);
    expect(expiryOf(undefined, 7200)).toBe(7200);
    expect(expiryOf(5, 7200)).toBe(5);
    for (const wrong of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) {
      expect(usageProblem(() => expiryOf(wrong))).toContain('expiresInSeconds must be a whole number');
    }
  });

  it('is a whole second, also where the clock is between two', () => {
    const token = encoderWith({ clock: () => NOW + 0.9 }).encode('an-id', { kind: 'user' });
    expect(claimsOf(token)).toMatchObject({ iat: NOW, exp: NOW + 3600 });
  });

  it('POL-7: says the defaults of the standard extras where nothing is given', () => {
    expect(claimsOf(native.encode('an-id', { kind: 'user' }))).toMatchObject({
      level: 0,
      factor: '',
      target: '',
      dnt: 0,
      scopes: [],
    });
  });

  it('tells every problem at once, and no value that is not its business', () => {
    // @ts-expect-error everything is wrong
    const call = () => native.encode('', { kind: 'root', level: 9, scope: 'x', expiresInSeconds: 'soon' });
    expect(usageProblem(call)).toBe(
      'invalid_claims: the subject must be a non-empty string, not an empty string; ' +
        'the kind "root" is not one of the policy, which has "user", "admin"; ' +
        'expiresInSeconds must be a whole number of seconds from -315360000 to 315360000, not a string',
    );
  });
});

describe('the options of an encoder', () => {
  it.each([
    [{ key: secretKey }, 'key must be a private key'],
    [{ key: keyPairFor('RS256').publicKey }, 'key must be a private key'],
    [{ policy: { definition: POLICY.definition } }, 'policy must be a policy made by definePolicy'],
    [{ profile: 'compat' }, 'profile must be "native" or "api_jwt"'],
    [{ lifetimeSeconds: 0 }, 'lifetimeSeconds must be a whole number'],
    [{ audience: '' }, 'audience must be a non-empty string'],
  ])('are checked: %#', (options, problem) => {
    const all = { policy: POLICY, key: keyPairFor('RS256').privateKey, ...options };
    // @ts-expect-error wrong options
    expect(usageProblem(() => createApiTokenEncoder(all))).toContain(`invalid_options: ${problem}`);
  });

  it('POL-28: a key that everybody knows is refused, either half', () => {
    const pem = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzkoXUA7qFoRC/f49OB6Q
m0K5jdmKkYIsM/USD8lqGsiH7ixMQSoqr7H0RxqILdOHtvHe/QHSG+nqz6Vko6Qc
fgcI3LIhYiC1munfJXYZkaZ0yUgTjUHy2WIXRCtWNwav9YKpHpe5C7aeSb8+eohw
8gfbcwjKTZ8XjHx7mfz7THDqRBZ1UI97V8R7LOFqPAvuDlD3uZfesJHCB6Dpo6Yy
DDc8LEev8FolxYVnG4fQZNFhONHciuCIxeZ5qnzPqGOykVHPByzVs/J9QXANMgCW
D9yVapYwRaYKxMg9lqmRJdPSQ6AMByKBGgN+jxNfokvx2zV7yPKfD/fQ/k/q1FId
NQIDAQAB
-----END PUBLIC KEY-----`;
    const keys = importPublicKey({ pem, algorithm: 'RS256' });
    expect(usageProblem(() => decoderWith({ keys }))).toBe(
      'invalid_options: the dummy key that api_jwt ships must not be used: everybody can sign with it',
    );
    const vectors = JSON.parse(readFileSync(new URL('../../vectors/rfc7515.json', import.meta.url), 'utf8'));
    const key = importPrivateKey({ algorithm: 'RS256', jwk: vectors[1].keys[0].jwk });
    expect(usageProblem(() => encoderWith({ key }))).toBe(
      'invalid_options: key must not be the example key of RFC 7515 appendix A.2: everybody can sign with it',
    );
  });
});

import { createHmac } from 'node:crypto';
import { exportPublicPem } from 'countersign';
import type { AsapVerifierOptions } from 'countersign/asap';
import { ASAP_ALGORITHMS, createAsapSigner, createAsapVerifier } from 'countersign/asap';
import { describe, expect, it } from 'vitest';
import { judge, judgeNow } from '../../support/judgement.js';
import { NOW, toBase64url } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import {
  AUDIENCE,
  ISSUER,
  KEY_ID,
  keyPairWithId,
  keysForAnyId,
  tokenWith,
  verifierWith,
} from './support/services.js';

const judgeClaims = (claims: Record<string, unknown>, options: Partial<AsapVerifierOptions> = {}) =>
  judge(verifierWith(options), tokenWith(claims));

/** A token whose header and signature are put together by hand. */
function unsigned(header: Record<string, unknown>, signature = ''): string {
  const [, payload] = tokenWith().split('.');
  return `${toBase64url(JSON.stringify({ typ: 'JWT', kid: KEY_ID, ...header }))}.${payload}.${signature}`;
}

describe('ASAP verifier: what comes of a good token', () => {
  it('gives the caller, frozen', () => {
    const caller = verifierWith().verify(tokenWith({ extra: { deep: [1] } }));
    expect(caller).toEqual({
      kind: 'service',
      issuer: ISSUER,
      subject: ISSUER,
      audience: [AUDIENCE],
      tokenId: 'an-id',
      keyId: KEY_ID,
      issuedAt: NOW,
      expiresAt: NOW + 60,
      claims: expect.objectContaining({ iss: ISSUER, extra: { deep: [1] } }),
    });
    for (const part of [caller, caller.audience, caller.claims]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('ASAP-39: both ways to verify give the same', async () => {
    const verifier = verifierWith();
    const token = tokenWith({ aud: ['x', AUDIENCE] });
    expect(await verifier.verifyAsync(token)).toEqual(verifier.verify(token));
  });

  it.each([
    ['iss', 'claim_missing'],
    ['iat', 'claim_missing'],
    ['exp', 'claim_missing'],
    ['aud', 'claim_missing'],
    ['jti', 'claim_missing'],
    ['nbf', 'accepted'],
    ['sub', 'accepted'],
  ])('ASAP-40: without %s it is %s', async (name, outcome) => {
    expect(await judgeClaims({ [name]: undefined })).toBe(outcome);
  });

  it('ASAP-26: the same token is taken three times where replay is not checked', async () => {
    const verifier = verifierWith();
    const token = tokenWith();
    for (let time = 0; time < 3; time++) expect(await judge(verifier, token)).toBe('accepted');
  });

  it.each(['JWT', 'jwt', 'application/jwt', undefined])(
    'a type of %j is one of these tokens',
    async (typ) => {
      expect(await judge(verifierWith(), tokenWith({}, { typ }))).toBe('accepted');
    },
  );

  it.each(['at+jwt', 'dpop+jwt', 'logout+jwt', 'JOSE'])(
    'J28: a type of %j is none of these tokens',
    async (typ) => {
      expect(await judge(verifierWith(), tokenWith({}, { typ }))).toBe('unexpected_token_type');
    },
  );
});

describe('ASAP verifier: key ids', () => {
  it.each([
    '../aha',
    '/a',
    '\\c:a',
    'a#$',
    'a../../a',
    'a/;a',
    ' ',
    'a\0b',
    'a/#a',
    'a/a?x',
    'a/a;',
    'a//b',
    './a',
    'a/.',
    'a/%2e%2e/b',
    'a\n',
    'é/x',
    'caller/key1\n',
    'caller/',
    'https://evil.test/k',
  ])('A3: a token with the kid %j is refused before any key is asked for', async (kid) => {
    const { asked, keys } = keysForAnyId();
    const verifier = verifierWith({ keys });
    expect(await judge(verifier, tokenWith({}, { kid }))).toBe('key_id_invalid');
    expect(asked).toEqual([]);
  });

  it('ASAP-37: a token without a kid is refused as a bad token', async () => {
    expect(await judge(verifierWith(), tokenWith({}, { kid: undefined }))).toBe('key_id_invalid');
  });

  it('J25: a kid of 12 KiB is refused', async () => {
    expect(await judge(verifierWith(), tokenWith({}, { kid: 'a/'.repeat(6_000) }))).toMatch(
      /key_id_invalid|too_large/,
    );
  });

  it('ASAP-20: a key that is not there is not found', async () => {
    expect(await judge(verifierWith(), tokenWith({}, { kid: 'caller/key2' }))).toBe('key_not_found');
  });

  it.each([
    ['key1', 'accepted'],
    ['a/b', 'accepted'],
  ])('A1: the issuer owns what lies under it: %j', async (name, judgement) => {
    const kid = `${ISSUER}/${name}`;
    const verifier = verifierWith({ keys: keyPairWithId(kid).publicKey });
    expect(await judge(verifier, tokenWith({}, { kid }))).toBe(judgement);
  });

  it('A1: the issuer owns the key that is called after it', async () => {
    const verifier = verifierWith({ keys: keyPairWithId(ISSUER).publicKey });
    expect(await judge(verifier, tokenWith({}, { kid: ISSUER }))).toBe('accepted');
  });

  it.each(['caller2/key1', 'callerx/k', 'call/k', 'CALLER/key1', 'other', 'x/caller/key1'])(
    'ASAP-21: a token signed with the key %j of somebody else is refused',
    async (kid) => {
      const verifier = verifierWith({ keys: keyPairWithId(kid).publicKey });
      expect(await judge(verifier, tokenWith({}, { kid }))).toBe('issuer_does_not_own_key');
    },
  );

  it('ASAP-21: (issuer, issuerx) is the example of the original', async () => {
    const verifier = verifierWith({ keys: keyPairWithId('issuerx').publicKey });
    const token = tokenWith({ iss: 'issuer', sub: 'issuer' }, { kid: 'issuerx' });
    expect(await judge(verifier, token)).toBe('issuer_does_not_own_key');
  });

  it.each(['caller/sub', '', '..', 'caller%2fsub', 'caller/key1'])(
    'A2: the issuer %j is refused, although the key would lie under it',
    async (iss) => {
      const kid = 'caller/sub/key1';
      const verifier = verifierWith({ keys: keyPairWithId(kid).publicKey });
      expect(await judge(verifier, tokenWith({ iss, sub: iss }, { kid }))).toBe('claim_invalid');
    },
  );
});

describe('ASAP verifier: algorithms and signatures', () => {
  it.each(ASAP_ALGORITHMS)('A6: takes %s', async (algorithm) => {
    const { privateKey, publicKey } = keyPairWithId(KEY_ID, algorithm);
    const signer = createAsapSigner({ issuer: ISSUER, keys: privateKey, clock: () => NOW });
    expect(await judge(verifierWith({ keys: publicKey }), signer.sign({ audience: AUDIENCE }))).toBe(
      'accepted',
    );
  });

  it.each(['none', 'None', 'nOne', 'nonE', 'NONE'])(
    'ASAP-20: %j is an algorithm that is not allowed, before any signature work',
    async (alg) => {
      const { asked, keys } = keysForAnyId();
      for (const verifier of [verifierWith(), verifierWith({ keys })]) {
        expect(await judge(verifier, unsigned({ alg }, 'AA'))).toBe('algorithm_not_allowed');
      }
      expect(asked).toEqual([]);
    },
  );

  it('A6: HS256, EdDSA and unknown names are not allowed', async () => {
    for (const alg of ['HS256', 'EdDSA', 'ES256K', 'rs256', '__proto__', 'toString']) {
      expect(await judge(verifierWith(), unsigned({ alg }, 'AA'))).toBe('algorithm_not_allowed');
    }
    const { publicKey } = keyPairWithId(KEY_ID, 'EdDSA');
    const token = tokenWith({}, { algorithm: 'EdDSA' });
    expect(await judge(verifierWith({ keys: publicKey }), token)).toBe('algorithm_not_allowed');
    expect(await judge(verifierWith({ keys: publicKey, algorithms: ['EdDSA'] }), token)).toBe('accepted');
  });

  it('ASAP-37: a header without alg is refused both ways', async () => {
    expect(await judge(verifierWith(), unsigned({}, 'AA'))).toBe('malformed_token');
  });

  it('J4: a MAC keyed with the public key proves nothing', async () => {
    const [header, payload] = unsigned({ alg: 'HS256' }).split('.');
    const pem = exportPublicPem(keyPairWithId(KEY_ID).publicKey);
    const mac = createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url');
    expect(await judge(verifierWith(), `${header}.${payload}.${mac}`)).toBe('algorithm_not_allowed');
  });

  it('a signature of another key, or over something else, does not hold', async () => {
    const [header, payload, signature] = tokenWith().split('.');
    const [, other] = tokenWith({ sub: 'other' }).split('.');
    expect(await judge(verifierWith(), `${header}.${other}.${signature}`)).toBe('bad_signature');
    expect(await judge(verifierWith(), `${header}.${payload}.${'A'.repeat(86)}`)).toBe('bad_signature');
  });

  it.each(['', '.', '..', 'a.b', 'a.b.c.d', 'notavalidtoken', ' '])(
    'garbage such as %j is malformed',
    async (token) => {
      expect(await judge(verifierWith(), token)).toBe('malformed_token');
    },
  );

  it.each([['HS256'], ['HS256', 'ES256'], ['none'], []])(
    'refuses to be made with the algorithms %j',
    (...algorithms) => {
      expect(usageProblem(() => verifierWith({ algorithms: algorithms as never }))).toMatch(
        /^invalid_options/,
      );
    },
  );
});

describe('ASAP verifier: claims', () => {
  it.each([
    ['claim_missing', { aud: undefined }],
    ['claim_invalid', { aud: null }],
    ['audience_mismatch', { aud: '' }],
    ['audience_mismatch', { aud: 'callee-different' }],
    ['audience_mismatch', { aud: 'calle' }],
    ['audience_mismatch', { aud: [] }],
    ['audience_mismatch', { aud: ['one', 'two'] }],
    ['claim_invalid', { aud: [AUDIENCE, 1] }],
    ['accepted', { aud: ['one', AUDIENCE] }],
  ] as const)('ASAP-23, A7: it is %s to have %j', async (judgement, claims) => {
    expect(await judgeClaims(claims)).toBe(judgement);
  });

  it('ASAP-23: the audience expected may be several', async () => {
    for (const aud of ['one', 'two', ['x', 'two']]) {
      expect(await judgeClaims({ aud }, { audience: ['one', 'two'] })).toBe('accepted');
    }
    expect(await judgeClaims({ aud: 'three' }, { audience: ['one', 'two'] })).toBe('audience_mismatch');
  });

  it('ASAP-23, ASAP-37: a token for nobody is refused also where any audience is accepted', async () => {
    expect(await judgeClaims({ aud: 'anything' }, { audience: null })).toBe('accepted');
    expect(await judgeClaims({ aud: undefined }, { audience: null })).toBe('claim_missing');
    for (const aud of [null, '', [], ['']]) {
      expect(await judgeClaims({ aud }, { audience: null })).toBe('claim_invalid');
    }
  });

  it.each([
    ['accepted', { sub: ISSUER }],
    ['accepted', { sub: undefined }],
    ['accepted', { sub: '' }],
    ['subject_mismatch', { sub: 'not-caller' }],
    ['subject_mismatch', { sub: 'CALLER' }],
    ['claim_invalid', { sub: null }],
    ['claim_invalid', { sub: [ISSUER] }],
  ] as const)('ASAP-22, A8: it is %s to have %j', async (judgement, claims) => {
    expect(await judgeClaims(claims)).toBe(judgement);
  });

  it('ASAP-22: any subject is taken where it need not be the issuer', async () => {
    const options = { subjectMustMatchIssuer: false };
    expect(await judgeClaims({ sub: 'not-caller' }, options)).toBe('accepted');
    expect(verifierWith(options).verify(tokenWith({ sub: 'not-caller' }))).toMatchObject({
      issuer: ISSUER,
      subject: 'not-caller',
    });
    expect(verifierWith(options).verify(tokenWith({ sub: undefined })).subject).toBe(ISSUER);
  });

  it.each([
    ['accepted', { iat: NOW - 10, exp: NOW + 3590 }],
    ['lifetime_too_long', { iat: NOW - 10, exp: NOW + 3591 }],
    ['lifetime_too_long', { exp: NOW + 99_999_999_999 }],
    ['claim_missing', { iat: undefined }],
    ['claim_missing', { exp: undefined }],
    ['claim_invalid', { iat: NOW, exp: NOW + 60.5 }],
    ['claim_invalid', { iat: NOW - 0.5 }],
    ['claim_invalid', { iat: `${NOW}` }],
    ['claim_invalid', { exp: `${NOW + 60}` }],
    ['claim_invalid', { exp: null }],
    ['token_not_yet_valid', { iat: NOW + 3600, exp: NOW + 3660 }],
    ['token_not_yet_valid', { iat: NOW + 1 }],
    ['token_not_yet_valid', { nbf: NOW + 1 }],
    ['accepted', { nbf: undefined }],
    ['token_expired', { iat: NOW - 60, exp: NOW }],
    ['accepted', { iat: NOW - 60, exp: NOW + 1 }],
  ] as const)('ASAP-24, A5: it is %s to have %j', async (judgement, claims) => {
    expect(await judgeClaims(claims)).toBe(judgement);
  });

  it('A5: a token that was issued after it expires is refused, within the tolerance too', async () => {
    expect(await judgeClaims({ iat: NOW, exp: NOW - 1 }, { toleranceSeconds: 5 })).toBe('claim_invalid');
  });

  it('ASAP-24: a verifier may ask for shorter lifetimes, not for longer', async () => {
    expect(await judgeClaims({ exp: NOW + 120 }, { maxLifetimeSeconds: 120 })).toBe('accepted');
    expect(await judgeClaims({ exp: NOW + 121 }, { maxLifetimeSeconds: 120 })).toBe('lifetime_too_long');
    expect(usageProblem(() => verifierWith({ maxLifetimeSeconds: 3601 }))).toMatch(/from 1 to 3600/);
  });

  it.each([
    ['exp', { iat: NOW - 60, exp: NOW - 4 }, { iat: NOW - 60, exp: NOW - 5 }],
    ['nbf', { nbf: NOW + 5 }, { nbf: NOW + 6 }],
    ['iat', { iat: NOW + 5, exp: NOW + 65 }, { iat: NOW + 6, exp: NOW + 66 }],
  ] as const)('ASAP-25: a tolerance of 5 s goes for %s', async (_name, within, beyond) => {
    expect(await judgeClaims(within, { toleranceSeconds: 5 })).toBe('accepted');
    expect(await judgeClaims(beyond, { toleranceSeconds: 5 })).toMatch(/^token_/);
    expect(await judgeClaims(within)).toMatch(/^token_/);
  });

  it.each([
    ['claim_missing', undefined],
    ['claim_invalid', ''],
    ['claim_invalid', null],
    ['claim_invalid', 7],
    ['claim_invalid', ['an-id']],
    ['accepted', 'x'],
    ['accepted', '1700000000:1234567'],
    ['accepted', 'x'.repeat(1024)],
    ['claim_invalid', 'x'.repeat(1025)],
  ])('ASAP-4, ASAP-26, A9: it is %s to have a jti of %j', async (judgement, jti) => {
    expect(await judgeClaims({ jti })).toBe(judgement);
  });

  it('ASAP-37: iss missing is the fault of the token', async () => {
    expect(await judgeClaims({ iss: undefined, sub: undefined })).toBe('claim_missing');
    for (const iss of [null, 1, [ISSUER]]) expect(await judgeClaims({ iss })).toBe('claim_invalid');
  });

  it.each([
    ['accepted', ISSUER],
    ['accepted', ['other', ISSUER]],
    ['issuer_not_allowed', ['other']],
    ['issuer_not_allowed', 'callers'],
  ] as const)('it is %s where %j may come in', async (judgement, issuers) => {
    expect(await judgeClaims({}, { issuers })).toBe(judgement);
  });
});

describe('ASAP verifier: the order of checks', () => {
  /** Each fault comes with all later ones: the first in the order is the one that is told. */
  const faults: readonly (readonly [string, Record<string, unknown>])[] = [
    ['token_expired', { exp: NOW - 1, iat: NOW - 7200 }],
    ['audience_mismatch', { aud: 'other' }],
    ['issuer_does_not_own_key', { iss: 'other' }],
    ['subject_mismatch', { sub: 'third' }],
    ['lifetime_too_long', { iat: NOW - 3600 }],
    ['claim_missing', { jti: undefined }],
    ['issuer_not_allowed', {}],
  ];

  it('ASAP-20: structure, algorithm, key id, key, signature, claims', async () => {
    const { keys } = keysForAnyId();
    const bad = '../x';
    expect(await judge(verifierWith(), unsigned({ alg: 'none', kid: bad }))).toBe('malformed_token');
    expect(await judge(verifierWith(), unsigned({ alg: 'none', kid: bad }, 'AA'))).toBe(
      'algorithm_not_allowed',
    );
    expect(await judge(verifierWith(), unsigned({ alg: 'ES256', kid: bad }, 'AA'))).toBe('key_id_invalid');
    expect(await judge(verifierWith(), unsigned({ alg: 'ES256', kid: 'caller/none' }, 'AA'))).toBe(
      'key_not_found',
    );
    await expect(verifierWith({ keys }).verifyAsync(unsigned({ alg: 'ES256' }, 'AA'))).rejects.toMatchObject({
      code: 'bad_signature',
    });
    const [header, , signature] = tokenWith().split('.');
    expect(await judge(verifierWith(), `${header}.${toBase64url('{}')}.${signature}`)).toBe('bad_signature');
  });

  it.each(faults.map(([code], index) => [code, index] as const))(
    'ASAP-20: %s comes before what follows',
    async (code, index) => {
      const claims = Object.assign(
        {},
        ...faults
          .slice(index)
          .map(([, fault]) => fault)
          .reverse(),
      );
      expect(await judgeClaims(claims, { issuers: ['somebody'] })).toBe(code);
    },
  );
});

describe('ASAP verifier: options', () => {
  it.each([
    ['audience', undefined],
    ['audience', []],
    ['audience', ''],
    ['audience', [1]],
    ['audience', /x/],
    ['issuers', undefined],
    ['issuers', []],
    ['issuers', ['a/b']],
    ['issuers', ['..']],
    ['keys', undefined],
    ['keys', 'https://keys.test/'],
    ['keys', []],
    ['toleranceSeconds', Number.NaN],
    ['toleranceSeconds', -1],
    ['toleranceSeconds', '5'],
    ['maxLifetimeSeconds', Number.POSITIVE_INFINITY],
    ['replay', true],
    ['replay', {}],
    ['subjectMustMatchIssuer', 'no'],
    ['clock', 5],
  ])('C8, C10: %s must not be %j', (name, value) => {
    expect(usageProblem(() => verifierWith({ [name]: value }))).toMatch(/^invalid_options/);
  });

  it('says what is missing, and that null switches it off', () => {
    const problem = usageProblem(() =>
      createAsapVerifier({ keys: keyPairWithId(KEY_ID).publicKey } as never),
    );
    expect(problem).toMatch(/audience is required \(null switches it off\).*issuers is required \(null/);
  });

  it('a key that would have to be fetched is not found at once, and found later', async () => {
    const { keys } = keysForAnyId();
    const verifier = verifierWith({ keys });
    expect(judgeNow(verifier, tokenWith())).toBe('key_not_found');
    expect((await verifier.verifyAsync(tokenWith())).issuer).toBe(ISSUER);
  });
});

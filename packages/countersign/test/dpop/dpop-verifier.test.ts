import { computeJwkThumbprint, createJwtSigner, importPrivateKey } from 'countersign';
import type { DpopPresentation } from 'countersign/dpop';
import { createDpopVerifier, createMemoryReplayStore } from 'countersign/dpop';
import { createTestClock } from 'countersign/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { privatePem, publicJwk } from '../support/raw-keys.js';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import {
  invalid,
  judgeProof,
  METHOD,
  presentation,
  proofWith,
  signProof,
  URL_OF_REQUEST,
  verifierWith,
} from './support/proofs.js';

const THUMBPRINT = computeJwkThumbprint(publicJwk('p256'));
const ACCESS_TOKEN = 'an.access.token';
/** SHA-256 of it, worked out apart. */
const ATH = 'UkM2b42E54u4hWzuKV_B3zyulUA6vtNYjJUv_ru2Qck';
const AT_RESOURCE = { accessToken: ACCESS_TOKEN, boundTo: THUMBPRINT };

describe('O23: a proof', () => {
  it('that holds names its key and its id, frozen', async () => {
    const verified = await verifierWith().verifyAsync(presentation(proofWith({ claims: { jti: 'one' } })));
    expect(verified).toEqual({ jkt: THUMBPRINT, jwk: publicJwk('p256'), tokenId: 'one' });
    expect(Object.isFrozen(verified) && Object.isFrozen(verified.jwk)).toBe(true);
  });

  it('must come once: none and two are refused, also joined by a framework', async () => {
    const [one, two] = [proofWith(), proofWith()];
    expect(await judgeProof([])).toMatch(invalid('one DPoP header field, not 0'));
    expect(await judgeProof([one, two])).toMatch(invalid('one DPoP header field, not 2'));
    expect(await judgeProof([one, one])).toMatch(invalid('not 2'));
    expect(await judgeProof(`${one}, ${two}`)).toMatch(invalid('three segments'));
  });

  it.each(['', '.', '..', 'a.b.c', 'e30.e30.e30', `${'a'.repeat(9000)}.b.c`, '\u{1f511}.b.c'])(
    'that is no JWS is refused: %#',
    async (proof) => {
      expect(await judgeProof(proof)).toMatch(invalid(''));
    },
  );

  it('whose signature is spoilt is refused', async () => {
    const proof = proofWith();
    const at = proof.lastIndexOf('.') + 10;
    const spoilt = `${proof.slice(0, at)}${proof[at] === 'A' ? 'B' : 'A'}${proof.slice(at + 1)}`;
    expect(await judgeProof(spoilt)).toMatch(invalid('signature does not hold'));
    expect(await judgeProof(`${proof}=`)).toMatch(invalid('signature does not hold'));
  });

  it('is refused for any one bit that is changed', async () => {
    const verifier = verifierWith();
    const proof = proofWith();
    const bit = fc.nat(proof.length * 7 - 1);
    await fc.assert(
      fc.asyncProperty(bit, async (index) => {
        const bytes = Buffer.from(proof, 'latin1');
        const at = Math.floor(index / 7);
        bytes[at] = (bytes[at] as number) ^ (1 << (index % 7));
        expect(await judgeProof(bytes.toString('latin1'), {}, verifier)).toMatch(invalid(''));
      }),
      { numRuns: 300 },
    );
    expect(await judgeProof(proof, {}, verifier)).toBe('accepted');
  });

  it('hides what a verifier of tokens says in its cause', async () => {
    const error = await verifierWith()
      .verifyAsync(presentation(proofWith({ signedBy: 'p384' })))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'dpop_proof_invalid',
      status: 401,
      oauthError: 'invalid_dpop_proof',
      cause: { code: 'bad_signature' },
    });
  });
});

describe('O23: the method of a proof', () => {
  it.each(['GET', 'post', 'Post', 'POST ', '', undefined, 5, null])('%o is not POST', async (htm) => {
    expect(await judgeProof(proofWith({ claims: { htm } }))).toMatch(invalid('htm'));
  });

  it('may be any that the request has', async () => {
    expect(await judgeProof(proofWith({ claims: { htm: 'patch' } }), { method: 'patch' })).toBe('accepted');
  });
});

describe('O23: the URL of a proof', () => {
  it.each([
    ['https://api.example/orders?page=2', URL_OF_REQUEST],
    ['https://api.example/orders#top', URL_OF_REQUEST],
    [URL_OF_REQUEST, 'https://api.example/orders?page=2'],
    ['https://api.example:443/orders', URL_OF_REQUEST],
    ['HTTPS://API.Example/orders', URL_OF_REQUEST],
    ['https://api.example', 'https://api.example/'],
    ['http://api.example:80/a', 'http://API.example/a'],
    ['https://[::1]:8443/a', 'https://[0:0::1]:8443/a'],
    ['https://api.example/a/../b', 'https://api.example/a/../b'],
  ])('%s stands for %s', async (htu, url) => {
    expect(await judgeProof(proofWith({ claims: { htu } }), { url })).toBe('accepted');
  });

  it.each([
    ['https://api.example/orders/', URL_OF_REQUEST],
    ['https://api.example//orders', URL_OF_REQUEST],
    ['https://api.example/Orders', URL_OF_REQUEST],
    ['https://api.example/%6Frders', URL_OF_REQUEST],
    ['https://api.example/x/../orders', URL_OF_REQUEST],
    ['https://api.example/orders;v=1', URL_OF_REQUEST],
    ['http://api.example/orders', URL_OF_REQUEST],
    ['https://api.example:8443/orders', URL_OF_REQUEST],
    ['https://api.example.evil/orders', URL_OF_REQUEST],
    ['https://api.example@evil/orders', URL_OF_REQUEST],
    ['https://user@api.example/orders', URL_OF_REQUEST],
    ['https://api.example\\orders', URL_OF_REQUEST],
    ['https:/api.example/orders', URL_OF_REQUEST],
    [' https://api.example/orders', URL_OF_REQUEST],
    ['https://api.example/orders ', URL_OF_REQUEST],
    ['https://api.example/orders\n', URL_OF_REQUEST],
    ['/orders', URL_OF_REQUEST],
    ['urn:orders', URL_OF_REQUEST],
    ['https://[::1/orders', 'https://[::1/orders'],
    ['', URL_OF_REQUEST],
    [undefined, URL_OF_REQUEST],
    [['https://api.example/orders'], URL_OF_REQUEST],
  ])('%j does not stand for %s', async (htu, url) => {
    expect(await judgeProof(proofWith({ claims: { htu } }), { url })).toMatch(
      invalid(/(htu|URL of the request)/),
    );
  });

  it('may be long without taking long', async () => {
    const url = `https://api.example/${'a/'.repeat(1500)}`;
    expect(await judgeProof(proofWith({ claims: { htu: url } }), { url })).toBe('accepted');
  });
});

describe('O23: the age of a proof', () => {
  const options = { maxAgeSeconds: 60, toleranceSeconds: 5 };
  const judgeIssuedAt = (iat: unknown) =>
    judgeProof(proofWith({ claims: { iat } }), {}, verifierWith(options));

  it.each([NOW, NOW - 65, NOW + 5, NOW - 0.5])('%d is within the window', async (iat) => {
    expect(await judgeIssuedAt(iat)).toBe('accepted');
  });

  it.each([NOW - 66, NOW - 65.01, NOW + 6, NOW + 5.01, NOW * 1000, 0, -1])(
    '%d is outside of it',
    async (iat) => {
      expect(await judgeIssuedAt(iat)).toMatch(invalid('iat'));
    },
  );

  it.each([undefined, null, String(NOW), [NOW], true])('%j is no time', async (iat) => {
    expect(await judgeIssuedAt(iat)).toMatch(invalid('iat'));
  });

  it('is a minute, with five seconds between clocks, unless the caller says otherwise', async () => {
    const judge = (iat: number) => judgeProof(proofWith({ claims: { iat } }));
    expect(await judge(NOW - 65)).toBe('accepted');
    expect(await judge(NOW - 66)).toMatch(invalid('iat'));
    expect(await judge(NOW + 6)).toMatch(invalid('iat'));
  });

  it('is refused where the clock says nothing', async () => {
    const replay = createMemoryReplayStore();
    const verifier = createDpopVerifier({ replay, clock: () => Number.NaN });
    expect(await judgeProof(proofWith(), {}, verifier)).toMatch(invalid('iat'));
  });

  it('is bounded by an exp and an nbf of its own too', async () => {
    expect(await judgeProof(proofWith({ claims: { exp: NOW - 6 } }))).toMatch(invalid('exp'));
    expect(await judgeProof(proofWith({ claims: { nbf: NOW + 6 } }))).toMatch(invalid('nbf'));
    expect(await judgeProof(proofWith({ claims: { exp: NOW + 60, nbf: NOW } }))).toBe('accepted');
  });
});

describe('O23: the access token of a proof', () => {
  const judgeAth = (ath: unknown, parts: Partial<DpopPresentation> = AT_RESOURCE) =>
    judgeProof(proofWith({ claims: { ath } }), parts);

  it('must be the one of the request', async () => {
    expect(await judgeAth(ATH)).toBe('accepted');
    expect(await judgeAth(ATH, { ...AT_RESOURCE, accessToken: 'another.access.token' })).toMatch(
      invalid('ath'),
    );
  });

  it.each([undefined, null, '', `${ATH}=`, ATH.toLowerCase(), ACCESS_TOKEN, [ATH]])(
    'is not told by %j',
    async (ath) => {
      expect(await judgeAth(ath)).toMatch(invalid('ath'));
    },
  );

  it('is not asked for where the request carries none', async () => {
    expect(await judgeAth(undefined, { boundTo: THUMBPRINT })).toBe('accepted');
  });

  it('must be bound to the key of the proof', async () => {
    const boundTo = computeJwkThumbprint(publicJwk('p384'));
    expect(await judgeAth(ATH, { ...AT_RESOURCE, boundTo })).toMatch(invalid('bound to'));
    expect(await judgeAth(undefined, { boundTo })).toMatch(invalid('bound to'));
  });

  it('must be bound to a key at all', async () => {
    expect(await judgeAth(ATH, { ...AT_RESOURCE, boundTo: null })).toMatch(invalid('bound to no key'));
  });
});

describe('O23: the id of a proof', () => {
  it.each([undefined, null, '', 7, ['a'], 'a'.repeat(1025)])('%# is none', async (jti) => {
    expect(await judgeProof(proofWith({ claims: { jti } }))).toMatch(invalid('jti'));
  });

  it('may have 1024 characters', async () => {
    expect(await judgeProof(proofWith({ claims: { jti: 'a'.repeat(1024) } }))).toBe('accepted');
  });

  it('is taken once, also with another signature', async () => {
    const verifier = verifierWith();
    const claims = { jti: 'once' };
    expect(await judgeProof(proofWith({ claims }), {}, verifier)).toBe('accepted');
    expect(await judgeProof(proofWith({ claims }), {}, verifier)).toMatch(invalid('used before'));
  });

  it('is one of its key and of its URL', async () => {
    const verifier = verifierWith();
    const judge = (url: string, kind: 'p256' | 'ed25519') => {
      const header = { alg: kind === 'p256' ? 'ES256' : 'EdDSA', jwk: publicJwk(kind) };
      const claims = { jti: 'shared', htu: url };
      return judgeProof(proofWith({ header, claims, signedBy: kind }), { url }, verifier);
    };
    expect(await judge('https://api.example/a', 'p256')).toBe('accepted');
    expect(await judge('https://api.example/b', 'p256')).toBe('accepted');
    expect(await judge('https://api.example/a', 'ed25519')).toBe('accepted');
    expect(await judge('https://api.example/a?x', 'p256')).toMatch(invalid('used before'));
  });

  it('is taken once of fifty at a time', async () => {
    const verifier = verifierWith();
    const proof = proofWith();
    const judged = await Promise.all(Array.from({ length: 50 }, () => judgeProof(proof, {}, verifier)));
    expect(judged.filter((judgement) => judgement === 'accepted')).toHaveLength(1);
  });

  it('is remembered for as long as the proof is taken, to the very end', async () => {
    const clock = createTestClock(NOW);
    const verifier = verifierWith({ clock });
    const proof = proofWith({ claims: { iat: NOW + 5 } });
    expect(await judgeProof(proof, {}, verifier)).toBe('accepted');
    clock.advance(70);
    expect(await judgeProof(proof, {}, verifier)).toMatch(invalid('used before'));
    clock.advance(1);
    expect(await judgeProof(proof, {}, verifier)).toMatch(invalid('iat'));
  });

  it('is not used up by a request that is refused', async () => {
    const verifier = verifierWith();
    const proof = proofWith({ claims: { ath: ATH } });
    expect(await judgeProof(proof, { ...AT_RESOURCE, method: 'GET' }, verifier)).toMatch(invalid('htm'));
    expect(await judgeProof(proof, { ...AT_RESOURCE, boundTo: 'x' }, verifier)).toMatch(invalid('bound'));
    expect(await judgeProof(proof, AT_RESOURCE, verifier)).toBe('accepted');
  });

  it('cannot be judged without the store: that is no fault of the proof', async () => {
    const replay = { insertOnce: () => Promise.reject(new Error('down')) };
    await expect(verifierWith({ replay }).verifyAsync(presentation(proofWith()))).rejects.toMatchObject({
      code: 'replay_store_unavailable',
      status: 503,
    });
    const full = { insertOnce: () => 'full' as const };
    await expect(verifierWith({ replay: full }).verifyAsync(presentation(proofWith()))).rejects.toMatchObject(
      { code: 'replay_store_full' },
    );
  });
});

describe('J28: what is no proof', () => {
  it.each(['JWT', 'at+jwt', 'dpop', 'dpop+jwt+x', '', undefined, 5])('typ %j is refused', async (typ) => {
    expect(await judgeProof(proofWith({ header: { typ } }))).toMatch(invalid(''));
  });

  it.each(['DPoP+JWT', 'application/dpop+jwt'])('typ %s is the same type', async (typ) => {
    expect(await judgeProof(proofWith({ header: { typ } }))).toBe('accepted');
  });

  it('a token that the same key signed is refused', async () => {
    const key = importPrivateKey({ algorithm: 'ES256', pem: privatePem('p256') });
    const claims = { jti: 'a', htm: METHOD, htu: URL_OF_REQUEST, iat: NOW, exp: NOW + 60 };
    for (const type of ['JWT', 'dpop+jwt']) {
      expect(await judgeProof(createJwtSigner({ key, type }).sign(claims))).toMatch(invalid('jwk'));
    }
  });

  it('a payload with a member twice, or that is no object, is refused', async () => {
    const header = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk('p256') });
    const claims = `"jti":"a","htm":"POST","htu":"${URL_OF_REQUEST}","iat":${NOW}`;
    expect(await judgeProof(signProof(header, `{${claims}}`))).toBe('accepted');
    expect(await judgeProof(signProof(header, `{${claims},"htm":"POST"}`))).toMatch(invalid('duplicate'));
    expect(await judgeProof(signProof(header, '[]'))).toMatch(invalid('not an object'));
  });
});

describe('the options', () => {
  it('must name a replay store, and null is none', () => {
    const problemWith = (replay: unknown) => usageProblem(() => verifierWith({ replay } as never));
    expect(problemWith(null)).toMatch(/^invalid_options: replay must be a replay store/);
    expect(problemWith(undefined)).toMatch(/^invalid_options: replay is required$/);
    expect(problemWith({})).toMatch(/^invalid_options: replay must be/);
  });

  it('are checked together', () => {
    const wrong = {
      replay: createMemoryReplayStore(),
      algorithms: ['ES256', 'HS256'],
      maxAgeSeconds: 0,
      toleranceSeconds: Number.NaN,
      nonces: {},
      klock: 1,
    };
    expect(usageProblem(() => createDpopVerifier(wrong as never))).toMatch(
      /klock.*clock.*algorithms must not name HMAC.*maxAgeSeconds.*toleranceSeconds.*nonces/,
    );
  });

  it.each([
    ['a proof that is no list', { proof: 'a.b.c' }],
    ['a relative URL', { url: '/orders' }],
    ['an access token that was left out', { accessToken: undefined }],
    ['a binding that was left out', { boundTo: undefined }],
    ['a binding that is empty', { boundTo: '' }],
  ])('%s is a mistake of the caller', async (_, parts) => {
    const wrong = { ...presentation(proofWith()), ...parts } as DpopPresentation;
    await expect(verifierWith().verifyAsync(wrong)).rejects.toMatchObject({ code: 'invalid_options' });
  });
});

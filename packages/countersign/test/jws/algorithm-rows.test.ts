import { createHmac } from 'node:crypto';
import type { AlgorithmName, JwtVerifierOptions, VerificationKey } from 'countersign';
import {
  createJwsSigner,
  createJwsVerifier,
  createJwtVerifier,
  createStaticKeys,
  generateKeyPair,
  importPublicKey,
  importSecret,
} from 'countersign';
import { describe, expect, it } from 'vitest';
import { CERTIFICATE_PEM } from '../support/certificate.js';
import { jwsVerifierOf, signingInputFor } from '../support/hand-signed.js';
import { judge } from '../support/judgement.js';
import { keyPairFor, SECRET, secretKey } from '../support/keys.js';
import { publicDer, publicJwk, publicPem, rawPair, sshLine } from '../support/raw-keys.js';
import { claimsText, NOW, signSegments, toBase64url, tokenOf } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { verifierWith } from '../support/verifiers.js';

const rsaKey = importPublicKey({ algorithm: 'RS256', keyObject: rawPair('rsa').publicKey });

describe('alg none', () => {
  const names = ['none', 'None', 'NONE', 'nOnE', ' none', 'none ', 'none\0', 'noné', 'n\u0000one'];
  const verifiers = [
    jwsVerifierOf([secretKey]),
    jwsVerifierOf([secretKey], ['HS256']),
    jwsVerifierOf([rsaKey]),
    jwsVerifierOf([rsaKey], ['RS256', 'HS256', 'ES256']),
  ];

  it.each(names)('J1: %j is refused, signed or not', async (alg) => {
    const header = JSON.stringify({ alg });
    const unsigned = `${toBase64url(header)}.${toBase64url(claimsText())}.`;
    for (const verifier of verifiers) {
      expect(await judge(verifier, unsigned)).toBe('malformed_token');
      expect(await judge(verifier, unsigned.slice(0, -1))).toBe('malformed_token');
      expect(await judge(verifier, `${unsigned}AAAA`)).toBe('algorithm_not_allowed');
      expect(await judge(verifier, tokenOf({ header }))).toBe('algorithm_not_allowed');
    }
  });

  it('J1: none is no name for an algorithm of a verifier or of a key', () => {
    for (const alg of ['none', 'None', '']) {
      const algorithms = [alg as AlgorithmName];
      expect(usageProblem(() => jwsVerifierOf([secretKey], algorithms))).toMatch(
        /^invalid_options: algorithms/,
      );
    }
  });
});

describe('alg that is no known name', () => {
  it.each([
    '{}',
    '{"alg":null}',
    '{"alg":["HS256"]}',
    '{"alg":{"a":1}}',
    '{"alg":1}',
    '{"alg":true}',
    '{"alg":""}',
    '{"Alg":"HS256"}',
  ])('J2: %s is malformed', async (header) => {
    expect(await judge(verifierWith(), tokenOf({ header }))).toBe('malformed_token');
  });

  it.each(['hs256', 'HS256 ', 'HS-256', 'toString', '__proto__', 'constructor', 'valueOf', 'hasOwnProperty'])(
    'J2: %j is not accepted',
    async (alg) => {
      expect(await judge(verifierWith(), tokenOf({ header: JSON.stringify({ alg }) }))).toBe(
        'algorithm_not_allowed',
      );
    },
  );

  it('J2: an alg on a polluted prototype is not looked at', async () => {
    const prototype = Object.prototype as { alg?: string };
    try {
      prototype.alg = 'HS256';
      expect(await judge(verifierWith(), tokenOf({ header: '{"typ":"JWT"}' }))).toBe('malformed_token');
    } finally {
      delete prototype.alg;
    }
  });

  it.each([
    'ES256K',
    'RS1',
    'HS1',
    'RSA1_5',
    'A256GCM',
    'dir',
    'Ed25519',
    'Ed448',
    'ES521',
    'RSA-OAEP',
    'A128CBC-HS256',
  ])('J26: %s is not accepted, and no verifier can be told to accept it', async (alg) => {
    expect(await judge(verifierWith(), tokenOf({ header: JSON.stringify({ alg }) }))).toBe(
      'algorithm_not_allowed',
    );
    // Ed448 is the name of a row of our table, and of no value of alg.
    if (alg === 'Ed448') return;
    expect(usageProblem(() => jwsVerifierOf([secretKey], [alg as AlgorithmName]))).toMatch(
      /^invalid_options: /,
    );
  });
});

describe('the algorithms of a verifier', () => {
  const source = createStaticKeys(secretKey);
  const silent = { peek: source.peek, resolve: source.resolve };

  it('J3: a key source that does not know its algorithms needs them by name', async () => {
    const options = { keys: silent, type: null };
    expect(usageProblem(() => createJwsVerifier({ ...options, algorithms: null }))).toMatch(
      /^invalid_options: /,
    );
    expect(await judge(createJwsVerifier({ ...options, algorithms: ['HS256'] }), tokenOf({}))).toBe(
      'accepted',
    );
    expect(await judge(createJwsVerifier({ keys: source, type: null, algorithms: null }), tokenOf({}))).toBe(
      'accepted',
    );
  });

  it.each([undefined, [], ['HS256', 'none'], ['HS265'], 'HS256', /HS/, [undefined]])(
    'J3: %s is no list of algorithms',
    (algorithms) => {
      const options = { algorithms } as unknown as Partial<JwtVerifierOptions>;
      expect(usageProblem(() => verifierWith(options))).toMatch(/^invalid_options: algorithms /);
    },
  );

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['no key', []],
    ['a PEM', publicPem('rsa')],
    ['a raw KeyObject', rawPair('rsa').publicKey],
    ['raw bytes', Buffer.alloc(64, 1)],
    ['a JWK', publicJwk('rsa')],
    ['a look-alike of a key', { kind: 'public', algorithm: 'RS256', kid: undefined }],
    ['a private key', keyPairFor('ES256').privateKey],
    ['a function', () => secretKey],
  ])('J3: %s instead of a typed key is refused at construction', (_, keys) => {
    const options = { keys } as unknown as Partial<JwtVerifierOptions>;
    expect(usageProblem(() => verifierWith(options))).toMatch(/^invalid_options: /);
  });

  it('J3: a list narrows what the keys allow, and does not widen it', async () => {
    const { publicKey } = keyPairFor('ES256');
    const keys = [secretKey, publicKey];
    expect(await judge(jwsVerifierOf(keys), tokenOf({}))).toBe('accepted');
    expect(await judge(jwsVerifierOf(keys, ['ES256']), tokenOf({}))).toBe('algorithm_not_allowed');
    expect(await judge(jwsVerifierOf(keys, ['HS384', 'HS256']), tokenOf({}))).toBe('accepted');
    expect(await judge(jwsVerifierOf(keys, ['HS384']), tokenOf({}))).toBe('algorithm_not_allowed');
  });
});

describe('a MAC keyed by a public key', () => {
  const spki = publicPem('rsa');
  const forms: readonly (readonly [string, string | Uint8Array])[] = [
    ['SPKI PEM', spki],
    ['PEM trimmed', spki.trim()],
    ['PEM and a newline', `${spki}\n`],
    ['PKCS#1 PEM', publicPem('rsa', 'pkcs1')],
    ['DER', publicDer('rsa')],
    ['PKCS#1 DER', publicDer('rsa', 'pkcs1')],
    ['X.509 PEM', CERTIFICATE_PEM],
    ['OpenSSH line', sshLine('rsa')],
    ['JWK JSON', JSON.stringify(publicJwk('rsa'))],
    ['JWKS JSON', JSON.stringify({ keys: [publicJwk('rsa')] })],
    ['the modulus', Buffer.from(String(publicJwk('rsa')['n']), 'base64url')],
  ];

  it.each(forms)('J4: %s does not make a token of a verifier for RS256 and HS256', async (_, secret) => {
    const other = importSecret({ algorithm: 'HS256', kid: 'h', secret: SECRET });
    for (const hash of ['sha256', 'sha384', 'sha512']) {
      const signingInput = signingInputFor(`HS${hash.slice(3)}`);
      const token = `${signingInput}.${createHmac(hash, secret).update(signingInput).digest('base64url')}`;
      const algorithms: readonly AlgorithmName[] = ['RS256', 'HS256', 'HS384', 'HS512'];
      expect(await judge(jwsVerifierOf([rsaKey], algorithms), token)).toBe('key_not_found');
      expect(await judge(jwsVerifierOf([rsaKey, other], algorithms), token)).toMatch(
        /key_not_found|bad_signature/,
      );
    }
  });

  it('J4: a key source that hands out a key of another algorithm is not believed', async () => {
    const liar = { peek: () => rsaKey, resolve: async () => rsaKey };
    const verifier = createJwsVerifier({ keys: liar, algorithms: ['RS256', 'HS256'], type: null });
    expect(await judge(verifier, tokenOf({}))).toBe('algorithm_not_allowed');
  });

  it.each<[string, unknown]>([
    ['a raw KeyObject', rawPair('rsa').publicKey],
    ['a PEM', spki],
    ['a look-alike', { kind: 'secret', algorithm: 'HS256', kid: undefined }],
    ['a private key', keyPairFor('ES256').privateKey],
    ['null', null],
    ['an empty string', ''],
  ])('J4, J6: a key source that hands out %s is not believed', async (_, key) => {
    const odd = { peek: () => key as VerificationKey, resolve: async () => key as VerificationKey };
    const verifier = createJwsVerifier({ keys: odd, algorithms: ['HS256'], type: null });
    expect(await judge(verifier, tokenOf({}))).toBe('algorithm_not_allowed');
  });
});

describe('a token under a key that is for another algorithm', () => {
  it.each<[AlgorithmName, AlgorithmName]>([
    ['ES256', 'ES384'],
    ['ES384', 'ES256'],
    ['ES512', 'ES256'],
    ['RS256', 'PS256'],
    ['PS256', 'RS256'],
    ['RS256', 'ES256'],
    ['EdDSA', 'ES256'],
  ])('J9: %s is not checked with a key for %s, whatever the list says', async (alg, keyAlgorithm) => {
    const { publicKey } = keyPairFor(keyAlgorithm);
    const token = `${toBase64url(JSON.stringify({ alg, kid: publicKey.kid }))}.e30.AAAA`;
    expect(await judge(jwsVerifierOf([publicKey], [alg, keyAlgorithm]), token)).toBe('key_not_found');
  });

  it('J9: RSA keys for RS256 and RS384 are two keys, even of one modulus', async () => {
    const rs384 = importPublicKey({ algorithm: 'RS384', keyObject: rawPair('rsa').publicKey });
    const token = `${toBase64url('{"alg":"RS256"}')}.e30.${'A'.repeat(342)}`;
    expect(await judge(jwsVerifierOf([rs384], ['RS256', 'RS384']), token)).toBe('key_not_found');
  });
});

describe('EdDSA with both of its curves', () => {
  const ed25519 = generateKeyPair('EdDSA', { kid: 'a' });
  const ed448 = generateKeyPair('Ed448', { kid: 'b' });
  const keys = [ed25519.publicKey, ed448.publicKey];

  it('J13: the key id tells them apart', async () => {
    const verifier = jwsVerifierOf(keys, ['EdDSA', 'Ed448']);
    const both = jwsVerifierOf(keys);
    for (const pair of [ed25519, ed448]) {
      const token = createJwsSigner({ key: pair.privateKey }).sign(Buffer.from('x'));
      expect(await judge(verifier, token)).toBe('accepted');
      expect(await judge(both, token)).toBe('accepted');
      expect(await judge(jwsVerifierOf(keys, [pair.privateKey.algorithm]), token)).toBe('accepted');
    }
  });
});

describe('a MAC', () => {
  const good = tokenOf({});
  const dot = good.lastIndexOf('.');
  const mac = Buffer.from(good.slice(dot + 1), 'base64url');
  const withMac = (bytes: Uint8Array) => `${good.slice(0, dot)}.${toBase64url(bytes)}`;

  it('J18: the whole of it is accepted', async () => {
    expect(await judge(verifierWith(), withMac(mac))).toBe('accepted');
  });

  it.each([1, 16, 31])('J18: its first %i bytes are not enough', async (length) => {
    expect(await judge(verifierWith(), withMac(mac.subarray(0, length)))).toBe('bad_signature');
  });

  it('J18: none of it, more than it, and another of its length are refused', async () => {
    expect(await judge(verifierWith(), withMac(Buffer.alloc(0)))).toBe('malformed_token');
    expect(await judge(verifierWith(), withMac(Buffer.concat([mac, Buffer.alloc(1)])))).toBe('bad_signature');
    expect(await judge(verifierWith(), withMac(Buffer.concat([mac, mac])))).toBe('bad_signature');
    expect(await judge(verifierWith(), withMac(Buffer.alloc(32)))).toBe('bad_signature');
    expect(await judge(verifierWith(), `${good}${'A'.repeat(10_000)}`)).toBe('bad_signature');
  });

  it.each([
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const)('J18: %s is checked in its full length', async (alg, hash) => {
    const key = importSecret({ algorithm: alg, secret: SECRET });
    const signingInput = signingInputFor(alg);
    const bytes = createHmac(hash, SECRET).update(signingInput).digest();
    const verifier = jwsVerifierOf([key]);
    expect(await judge(verifier, `${signingInput}.${toBase64url(bytes)}`)).toBe('accepted');
    expect(await judge(verifier, `${signingInput}.${toBase64url(bytes.subarray(0, 32))}`)).toBe(
      'bad_signature',
    );
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(await judge(verifier, `${signingInput}.${toBase64url(bytes)}`)).toBe('bad_signature');
  });

  it('J18: what remains of the token before does not help a shorter or a worse one', async () => {
    const verifier = verifierWith();
    const other = tokenOf({ payload: claimsText({ sub: '"other"' }) });
    expect(await judge(verifier, good)).toBe('accepted');
    expect(await judge(verifier, `${other.slice(0, other.lastIndexOf('.'))}.${toBase64url(mac)}`)).toBe(
      'bad_signature',
    );
    expect(await judge(verifier, `${good.slice(0, dot)}.${toBase64url(mac).slice(0, -1)}Ł`)).toBe(
      'malformed_token',
    );
  });
});

describe('kinds of token', () => {
  it('J28: under one key, a type that is asked for tells them apart', async () => {
    const types = ['JWT', 'at+jwt', 'dpop+jwt', 'oauth-authz-req+jwt'];
    for (const wanted of types) {
      const verifier = createJwtVerifier({
        keys: secretKey,
        algorithms: ['HS256'],
        issuer: null,
        audience: null,
        type: wanted,
        maxAgeSeconds: null,
        clock: () => NOW,
      });
      for (const typ of types) {
        const token = signSegments(
          toBase64url(JSON.stringify({ alg: 'HS256', typ })),
          toBase64url(claimsText()),
        );
        expect(await judge(verifier, token)).toBe(typ === wanted ? 'accepted' : 'unexpected_token_type');
      }
    }
  });
});

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { computeJwkThumbprint } from 'countersign';
import type { DpopAlgorithm } from 'countersign/dpop';
import { describe, expect, it } from 'vitest';
import { privateJwk, publicJwk } from '../support/raw-keys.js';
import { NOW, toBase64url } from '../support/tokens.js';
import {
  invalid,
  judgeProof,
  METHOD,
  presentation,
  proofWith,
  URL_OF_REQUEST,
  verifierWith,
} from './support/proofs.js';

type Members = Record<string, unknown>;

const judgeHeader = (header: Members) => judgeProof(proofWith({ header }));
const judgeJwk = (jwk: unknown) => judgeHeader({ jwk });

describe('O23: the key of a proof', () => {
  it.each([
    ['ES256', 'p256'],
    ['EdDSA', 'ed25519'],
    ['Ed25519', 'ed25519'],
    ['RS256', 'rsa'],
  ] as const)('may be for %s', async (alg, kind) => {
    const proof = proofWith({ header: { alg, jwk: publicJwk(kind) }, signedBy: kind });
    const verified = await verifierWith().verifyAsync(presentation(proof));
    expect(verified).toMatchObject({ jkt: computeJwkThumbprint(publicJwk(kind)), jwk: publicJwk(kind) });
  });

  it('J13: may be on Ed448 where that is asked for', async () => {
    const proof = proofWith({ header: { alg: 'EdDSA', jwk: publicJwk('ed448') }, signedBy: 'ed448' });
    const judge = (algorithms: readonly DpopAlgorithm[]) =>
      judgeProof(proof, {}, verifierWith({ algorithms }));
    expect(await judge(['EdDSA'])).toMatch(invalid('sound public key'));
    expect(await judge(['EdDSA', 'Ed448'])).toBe('accepted');
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['a text', JSON.stringify(publicJwk('p256'))],
    ['a list', [publicJwk('p256')]],
    ['empty', {}],
    ['private', privateJwk('p256')],
    ['private in a member of another type', publicJwk('p256', { k: 'AAAA' })],
    ['symmetric', { kty: 'oct', k: toBase64url('a'.repeat(32)) }],
    ['on another curve', publicJwk('p384')],
    ['on secp256k1', publicJwk('secp256k1')],
    ['RSA', publicJwk('rsa')],
    ['off its curve', publicJwk('p256', { y: publicJwk('p256')['x'] })],
    ['without a coordinate', publicJwk('p256', { y: undefined })],
    ['of numbers', publicJwk('p256', { x: 5 })],
    ['for encryption', publicJwk('p256', { use: 'enc' })],
    ['for signing only', publicJwk('p256', { key_ops: ['sign'] })],
    ['for another algorithm', publicJwk('p256', { alg: 'ES384' })],
    ['padded', publicJwk('p256', { x: `${publicJwk('p256')['x']}=` })],
  ])('is refused when %s', async (_, jwk) => {
    expect(await judgeJwk(jwk)).toMatch(invalid('jwk'));
  });

  it('may say what it is for, and have an id; so may the header', async () => {
    const jwk = publicJwk('p256', { use: 'sig', alg: 'ES256', key_ops: ['verify'], kid: 'mine', ext: true });
    expect(await judgeHeader({ jwk, kid: 'another' })).toBe('accepted');
    const verified = await verifierWith().verifyAsync(presentation(proofWith({ header: { jwk } })));
    expect(verified.jwk).toEqual(publicJwk('p256'));
  });

  it('must be the one that signed', async () => {
    expect(await judgeProof(proofWith({ signedBy: 'ed25519' }))).toMatch(invalid('signature'));
    const header = { alg: 'EdDSA', jwk: publicJwk('ed25519') };
    expect(await judgeProof(proofWith({ header }))).toMatch(invalid('signature'));
  });

  it('J24: is taken from nowhere else', async () => {
    const elsewhere = { jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/', x5c: ['AAAA'] };
    expect(await judgeHeader({ jwk: undefined, ...elsewhere })).toMatch(invalid('jwk'));
    expect(await judgeHeader(elsewhere)).toBe('accepted');
  });

  it('is not found on a polluted prototype', async () => {
    Object.defineProperty(Object.prototype, 'jwk', { value: publicJwk('p256'), configurable: true });
    try {
      expect(await judgeHeader({ jwk: undefined })).toMatch(invalid('jwk'));
    } finally {
      Reflect.deleteProperty(Object.prototype, 'jwk');
    }
  });
});

describe('O23: the algorithm of a proof', () => {
  it.each(['none', 'None', 'HS256', 'HS512', 'ES256K', 'RS1', 'es256', 'toString', '__proto__', '', 5, null])(
    '%j is refused',
    async (alg) => {
      expect(await judgeHeader({ alg })).toMatch(invalid(''));
    },
  );

  it('an HMAC under the public key that comes along is refused', async () => {
    const jwk = { kty: 'oct', k: toBase64url('a'.repeat(32)) };
    expect(await judgeHeader({ alg: 'HS256', jwk })).toMatch(invalid('accepted are'));
  });

  it('must be one of those asked for', async () => {
    const verifier = verifierWith({ algorithms: ['ES384', 'EdDSA', 'Ed448'] });
    expect(verifier.algorithms).toEqual(['ES384', 'EdDSA', 'Ed25519', 'Ed448']);
    expect(await judgeProof(proofWith(), {}, verifier)).toMatch(
      invalid('accepted are: ES384, EdDSA, Ed25519, Ed448'),
    );
  });

  it('J22: a header with crit is refused', async () => {
    expect(await judgeHeader({ crit: ['exp'], exp: 1 })).toMatch(invalid('crit'));
  });
});

describe('O23: an RSA key of a proof', () => {
  const n = (text: unknown) => Buffer.from(String(text), 'base64url');

  it('J7: of 1024 bits, or with an exponent of 1, is refused', async () => {
    const header = { alg: 'RS256' };
    expect(await judgeHeader({ ...header, jwk: publicJwk('rsa1024') })).toMatch(invalid('sound'));
    expect(await judgeHeader({ ...header, jwk: publicJwk('rsa', { e: 'AQ' }) })).toMatch(invalid('sound'));
  });

  it('that would keep the processor busy is refused before it is used', async () => {
    const long = publicJwk('rsa', { n: toBase64url(Buffer.alloc(768, 0xff)) });
    const exponent = publicJwk('rsa', { e: toBase64url(Buffer.alloc(5, 0xff)) });
    expect(await judgeHeader({ alg: 'RS256', jwk: long })).toMatch(invalid('no more than 4096 bits'));
    expect(await judgeHeader({ alg: 'RS256', jwk: exponent })).toMatch(invalid('no more than 4096 bits'));
  });

  it('may have 4096 bits', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const header = { typ: 'dpop+jwt', alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) };
    const claims = { jti: 'a', htm: METHOD, htu: URL_OF_REQUEST, iat: NOW };
    const input = [header, claims].map((part) => toBase64url(JSON.stringify(part))).join('.');
    const signature = sign('sha256', Buffer.from(input), privateKey);
    expect(await judgeProof(`${input}.${toBase64url(signature)}`)).toBe('accepted');
  });

  it('with leading zeros, which would have another thumbprint, is refused', async () => {
    const padded = Buffer.concat([Buffer.alloc(1), n(publicJwk('rsa')['n'])]);
    const jwk = publicJwk('rsa', { n: toBase64url(padded) });
    expect(createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyType).toBe('rsa');
    const proof = proofWith({ header: { alg: 'RS256', jwk }, signedBy: 'rsa' });
    expect(await judgeProof(proof)).toMatch(invalid('canonically'));
  });

  it.each([
    ['an even modulus', Buffer.concat([Buffer.alloc(255, 0xaa), Buffer.of(0xfe)])],
    ['a power of two', Buffer.concat([Buffer.of(0x80), Buffer.alloc(255)])],
    ['nothing but ones', Buffer.alloc(256, 0xff)],
  ])('with %s is refused, not stumbled over', async (_, modulus) => {
    for (const alg of ['RS256', 'PS256']) {
      const jwk = publicJwk('rsa', { n: toBase64url(modulus) });
      const proof = proofWith({ header: { alg, jwk }, signedBy: 'rsa' });
      expect(await judgeProof(proof)).toMatch(invalid(''));
    }
  });
});

describe('K9: what is remembered of keys', () => {
  it('changes no answer: the same header again, with another signature', async () => {
    const verifier = verifierWith();
    expect(await judgeProof(proofWith(), {}, verifier)).toBe('accepted');
    expect(await judgeProof(proofWith(), {}, verifier)).toBe('accepted');
    expect(await judgeProof(proofWith({ signedBy: 'ed25519' }), {}, verifier)).toMatch(invalid('signature'));
    expect(await judgeProof(proofWith({ claims: { htm: 'GET' } }), {}, verifier)).toMatch(invalid('htm'));
  });

  it('holds for a thousand keys and more', async () => {
    const verifier = verifierWith({ algorithms: ['EdDSA'] });
    const proofs = Array.from({ length: 1001 }, () => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
        publicKeyEncoding: { type: 'spki', format: 'der' },
        privateKeyEncoding: { type: 'pkcs8', format: 'der' },
      });
      const key = createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' });
      const jwk = createPublicKey({ key: publicKey, type: 'spki', format: 'der' }).export({ format: 'jwk' });
      return (jti: string) => {
        const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk };
        const claims = { jti, htm: METHOD, htu: URL_OF_REQUEST, iat: NOW };
        const input = [header, claims].map((part) => toBase64url(JSON.stringify(part))).join('.');
        return `${input}.${toBase64url(sign(null, Buffer.from(input), key))}`;
      };
    });
    for (const round of ['one', 'two']) {
      for (const proof of proofs) expect(await judgeProof(proof(round), {}, verifier)).toBe('accepted');
    }
  });
});

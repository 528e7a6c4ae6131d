import type { ImportSecretOptions } from 'countersign';
import { createJwtSigner, createJwtVerifier, importSecret } from 'countersign';
import { describe, expect, it } from 'vitest';
import { CERTIFICATE_PEM } from '../support/certificate.js';
import {
  privateDer,
  privateJwk,
  privatePem,
  publicDer,
  publicJwk,
  publicPem,
  rawPair,
  sshLine,
} from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const problemOf = (options: object) => usageProblem(() => importSecret(options as ImportSecretOptions));
const problemWith = (secret: unknown) => problemOf({ algorithm: 'HS256', secret });

const pem = publicPem('rsa');
const jwkText = JSON.stringify(publicJwk('rsa'));
const setText = JSON.stringify({ keys: [publicJwk('p256')] });

/** Every form in which a verifier's public key might be lying around, and private ones too. */
const KEYS: readonly (readonly [string, string | Uint8Array])[] = [
  ['SPKI PEM', pem],
  ['trimmed PEM', pem.trim()],
  ['PEM and a newline', `${pem}\n`],
  ['a newline and PEM', `\n${pem}`],
  ['a byte order mark and PEM', `\ufeff${pem}`],
  ['junk and PEM', `junk${pem}`],
  ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
  ['PEM in one line', pem.replaceAll('\n', '')],
  ['PEM in lower case', pem.toLowerCase()],
  ['PKCS#1 PEM', publicPem('rsa', 'pkcs1')],
  ['EC PEM', publicPem('p256')],
  ['Ed25519 PEM', publicPem('ed25519')],
  ['X.509 PEM', CERTIFICATE_PEM],
  ['private PEM', privatePem('rsa')],
  ['SEC1 PEM', privatePem('p256', 'sec1')],
  ['SSH2 PEM', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2E=\n---- END SSH2 PUBLIC KEY ----'],
  ['PEM as bytes', Buffer.from(pem)],
  ['SPKI DER', publicDer('rsa')],
  ['PKCS#1 DER', publicDer('rsa', 'pkcs1')],
  ['EC DER', publicDer('p256')],
  ['Ed25519 DER', publicDer('ed25519')],
  ['PKCS#8 DER', privateDer('rsa')],
  ['SEC1 DER', privateDer('p256', 'sec1')],
  ['X.509 DER', Buffer.from(CERTIFICATE_PEM.split('\n').slice(1, -2).join(''), 'base64')],
  ['DER in base64', publicDer('rsa').toString('base64')],
  ['DER in base64 with line ends', pem.split('\n').slice(1, -2).join('\n')],
  ['PEM in base64', Buffer.from(pem).toString('base64')],
  ['JWK in base64url', Buffer.from(jwkText).toString('base64url')],
  ['DER in base64url', publicDer('rsa').toString('base64url')],
  ['OpenSSH RSA line', sshLine('rsa')],
  ['OpenSSH Ed25519 line without comment', sshLine('ed25519', '')],
  ['OpenSSH EC line and a newline', `${sshLine('p256')}\n`],
  ['OpenSSH line with options', `restrict,command="x" ${sshLine('rsa')}`],
  ['OpenSSH security key line', `sk-${sshLine('ed25519').replace('ed25519', 'ed25519@openssh.com')}`],
  ['JWK', jwkText],
  ['JWK with white space', `\n ${JSON.stringify(publicJwk('rsa'), null, 2)} `],
  ['JWK after a byte order mark', `\ufeff${jwkText}`],
  ['JWK with its kty escaped', jwkText.replace('"kty"', '"\\u006bty"')],
  ['private JWK', JSON.stringify(privateJwk('p256'))],
  ['oct JWK', JSON.stringify({ kty: 'oct', k: 'A'.repeat(43) })],
  ['JWK set', setText],
  ['JWK as bytes', Buffer.from(jwkText)],
];

describe('keys that are no secrets', () => {
  it.each(KEYS)('J5: %s is refused as an HMAC secret', (_, key) => {
    expect(problemWith(key)).toMatch(/^invalid_key: /);
    expect(problemOf({ algorithm: 'HS256', secret: key, unsafeAllowWeakSecret: true })).toMatch(
      /^invalid_key: /,
    );
  });

  it.each([
    ['a KeyObject', rawPair('rsa').publicKey],
    ['a JWK object', publicJwk('rsa')],
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['an array', [1, 2, 3]],
    ['an ArrayBuffer', new ArrayBuffer(64)],
  ])('J5: %s is no secret', (_, value) => {
    expect(problemWith(value)).toMatch(/^invalid_options: /);
  });

  it('does not mistake an ordinary secret for a key', () => {
    const secrets = [
      'the most secret hmac salt ever made',
      '{"not":"a key, but long enough for this test"}',
      'ssh-rsa is a name and this is a long sentence',
      '-----this is not a beginning of anything-----',
      Buffer.alloc(64, 0x30),
      Buffer.from('MIIB'.repeat(20)),
      Buffer.concat([Uint8Array.of(0x30, 0x3e), Buffer.alloc(62)]),
    ];
    for (const secret of secrets) expect(problemWith(secret)).toBe('accepted');
  });
});

describe('the length of a secret', () => {
  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)('J6: %s takes %i bytes and not one less', (algorithm, bytes) => {
    expect(problemOf({ algorithm, secret: Buffer.alloc(bytes, 7) })).toBe('accepted');
    expect(problemOf({ algorithm, secret: Buffer.alloc(bytes - 1, 7) })).toMatch(/^weak_key: /);
    expect(problemOf({ algorithm, secret: 's'.repeat(bytes) })).toBe('accepted');
    expect(problemOf({ algorithm, secret: 's'.repeat(bytes - 1) })).toMatch(/^weak_key: /);
  });

  it('J6: bytes are counted, not characters', () => {
    expect(problemWith('é'.repeat(16))).toBe('accepted');
    expect(problemWith('é'.repeat(15))).toMatch(/^weak_key: .* 30 bytes/);
  });

  it('J6: an old short secret is taken by name, an empty one never', () => {
    const weak = { algorithm: 'HS256', unsafeAllowWeakSecret: true };
    expect(problemOf({ ...weak, secret: 'x' })).toBe('accepted');
    expect(problemOf({ ...weak, secret: '' })).toMatch(/^weak_key: /);
    expect(problemOf({ ...weak, secret: Buffer.alloc(0) })).toMatch(/^weak_key: /);
  });
});

describe('a secret', () => {
  it('is a copy: what becomes of the bytes later changes nothing', () => {
    const bytes = Buffer.alloc(32, 1);
    const key = importSecret({ algorithm: 'HS256', secret: bytes });
    const token = createJwtSigner({ key, lifetimeSeconds: 60 }).sign({});
    bytes.fill(2);
    const policy = { issuer: null, audience: null, type: 'JWT', maxAgeSeconds: null, algorithms: null };
    expect(createJwtVerifier({ keys: key, ...policy }).verify(token).key).toBe(key);
  });

  it('shows nothing of itself when printed', () => {
    const key = importSecret({ algorithm: 'HS256', kid: 'k', secret: 'secret-value'.repeat(3) });
    expect(JSON.stringify(key)).toBe('{"kind":"secret","algorithm":"HS256","kid":"k"}');
    expect(problemWith('secret-value')).not.toContain('secret-value');
  });

  it.each(['RS256', 'none', 'HS1', 'HS', 'hs256', undefined])(
    'is refused for the algorithm %s',
    (algorithm) => {
      expect(problemOf({ algorithm, secret: 's'.repeat(64) })).toMatch(/^invalid_options: algorithm/);
    },
  );
});

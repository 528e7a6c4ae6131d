/** Keys as node:crypto has them, for tests of what the library takes in, and for tokens signed without it. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

export interface RawPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const makers = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  rsa1024: () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  rsaPss: () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  p256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  ed25519: () => generateKeyPairSync('ed25519'),
  ed448: () => generateKeyPairSync('ed448'),
  x25519: () => generateKeyPairSync('x25519'),
} satisfies Record<string, () => RawPair>;

export type RawKind = keyof typeof makers;

const made = new Map<RawKind, RawPair>();

/** The same pair each time it is asked for. */
export function rawPair(kind: RawKind): RawPair {
  const pair = made.get(kind) ?? makers[kind]();
  made.set(kind, pair);
  return pair;
}

/** A sound public JWK, with `members` on top. */
export function publicJwk(kind: RawKind, members: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...rawPair(kind).publicKey.export({ format: 'jwk' }), ...members };
}

export function privateJwk(kind: RawKind, members: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...rawPair(kind).privateKey.export({ format: 'jwk' }), ...members };
}

export function publicPem(kind: RawKind, type: 'spki' | 'pkcs1' = 'spki'): string {
  return rawPair(kind).publicKey.export({ format: 'pem', type }).toString();
}

export function privatePem(kind: RawKind, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return rawPair(kind).privateKey.export({ format: 'pem', type }).toString();
}

export function publicDer(kind: RawKind, type: 'spki' | 'pkcs1' = 'spki'): Buffer {
  return rawPair(kind).publicKey.export({ format: 'der', type });
}

export function privateDer(kind: RawKind, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): Buffer {
  return rawPair(kind).privateKey.export({ format: 'der', type });
}

/** A public key as `ssh-keygen` writes it (RFC 4253 section 6.6). */
export function sshLine(kind: 'rsa' | 'ed25519' | 'p256', comment = ' someone@host'): string {
  const jwk = rawPair(kind).publicKey.export({ format: 'jwk' });
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  const integer = (text: string | undefined) => Buffer.concat([Uint8Array.of(0), bytes(text)]);
  const names = { rsa: 'ssh-rsa', ed25519: 'ssh-ed25519', p256: 'ecdsa-sha2-nistp256' };
  const fields = {
    rsa: [bytes(jwk.e), integer(jwk.n)],
    ed25519: [bytes(jwk.x)],
    p256: [Buffer.from('nistp256'), Buffer.concat([Uint8Array.of(4), bytes(jwk.x), bytes(jwk.y)])],
  };
  const parts = [Buffer.from(names[kind]), ...fields[kind]].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return `${names[kind]} ${Buffer.concat(parts).toString('base64')}${comment}`;
}

/** An Ed25519 or Ed448 public key of any bytes, sound or not. */
export function edwardsKey(crv: 'Ed25519' | 'Ed448', point: Uint8Array): KeyObject {
  const x = Buffer.from(point).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' });
}

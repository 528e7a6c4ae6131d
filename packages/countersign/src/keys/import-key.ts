/** Import of public and private keys. The algorithm is always named; what does not fit it is refused. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, KeyObject as KeyObjectClass } from 'node:crypto';
import { UsageError } from '../core/errors.js';
import { aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import type { AlgorithmName, AsymmetricAlgorithm } from './algorithms.js';
import { algorithmNamed, anAlgorithmName } from './algorithms.js';
import type { Jwk } from './jwk.js';
import { findJwkProblems } from './jwk.js';
import type { Key, PrivateKey, PublicKey } from './key.js';
import { createKey } from './key.js';
import { checkKeyStrength } from './key-strength.js';
import { parsePem } from './parse-pem.js';
import { readPublicDer } from './read-public-der.js';

/** How a DER key is wrapped: `spki`, `pkcs1` and `x509` for public keys; `pkcs8`, `pkcs1` and `sec1` for private. */
export type DerFormat = 'spki' | 'pkcs8' | 'pkcs1' | 'sec1' | 'x509';

/** Exactly one form of the key. */
export type KeyInput =
  | { readonly pem: string }
  | { readonly der: Uint8Array; readonly derFormat: DerFormat }
  | { readonly jwk: Jwk }
  | { readonly keyObject: KeyObject };

export type ImportKeyOptions = KeyInput & {
  readonly algorithm: AlgorithmName;
  /** The id that tokens name the key by. A JWK that carries `kid` brings its own. */
  readonly kid?: string | undefined;
};

interface FlatOptions {
  readonly algorithm: AlgorithmName;
  readonly kid?: string | undefined;
  readonly pem?: string | undefined;
  readonly der?: Uint8Array | undefined;
  readonly derFormat?: DerFormat | undefined;
  readonly jwk?: Jwk | undefined;
  readonly keyObject?: KeyObject | undefined;
}

type Half = 'public' | 'private';

const LABELS = {
  public: new Map<string, DerFormat>([
    ['PUBLIC KEY', 'spki'],
    ['RSA PUBLIC KEY', 'pkcs1'],
    ['CERTIFICATE', 'x509'],
  ]),
  private: new Map<string, DerFormat>([
    ['PRIVATE KEY', 'pkcs8'],
    ['RSA PRIVATE KEY', 'pkcs1'],
    ['EC PRIVATE KEY', 'sec1'],
  ]),
};

const rules: OptionRules<FlatOptions> = {
  algorithm: required(anAlgorithmName),
  kid: optional(aNonEmptyString),
  pem: optional(aNonEmptyString),
  der: optional((value) =>
    value instanceof Uint8Array ? undefined : `must be bytes, not ${describe(value)}`,
  ),
  derFormat: optional((value) =>
    ['spki', 'pkcs8', 'pkcs1', 'sec1', 'x509'].includes(value as string)
      ? undefined
      : 'must be "spki", "pkcs8", "pkcs1", "sec1" or "x509"',
  ),
  jwk: optional((value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : `must be an object, not ${describe(value)}`,
  ),
  keyObject: optional((value) =>
    value instanceof KeyObjectClass
      ? undefined
      : `must be a KeyObject of node:crypto, not ${describe(value)}`,
  ),
};

function findInputProblems(options: FlatOptions): string[] {
  const forms = [options.pem, options.der, options.jwk, options.keyObject].filter(
    (form) => form !== undefined,
  );
  const problems: string[] = [];
  if (forms.length !== 1) problems.push('exactly one of pem, der, jwk and keyObject must be given');
  if ((options.der === undefined) !== (options.derFormat === undefined)) {
    problems.push('der and derFormat belong together');
  }
  return problems;
}

/**
 * A key to check signatures with: SPKI, PKCS#1 or X.509 as PEM or DER, a public JWK, or a KeyObject.
 * Of a certificate only the key is taken: neither its dates nor its issuer are checked.
 *
 * @throws {UsageError} `invalid_options` for options that are wrong by themselves; `invalid_key` for a key that
 * cannot be read, is private or secret, is not for this algorithm, or a JWK whose `use`, `key_ops`, `alg` or `kid`
 * speaks against it (rows J8 and J9); `weak_key` for RSA below 2048 bits or with an exponent that is 1 or even (J7),
 * and for an Edwards key of small order.
 */
export function importPublicKey(options: ImportKeyOptions): PublicKey {
  return importKey('importPublicKey', 'public', options);
}

/**
 * A key to sign with: PKCS#8, PKCS#1 or SEC1 as PEM or DER, a private JWK, or a KeyObject. Not encrypted.
 *
 * @throws {UsageError} as {@link importPublicKey} does; a public key is `invalid_key`.
 */
export function importPrivateKey(options: ImportKeyOptions): PrivateKey {
  return importKey('importPrivateKey', 'private', options);
}

function importKey<H extends Half>(subject: string, half: H, given: ImportKeyOptions): Key<H> {
  const options = checkOptions<FlatOptions>(subject, given, rules, findInputProblems);
  const row = algorithmNamed(options.algorithm);
  if (row.keyType === 'oct') {
    throw new UsageError('invalid_key', subject, [`${row.name} works with a secret: use importSecret`]);
  }
  const keyObject = toKeyObject(subject, half, row, options);
  checkKeyStrength(subject, row, keyObject);
  return createKey(half, options.kid ?? options.jwk?.kid, row, keyObject);
}

function toKeyObject(subject: string, half: Half, row: AsymmetricAlgorithm, options: FlatOptions): KeyObject {
  if (options.pem !== undefined) return fromPem(subject, half, options.pem);
  if (options.jwk !== undefined) return fromJwk(subject, half, row, options.jwk, options.kid);
  if (options.der !== undefined && options.derFormat !== undefined) {
    if (![...LABELS[half].values()].includes(options.derFormat)) {
      throw invalid(subject, `${options.derFormat} does not hold a ${half} key`);
    }
    return fromDer(subject, half, options.der, options.derFormat);
  }
  if (options.keyObject?.type !== half) throw invalid(subject, `the KeyObject does not hold a ${half} key`);
  return options.keyObject;
}

function fromPem(subject: string, half: Half, pem: string): KeyObject {
  const block = parsePem(pem);
  if (typeof block === 'string') throw invalid(subject, block);
  const format = LABELS[half].get(block.label);
  if (format === undefined) {
    throw invalid(subject, `a PEM block "${block.label}" does not hold a ${half} key that can be read`);
  }
  return fromDer(subject, half, block.der, format);
}

function fromDer(subject: string, half: Half, der: Uint8Array, format: DerFormat): KeyObject {
  const keyObject = readDer(half, der, format);
  if (keyObject === undefined) throw invalid(subject, `the ${half} key cannot be read as ${format}`);
  return keyObject;
}

function readDer(half: Half, der: Uint8Array, format: DerFormat): KeyObject | undefined {
  try {
    if (half === 'public') return readPublicDer(der, format as 'spki' | 'pkcs1' | 'x509');
    const type = format as 'pkcs8' | 'pkcs1' | 'sec1';
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type });
  } catch {
    return undefined;
  }
}

function fromJwk(
  subject: string,
  half: Half,
  row: AsymmetricAlgorithm,
  jwk: Jwk,
  kid: string | undefined,
): KeyObject {
  const problems = findJwkProblems(jwk, row, half === 'public' ? 'verify' : 'sign');
  if (kid !== undefined && jwk.kid !== undefined && jwk.kid !== kid) {
    problems.push('the kid of the JWK differs from the option');
  }
  if (problems.length > 0) throw new UsageError('invalid_key', subject, problems);
  try {
    const key = { ...jwk } as JsonWebKey;
    return half === 'public'
      ? createPublicKey({ key, format: 'jwk' })
      : createPrivateKey({ key, format: 'jwk' });
  } catch {
    throw invalid(subject, `the JWK does not hold a sound ${half} ${row.keyType} key`);
  }
}

function invalid(subject: string, problem: string): UsageError {
  return new UsageError('invalid_key', subject, [problem]);
}

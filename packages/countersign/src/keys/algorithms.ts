/**
 * The one table of signature algorithms (RFC 7518 section 3.1, RFC 8037, RFC 9864). A name is looked up once, when a key is
 * made or a verifier is built; whatever runs later is given the row.
 */
import { constants } from 'node:crypto';
import { wordInstead } from '../core/option-rules.js';
import type { ValueRule } from '../core/options.js';
import { describe } from '../core/options.js';

export type AlgorithmName =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed448';

interface AlgorithmRow {
  readonly name: AlgorithmName;
  /** The value of `alg` that is written. Ed448 shares `EdDSA` with Ed25519: only the key tells them apart. */
  readonly headerName: string;
}

export interface HmacAlgorithm extends AlgorithmRow {
  readonly keyType: 'oct';
  readonly hash: string;
  /** Length of the hash, and so of the shortest secret (RFC 7518 section 3.2). */
  readonly hashBytes: number;
}

export interface RsaAlgorithm extends AlgorithmRow {
  readonly keyType: 'RSA';
  readonly hash: string;
  readonly parameters: { readonly padding: number; readonly saltLength?: number };
}

export interface EcAlgorithm extends AlgorithmRow {
  readonly keyType: 'EC';
  readonly hash: string;
  /** The curve as node:crypto calls it. */
  readonly namedCurve: string;
  readonly signatureBytes: number;
  readonly parameters: { readonly dsaEncoding: 'ieee-p1363' };
}

export interface EdwardsAlgorithm extends AlgorithmRow {
  readonly keyType: 'OKP';
  /** The scheme hashes by itself. */
  readonly hash: null;
  readonly nodeKeyType: 'ed25519' | 'ed448';
  /** The value of `alg` that speaks of this curve alone (RFC 9864 section 2.2). */
  readonly fullySpecifiedName: 'Ed25519' | 'Ed448';
  readonly signatureBytes: number;
  readonly parameters: Readonly<Record<never, never>>;
}

export type AsymmetricAlgorithm = RsaAlgorithm | EcAlgorithm | EdwardsAlgorithm;
export type Algorithm = HmacAlgorithm | AsymmetricAlgorithm;

function hs(bits: 256 | 384 | 512): HmacAlgorithm {
  const name = `HS${bits}` as const;
  return { name, headerName: name, keyType: 'oct', hash: `sha${bits}`, hashBytes: bits / 8 };
}

function rs(bits: 256 | 384 | 512): RsaAlgorithm {
  const name = `RS${bits}` as const;
  const parameters = { padding: constants.RSA_PKCS1_PADDING };
  return { name, headerName: name, keyType: 'RSA', hash: `sha${bits}`, parameters };
}

/** The salt is exactly as long as the hash (RFC 7518 section 3.5; row J14). */
function ps(bits: 256 | 384 | 512): RsaAlgorithm {
  const name = `PS${bits}` as const;
  const parameters = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 };
  return { name, headerName: name, keyType: 'RSA', hash: `sha${bits}`, parameters };
}

function es(bits: 256 | 384 | 512, namedCurve: string, signatureBytes: number): EcAlgorithm {
  const name = `ES${bits}` as const;
  const parameters = { dsaEncoding: 'ieee-p1363' } as const;
  return {
    name,
    headerName: name,
    keyType: 'EC',
    hash: `sha${bits}`,
    namedCurve,
    signatureBytes,
    parameters,
  };
}

function ed(
  name: 'EdDSA' | 'Ed448',
  nodeKeyType: 'ed25519' | 'ed448',
  signatureBytes: number,
): EdwardsAlgorithm {
  return {
    name,
    headerName: 'EdDSA',
    keyType: 'OKP',
    hash: null,
    nodeKeyType,
    fullySpecifiedName: nodeKeyType === 'ed25519' ? 'Ed25519' : 'Ed448',
    signatureBytes,
    parameters: {},
  };
}

const ROWS: readonly Algorithm[] = [
  hs(256),
  hs(384),
  hs(512),
  rs(256),
  rs(384),
  rs(512),
  ps(256),
  ps(384),
  ps(512),
  es(256, 'prime256v1', 64),
  es(384, 'secp384r1', 96),
  es(512, 'secp521r1', 132),
  ed('EdDSA', 'ed25519', 64),
  ed('Ed448', 'ed448', 114),
];

/** A Map, so that no name can reach a prototype (rows J2 and K10). */
const ALGORITHMS: ReadonlyMap<unknown, Algorithm> = new Map(ROWS.map((row) => [row.name, row]));

export const ALGORITHM_NAMES: readonly AlgorithmName[] = ROWS.map((row) => row.name);

/** The row of a name that has been checked already. */
export function algorithmNamed(name: AlgorithmName): Algorithm {
  const row = ALGORITHMS.get(name);
  if (row === undefined) throw new RangeError('not the name of an algorithm');
  return row;
}

/** Every value of `alg` that is read as this algorithm; the first is the one that is written. */
export function headerNamesOf(row: Algorithm): readonly string[] {
  return row.keyType === 'OKP' ? [row.headerName, row.fullySpecifiedName] : [row.headerName];
}

export const anAlgorithmName: ValueRule = (value) => {
  if (ALGORITHMS.has(value)) return undefined;
  return `must be the name of an algorithm, ${wordInstead(value, ALGORITHM_NAMES)}`;
};

export const algorithmNames: ValueRule = (value) => {
  if (!Array.isArray(value) || value.length === 0) {
    return `must be a non-empty array of algorithm names, not ${describe(value)}`;
  }
  return value.map(anAlgorithmName).find((problem) => problem !== undefined);
};

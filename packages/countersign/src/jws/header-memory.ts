/** Reads the headers of tokens for one verifier, and remembers those under which a signature has held. */
import { TokenError } from '../core/errors.js';
import type { AlgorithmName } from '../keys/algorithms.js';
import { ALGORITHM_NAMES, algorithmNamed, headerNamesOf } from '../keys/algorithms.js';
import type { KeyLookup } from '../keys/key-source.js';
import type { JwsHeader } from './jws-header.js';
import { normaliseType, parseJwsHeader } from './jws-header.js';

/** A header that this verifier accepts, with what follows from it. */
export interface KnownHeader {
  readonly encoded: string;
  readonly header: JwsHeader;
  /** One for each allowed algorithm that shares the `alg` of the header: two only for `EdDSA`. */
  readonly lookups: readonly KeyLookup[];
  /** Whether signatures are over an elliptic curve: what stands between two of them is better not decoded by Buffer. */
  readonly isCurve: boolean;
}

export interface HeaderMemory {
  /** @throws {TokenError} `malformed_token`, `unsupported_critical_header`, `algorithm_not_allowed`, `unexpected_token_type` */
  read(encoded: string): KnownHeader;
  /** To be called once a signature has held. */
  remember(known: KnownHeader): void;
}

const MAX_HEADERS = 100;
const MAX_ENCODED_LENGTH = 1024;

/**
 * What a header means is a function of its text and the options alone, so remembering it cannot change an answer;
 * and a flood of made-up headers does not displace the good ones (row K9).
 */
export function createHeaderMemory(algorithms: readonly AlgorithmName[], type: string | null): HeaderMemory {
  const allowed = groupByHeaderName(algorithms);
  const wantedType = type === null ? null : normaliseType(type);
  const remembered = new Map<string, KnownHeader>();
  let latest: KnownHeader | undefined;

  function parse(encoded: string): KnownHeader {
    const header = parseJwsHeader(encoded);
    const names = allowed.get(header.alg);
    if (names === undefined) {
      throw new TokenError('algorithm_not_allowed', `accepted are: ${[...allowed.keys()].join(', ')}`);
    }
    if (wantedType !== null && (header.typ === undefined || normaliseType(header.typ) !== wantedType)) {
      throw new TokenError('unexpected_token_type', `the typ of the header must be ${wantedType}`);
    }
    const { kid } = header;
    const lookups = names.map((algorithm) => Object.freeze({ kid, algorithm }));
    return { encoded, header, lookups, isCurve: names.some(isCurve) };
  }

  return {
    read(encoded) {
      if (latest?.encoded === encoded) return latest;
      return remembered.get(encoded) ?? parse(encoded);
    },
    remember(known) {
      if (known === latest) return;
      latest = known;
      if (remembered.has(known.encoded) || known.encoded.length > MAX_ENCODED_LENGTH) return;
      if (remembered.size >= MAX_HEADERS) remembered.delete(remembered.keys().next().value ?? '');
      remembered.set(known.encoded, known);
    },
  };
}

function isCurve(name: AlgorithmName): boolean {
  const { keyType } = algorithmNamed(name);
  return keyType === 'EC' || keyType === 'OKP';
}

function groupByHeaderName(names: readonly AlgorithmName[]): ReadonlyMap<string, readonly AlgorithmName[]> {
  const byHeader = new Map<string, AlgorithmName[]>();
  for (const name of ALGORITHM_NAMES.filter((each) => names.includes(each))) {
    for (const headerName of headerNamesOf(algorithmNamed(name)))
      byHeader.set(headerName, [...(byHeader.get(headerName) ?? []), name]);
  }
  return byHeader;
}

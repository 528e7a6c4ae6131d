/**
 * The one flow that checks a compact JWS: structure, key, signature. Internal: the JWS and the JWT verifier are
 * built on it.
 */
import { TokenError } from '../core/errors.js';
import { aNonEmptyString, integerFrom, nullOr } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { optional, required } from '../core/options.js';
import type { AlgorithmName } from '../keys/algorithms.js';
import { ALGORITHM_NAMES, algorithmNamed, algorithmNames } from '../keys/algorithms.js';
import type { KeyMaterial, VerificationKey } from '../keys/key.js';
import { isVerificationKey, materialOf } from '../keys/key.js';
import type { KeyLookup, KeySource } from '../keys/key-source.js';
import { isKeySource } from '../keys/key-source.js';
import { createStaticKeys } from '../keys/static-keys.js';
import type { JwsHeader } from './jws-header.js';
import { normaliseType, parseJwsHeader } from './jws-header.js';
import { isSignatureValid, isSignatureValidAsync } from './signature.js';
import { isWorthHandingOver } from './thread-pool.js';

export interface CompactVerifierOptions {
  /** A key, several, or where to find them. */
  readonly keys: VerificationKey | readonly VerificationKey[] | KeySource;
  /**
   * The algorithms that are accepted, by name; null for those of the keys. Of a key source that does not know its
   * algorithms beforehand they must be named: they are never taken from the token (row J3).
   */
  readonly algorithms: readonly AlgorithmName[] | null;
  /** The media type that `typ` must have, compared without case and with `application/` left out; null for any. */
  readonly type: string | null;
  /** Longest token that is looked at, in bytes. Default 16384. */
  readonly maxTokenBytes?: number | undefined;
}

const keysRule: ValueRule = (value) =>
  isVerificationKey(value) || isKeySource(value) || (Array.isArray(value) && value.every(isVerificationKey))
    ? undefined
    : 'must be verification keys or secrets made by importPublicKey, importSecret or generateKeyPair, or a key source';

export const compactVerifierRules: OptionRules<CompactVerifierOptions> = {
  keys: required(keysRule),
  algorithms: required(nullOr(algorithmNames)),
  type: required(nullOr(aNonEmptyString)),
  maxTokenBytes: optional(integerFrom(64, 1_048_576, 'bytes')),
};

/** What lies between options: null for algorithms asks for keys that say theirs. */
export function findAlgorithmProblems({ keys, algorithms }: CompactVerifierOptions): readonly string[] {
  return algorithms === null && isKeySource(keys) && keys.algorithms === undefined
    ? ['algorithms must be named, not null: this key source does not say which ones its keys have']
    : [];
}

/** The payload may be a view on a pool shared with others. */
export interface VerifiedCompact {
  readonly header: JwsHeader;
  readonly payload: Buffer;
  readonly key: VerificationKey;
}

export interface CompactVerifier {
  verify(token: string): VerifiedCompact;
  verifyAsync(token: string): Promise<VerifiedCompact>;
}

/** A header that passed, with what follows from it. */
interface KnownHeader {
  readonly encoded: string;
  readonly header: JwsHeader;
  /** One for each allowed algorithm that shares the `alg` of the header: two only for `EdDSA`. */
  readonly lookups: readonly KeyLookup[];
}

interface OpenedToken {
  readonly known: KnownHeader;
  readonly payload: Buffer;
  readonly signingInput: string;
  readonly signature: string;
}

const DEFAULT_MAX_TOKEN_BYTES = 16_384;

/** The options must have passed {@link compactVerifierRules} and {@link findAlgorithmProblems}. */
export function createCompactVerifier(options: CompactVerifierOptions): CompactVerifier {
  const source = isKeySource(options.keys) ? options.keys : createStaticKeys(options.keys);
  const maxTokenBytes = options.maxTokenBytes ?? DEFAULT_MAX_TOKEN_BYTES;
  const headers = createHeaderMemory(options, source);

  function open(token: string): OpenedToken {
    if (typeof token !== 'string') throw malformed('is no string');
    if (token.length > maxTokenBytes) {
      throw new TokenError('token_too_large', `the token is longer than ${maxTokenBytes} bytes`);
    }
    const first = token.indexOf('.');
    const second = token.indexOf('.', first + 1);
    if (first <= 0 || second < 0 || second + 1 === token.length || token.indexOf('.', second + 1) >= 0) {
      throw malformed('must be three segments: header, payload, signature');
    }
    const known = headers.read(token.slice(0, first));
    const encodedPayload = token.slice(first + 1, second);
    const payload = Buffer.from(encodedPayload, 'base64url');
    // As decodeBase64url does: one encoding of the bytes only (rows J15 and J16).
    if (payload.toString('base64url') !== encodedPayload) throw malformed('has a payload in bad base64url');
    return { known, payload, signingInput: token.slice(0, second), signature: token.slice(second + 1) };
  }

  function finish(opened: OpenedToken, key: VerificationKey, isValid: boolean): VerifiedCompact {
    if (!isValid) throw new TokenError('bad_signature', 'the signature does not hold');
    headers.remember(opened.known);
    return { header: opened.known.header, payload: opened.payload, key };
  }

  return {
    verify(token) {
      const opened = open(token);
      const key = peek(source, opened.known.lookups);
      if (key === undefined) throw keyNotFound();
      const { signingInput, signature } = opened;
      return finish(opened, key, isSignatureValid(materialOf(key), signingInput, signature));
    },
    async verifyAsync(token) {
      const opened = open(token);
      const { lookups } = opened.known;
      const key = peek(source, lookups) ?? (await resolve(source, lookups));
      return finish(opened, key, await checkSignature(materialOf(key), opened));
    },
  };
}

function checkSignature(material: KeyMaterial, { signingInput, signature }: OpenedToken) {
  return isWorthHandingOver(material.row)
    ? isSignatureValidAsync(material, signingInput, signature)
    : isSignatureValid(material, signingInput, signature);
}

function peek(source: KeySource, lookups: readonly KeyLookup[]): VerificationKey | undefined {
  for (const lookup of lookups) {
    const key = source.peek(lookup);
    if (key !== undefined) return checkKey(key, lookup);
  }
  return undefined;
}

async function resolve(source: KeySource, lookups: readonly KeyLookup[]): Promise<VerificationKey> {
  for (const lookup of lookups) {
    try {
      return checkKey(await source.resolve(lookup), lookup);
    } catch (error) {
      if (!(error instanceof TokenError && error.code === 'key_not_found')) throw error;
    }
  }
  throw keyNotFound();
}

/** A source is outside code: what it gives must be a typed key of the very algorithm asked for (row J4). */
function checkKey(key: VerificationKey, lookup: KeyLookup): VerificationKey {
  if (!isVerificationKey(key) || key.algorithm !== lookup.algorithm) {
    throw new TokenError('algorithm_not_allowed', 'the key is not for the algorithm that the token names');
  }
  return key;
}

const MAX_REMEMBERED_HEADERS = 100;
const MAX_REMEMBERED_LENGTH = 1024;

/**
 * Reads headers and remembers those under which a signature has held: the tokens of one key mostly share one.
 * What a header means is a function of its text and the options alone, so remembering cannot change an answer; and
 * a flood of made-up headers does not displace the good ones (row K9).
 */
function createHeaderMemory(options: CompactVerifierOptions, source: KeySource) {
  const allowed = namesByHeader(options.algorithms ?? source.algorithms ?? []);
  const type = options.type === null ? null : normaliseType(options.type);
  const remembered = new Map<string, KnownHeader>();

  function parse(encoded: string): KnownHeader {
    const header = parseJwsHeader(encoded);
    const names = allowed.get(header.alg);
    if (names === undefined) {
      throw new TokenError('algorithm_not_allowed', `accepted are: ${[...allowed.keys()].join(', ')}`);
    }
    if (type !== null && (header.typ === undefined || normaliseType(header.typ) !== type)) {
      throw new TokenError('unexpected_token_type', `the typ of the header must be ${type}`);
    }
    const kid = header.kid;
    return { encoded, header, lookups: names.map((algorithm) => Object.freeze({ kid, algorithm })) };
  }

  return {
    read: (encoded: string): KnownHeader => remembered.get(encoded) ?? parse(encoded),
    remember(known: KnownHeader): void {
      const { encoded } = known;
      if (remembered.has(encoded) || encoded.length > MAX_REMEMBERED_LENGTH) return;
      if (remembered.size >= MAX_REMEMBERED_HEADERS) remembered.delete(remembered.keys().next().value ?? '');
      remembered.set(encoded, known);
    },
  };
}

function namesByHeader(names: readonly AlgorithmName[]): ReadonlyMap<string, readonly AlgorithmName[]> {
  const sorted = ALGORITHM_NAMES.filter((name) => names.includes(name));
  const byHeader = new Map<string, AlgorithmName[]>();
  for (const name of sorted) {
    const { headerName } = algorithmNamed(name);
    byHeader.set(headerName, [...(byHeader.get(headerName) ?? []), name]);
  }
  return byHeader;
}

function malformed(what: string): TokenError {
  return new TokenError('malformed_token', `the token ${what}`);
}

function keyNotFound(): TokenError {
  return new TokenError('key_not_found', 'no key at hand fits the key id and the algorithm of the token');
}

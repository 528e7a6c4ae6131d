/**
 * The one flow that checks a compact JWS: structure, key, signature. Internal: the JWS and the JWT verifier are
 * built on it.
 */
import { decodeBase64urlByBuffer, decodeBase64urlInto } from '../core/base64url.js';
import { TokenError } from '../core/errors.js';
import { aNonEmptyString, integerFrom, nullOr } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { optional, required } from '../core/options.js';
import type { AlgorithmName } from '../keys/algorithms.js';
import { algorithmNames } from '../keys/algorithms.js';
import type { KeyMaterial, VerificationKey } from '../keys/key.js';
import { isVerificationKey, materialOf } from '../keys/key.js';
import type { KeyLookup, KeySource } from '../keys/key-source.js';
import { isKeySource } from '../keys/key-source.js';
import { createStaticKeys } from '../keys/static-keys.js';
import type { KnownHeader } from './header-memory.js';
import { createHeaderMemory } from './header-memory.js';
import { headerTextOf } from './header-text.js';
import type { JwsHeader } from './jws-header.js';
import { bytesOfToken, scratchForPayload } from './scratch.js';
import { isSignatureValid, isSignatureValidAsync } from './signature.js';
import { isWorthHandingOver, noteInlineCheck } from './thread-pool.js';

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

export interface VerifiedCompact<Payload> {
  readonly header: JwsHeader;
  readonly payload: Payload;
  readonly key: VerificationKey;
}

export interface CompactVerifier<Payload> {
  verify(token: string): VerifiedCompact<Payload>;
  verifyAsync(token: string): Promise<VerifiedCompact<Payload>>;
}

/** What is kept of the first `length` bytes: good only until it returns, and not yet known to be signed. */
export type PayloadReader<Payload> = (bytes: Buffer, length: number) => Payload;

/** A token whose structure is sound. */
interface OpenedToken<Payload> {
  readonly token: string;
  /** Where its last dot is. */
  readonly dot: number;
  readonly known: KnownHeader;
  readonly payload: Payload;
}

const DEFAULT_MAX_TOKEN_BYTES = 16_384;

/** The options must have passed {@link compactVerifierRules} and {@link findAlgorithmProblems}. */
export function createCompactVerifier<Payload>(
  options: CompactVerifierOptions,
  readPayload: PayloadReader<Payload>,
): CompactVerifier<Payload> {
  const source = isKeySource(options.keys) ? options.keys : createStaticKeys(options.keys);
  const maxTokenBytes = options.maxTokenBytes ?? DEFAULT_MAX_TOKEN_BYTES;
  const headers = createHeaderMemory(options.algorithms ?? source.algorithms ?? [], options.type);

  function open(token: string): OpenedToken<Payload> {
    if (typeof token !== 'string') throw malformed('is no string');
    if (token.length > maxTokenBytes) {
      throw new TokenError('token_too_large', `the token is longer than ${maxTokenBytes} bytes`);
    }
    const encodedHeader = headerTextOf(token);
    const firstDot = encodedHeader.length;
    const dot = token.indexOf('.', firstDot + 1);
    if (firstDot === 0 || dot < 0 || dot + 1 === token.length || token.indexOf('.', dot + 1) >= 0) {
      throw malformed('must be three segments: header, payload, signature');
    }
    const known = headers.read(encodedHeader);
    return { token, dot, known, payload: readPayloadOf(token, firstDot + 1, dot, known, readPayload) };
  }

  function finish({ known, payload }: OpenedToken<Payload>, key: VerificationKey, isValid: boolean) {
    if (!isValid) throw new TokenError('bad_signature', 'the signature does not hold');
    headers.remember(known);
    return { header: known.header, payload, key };
  }

  return {
    verify(token) {
      const opened = open(token);
      const key = peek(source, opened.known.lookups);
      if (key === undefined) throw keyNotFound();
      return finish(opened, key, checkInline(materialOf(key), opened));
    },
    async verifyAsync(token) {
      const opened = open(token);
      const { lookups } = opened.known;
      const key = peek(source, lookups) ?? (await resolve(source, lookups));
      return finish(opened, key, await checkSignature(materialOf(key), opened));
    },
  };
}

/** One encoding of the bytes only (rows J15 and J16), in a token that is ASCII throughout. */
function readPayloadOf<Payload>(
  token: string,
  start: number,
  end: number,
  { isCurve }: KnownHeader,
  read: PayloadReader<Payload>,
): Payload {
  const text = bytesOfToken(token);
  if (text === undefined) throw malformed('is not ASCII');
  const payload = scratchForPayload(end - start);
  const length = isCurve
    ? decodeBase64urlInto(text, start, end, payload)
    : decodeBase64urlByBuffer(token.slice(start, end), payload);
  if (length < 0) throw malformed('has a payload that is not canonical base64url');
  return read(payload, length);
}

function checkInline(material: KeyMaterial, { token, dot }: OpenedToken<unknown>): boolean {
  noteInlineCheck(material.row);
  return isSignatureValid(material, token, dot);
}

function checkSignature(material: KeyMaterial, opened: OpenedToken<unknown>): Promise<boolean> | boolean {
  return isWorthHandingOver(material.row)
    ? isSignatureValidAsync(material, opened.token, opened.dot)
    : checkInline(material, opened);
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

function malformed(what: string): TokenError {
  return new TokenError('malformed_token', `the token ${what}`);
}

function keyNotFound(): TokenError {
  return new TokenError('key_not_found', 'no key at hand fits the key id and the algorithm of the token');
}

/**
 * Which lane judges a token: decided by configuration, from what the token says of itself, before any signature work and
 * never by its `alg`. The lane then verifies all that made it the one.
 */
import { TokenError } from '../core/errors.js';
import { headerTextOf } from '../jws/header-text.js';
import { parseJwsHeader } from '../jws/jws-header.js';
import { decodeUnverifiedJwt } from '../jwt/decode-unverified-jwt.js';
import type { Lane, VerifiedToken } from './acceptor.js';
import {
  keyIdInvalid,
  namedIssuers,
  namesIssuer,
  ownerOf,
  takesKeyId,
  typeOf,
  unexpectedType,
} from './lane-claims.js';

export interface LaneChooser {
  /**
   * The one lane that claims the token.
   *
   * @throws {TokenError} `malformed_token`, `token_too_large`, `unsupported_critical_header`,
   * `unexpected_token_type`, `key_id_invalid`, `issuer_mismatch`.
   */
  choose(token: string): Lane;
}

/** A header with the lanes that can claim a token under it: never none. */
interface SortedHeader {
  readonly encoded: string;
  readonly lanes: readonly Lane[];
}

const MAX_HEADERS = 100;
const MAX_ENCODED_LENGTH = 1024;
const DEFAULT_MAX_TOKEN_BYTES = 16_384;

/**
 * A chooser among lanes without conflicts (find-claim-conflicts). What it gives are the lanes with one addition: it
 * learns which headers belong to tokens that passed, and sorts those only once. Where one lane alone can claim a token
 * by its header, nothing else is read before that lane verifies it; where several can, the unverified `iss` decides.
 */
export function createLaneChooser(
  lanes: readonly Lane[],
  maxTokenBytes: number = DEFAULT_MAX_TOKEN_BYTES,
): LaneChooser {
  const headers = createHeaderSorter(lanes.map((lane) => learning(lane, (token) => headers.learn(token))));
  return Object.freeze({
    choose(token: string): Lane {
      const candidates = headers.sort(token).lanes;
      const [first] = candidates;
      if (first !== undefined && candidates.length === 1) return first;
      return chooseByIssuer(candidates, token, maxTokenBytes);
    },
  });
}

function learning(lane: Lane, learn: (token: string) => void): Lane {
  return Object.freeze({
    ...lane,
    verify(token: string, nowSeconds?: number): VerifiedToken {
      const verified = lane.verify(token, nowSeconds);
      learn(token);
      return verified;
    },
    async verifyAsync(token: string): Promise<VerifiedToken> {
      const verified = await lane.verifyAsync(token);
      learn(token);
      return verified;
    },
  });
}

/**
 * What a header means here follows from its text and the lanes alone, so remembering it cannot change a choice; and a
 * flood of made-up headers does not displace those of good tokens (row K9).
 */
function createHeaderSorter(lanes: readonly Lane[]) {
  const named = new Set(lanes.flatMap(({ claim }) => namedIssuers(claim)));
  const remembered = new Map<string, SortedHeader>();
  let latest: SortedHeader | undefined;

  function sort(token: string): SortedHeader {
    const encoded = encodedHeaderOf(token);
    if (latest?.encoded === encoded) return latest;
    return remembered.get(encoded) ?? { encoded, lanes: findCandidates(lanes, named, encoded) };
  }
  return {
    sort,
    /** To be called with tokens that passed. */
    learn(token: string): void {
      const sorted = sort(token);
      if (sorted === latest) return;
      latest = sorted;
      const { encoded } = sorted;
      if (remembered.has(encoded) || encoded.length > MAX_ENCODED_LENGTH) return;
      if (remembered.size >= MAX_HEADERS) remembered.delete(remembered.keys().next().value ?? '');
      remembered.set(encoded, sorted);
    },
  };
}

function encodedHeaderOf(token: string): string {
  if (typeof token !== 'string') throw new TokenError('malformed_token', 'the token is no string');
  const encoded = headerTextOf(token);
  if (encoded === '') throw new TokenError('malformed_token', 'the token must be three segments');
  if (encoded.length >= DEFAULT_MAX_TOKEN_BYTES) {
    throw new TokenError('token_too_large', 'the header is too long');
  }
  return encoded;
}

/** A lane for the issuers that nobody names is out where somebody names the one that the key id belongs to. */
function findCandidates(
  lanes: readonly Lane[],
  named: ReadonlySet<string>,
  encoded: string,
): readonly Lane[] {
  const header = parseJwsHeader(encoded);
  const type = typeOf(header);
  const ofType = lanes.filter(({ claim }) => claim.types.includes(type));
  if (ofType.length === 0) throw unexpectedType([...new Set(lanes.flatMap(({ claim }) => claim.types))]);
  const ofKeyId = ofType.filter(({ claim }) => takesKeyId(claim, header.kid));
  if (ofKeyId.length === 0) throw keyIdInvalid();
  const owner = ownerOf(header.kid) ?? '';
  const candidates = ofKeyId.filter(({ claim }) => claim.issuer !== null || !named.has(owner));
  if (candidates.length === 0) throw issuerMismatch();
  return candidates;
}

function chooseByIssuer(candidates: readonly Lane[], token: string, maxTokenBytes: number): Lane {
  const { unverifiedClaims } = decodeUnverifiedJwt(token, { maxTokenBytes });
  const issuer = Object.hasOwn(unverifiedClaims, 'iss') ? unverifiedClaims['iss'] : undefined;
  const lane =
    candidates.find(({ claim }) => namesIssuer(claim, issuer)) ??
    candidates.find(({ claim }) => claim.issuer === null);
  if (lane === undefined) throw issuerMismatch();
  return lane;
}

function issuerMismatch(): TokenError {
  return new TokenError('issuer_mismatch', 'no acceptor takes tokens of this kind from their issuer');
}

import {
  type Clock,
  createJwsVerifier,
  decodeUnverifiedJwt,
  type KeySource,
  TokenError,
  type TokenErrorCode,
  UnavailableError,
  type UnverifiedJwt,
} from 'countersign';
import { ASAP_ALGORITHMS, type AsapAlgorithm, createAsapVerifier, parseKeyId } from 'countersign/asap';
import { judgeClaims } from './claim-rules.js';
import { fail, type Judgement, pass, quote, type RuleOutcome, toOutcome, unknown } from './rule.js';

export interface InspectionOptions {
  /** Public keys; without them nothing is said about the signature. */
  readonly keys?: KeySource | undefined;
  /** The names of the service that the token is meant for; null where that is not known. */
  readonly audience: readonly string[] | null;
  /** The services that may come in; null for any. */
  readonly issuers: readonly string[] | null;
  readonly toleranceSeconds?: number | undefined;
  readonly subjectMustMatchIssuer?: boolean | undefined;
  /** Default: the nine of the protocol. */
  readonly algorithms?: readonly AsapAlgorithm[] | undefined;
  readonly clock: Clock;
}

export interface Inspection {
  /** `undecided`: no rule is broken, but there are some of which nothing can be said. */
  readonly verdict: 'accepted' | 'refused' | 'undecided';
  /** What a verifier refuses the token with; null unless it is refused. */
  readonly code: TokenErrorCode | null;
  readonly rules: readonly RuleOutcome[];
  /** Null where the token cannot be read. Anyone can have written it. */
  readonly unverified: UnverifiedJwt | null;
}

/**
 * Judges every rule, in the order of the verifier, whether or not one before it is broken. With keys, the verifier is
 * asked too, and has the last word. A rule that it refuses for, and none here, becomes the rule `verifier`.
 */
export async function inspectToken(token: string, options: InspectionOptions): Promise<Inspection> {
  const read = readToken(token);
  if (!('unverifiedHeader' in read)) return summarise([read], null, null);
  const { unverifiedHeader: header, unverifiedClaims: claims } = read;
  const algorithms = options.algorithms ?? ASAP_ALGORITHMS;
  const rules = [
    toOutcome('form', FORM, pass),
    ...judgeHeader(header, algorithms),
    ...(await judgeSignature(token, header, { keys: options.keys, algorithms })),
    ...judgeClaims({
      claims,
      header,
      now: options.clock(),
      audience: options.audience,
      issuers: options.issuers,
      toleranceSeconds: options.toleranceSeconds ?? 0,
      subjectMustMatchIssuer: options.subjectMustMatchIssuer ?? true,
    }),
    toOutcome('replay', 'the token was not used before', unknown('only the service knows')),
  ];
  return summarise(rules, await verdictOf(token, options), read);
}

const FORM =
  'three segments of canonical base64url, at most 16384 bytes; JSON objects without duplicate members';

function readToken(token: string): UnverifiedJwt | RuleOutcome {
  try {
    return decodeUnverifiedJwt(token);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return toOutcome('form', FORM, fail(error.code, error.message));
  }
}

function judgeHeader(
  header: Readonly<Record<string, unknown>>,
  algorithms: readonly AsapAlgorithm[],
): RuleOutcome[] {
  const { alg, kid } = header;
  const extension = ['crit', 'b64'].find((name) => Object.hasOwn(header, name));
  const keyId = parseKeyId(kid);
  return [
    toOutcome(
      'extensions',
      'the header has neither crit nor b64',
      extension === undefined ? pass : fail('unsupported_critical_header', `it has ${extension}`),
    ),
    toOutcome('algorithm', `alg is one of ${algorithms.join(', ')}`, judgeAlgorithm(alg, algorithms)),
    toOutcome(
      'key id',
      'kid is a path: segments of ASCII letters, digits and "_.+-", joined by single slashes',
      keyId.ok ? pass : fail(codeOfKeyId(kid), `kid ${keyId.problem}; it is ${quote(kid)}`),
    ),
  ];
}

/** What is no text at all is refused before anybody looks for a key. */
function codeOfKeyId(kid: unknown): TokenErrorCode {
  return kid === undefined || (typeof kid === 'string' && kid !== '') ? 'key_id_invalid' : 'malformed_token';
}

function judgeAlgorithm(alg: unknown, algorithms: readonly AsapAlgorithm[]): Judgement {
  if (typeof alg !== 'string' || alg === '') return fail('malformed_token', `alg is ${quote(alg)}`);
  return algorithms.some((name) => name === alg)
    ? pass
    : fail('algorithm_not_allowed', `alg is ${quote(alg)}`);
}

/** Two rules from one attempt: whether there is a key, and whether the signature holds under it. */
async function judgeSignature(
  token: string,
  { kid }: Readonly<Record<string, unknown>>,
  { keys, algorithms }: { keys: KeySource | undefined; algorithms: readonly AsapAlgorithm[] },
): Promise<RuleOutcome[]> {
  const outcomes = (key: Judgement, signature: Judgement) => [
    toOutcome('key', 'the key that kid names is published, and is for alg', key),
    toOutcome('signature', 'the signature holds under that key', signature),
  ];
  if (keys === undefined) return outcomes(unknown('no keys were given'), unknown('no keys were given'));
  // No source of keys ever hears of what is no key id (row A3).
  if (!parseKeyId(kid).ok) return outcomes(unknown('kid names none'), unknown('kid names no key'));
  try {
    await createJwsVerifier({ keys, algorithms, type: null }).verifyAsync(token);
    return outcomes(pass, pass);
  } catch (error) {
    if (error instanceof UnavailableError)
      return outcomes(unknown(error.message), unknown('the key is not known'));
    if (!(error instanceof TokenError)) throw error;
    if (error.code === 'bad_signature') return outcomes(pass, fail('bad_signature', 'it does not'));
    if (error.code === 'key_not_found')
      return outcomes(fail('key_not_found', error.message), unknown('there is no key'));
    return outcomes(unknown('the header is at fault'), unknown('the header is at fault'));
  }
}

/** Null where it cannot be asked for want of a key. */
async function verdictOf(token: string, options: InspectionOptions): Promise<TokenError | 'accepted' | null> {
  const { keys } = options;
  if (keys === undefined) return null;
  try {
    await createAsapVerifier({ ...options, keys }).verifyAsync(token);
    return 'accepted';
  } catch (error) {
    if (error instanceof TokenError) return error;
    if (error instanceof UnavailableError) return null;
    throw error;
  }
}

/** Nobody but the service can judge replay, so that alone leaves nothing open. */
function isOpen({ rule, outcome }: RuleOutcome): boolean {
  return outcome === 'unknown' && rule !== 'replay';
}

function summarise(
  rules: readonly RuleOutcome[],
  verdict: TokenError | 'accepted' | null,
  unverified: UnverifiedJwt | null,
): Inspection {
  const broken = rules.find(({ outcome }) => outcome === 'fail');
  if (verdict instanceof TokenError) {
    const { code, message } = verdict;
    const own = toOutcome('verifier', 'the verifier accepts the token', fail(code, message));
    return { verdict: 'refused', code, rules: broken === undefined ? [...rules, own] : rules, unverified };
  }
  if (broken !== undefined) return { verdict: 'refused', code: broken.code, rules, unverified };
  const isSure = verdict === 'accepted' && !rules.some(isOpen);
  return { verdict: isSure ? 'accepted' : 'undecided', code: null, rules, unverified };
}

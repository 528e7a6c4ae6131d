/** One public key from a PEM repository: the request, and what its answer means (rows ASAP-15 and ASAP-18). */
import type { Clock } from '../core/clock.js';
import type { AlgorithmName } from './algorithms.js';
import type { CacheRules } from './http-cache.js';
import { readCacheRules } from './http-cache.js';
import { importPublishedKey } from './import-published-key.js';
import type { VerificationKey } from './key.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import { parsePem } from './parse-pem.js';
import type { RemoteDocumentSettings } from './remote-document.js';
import { badStatus, fetchDocument } from './remote-document.js';
import type { WholeAnswer } from './remote-fetch.js';
import type { Loaded } from './remote-value.js';

export const PEM_MEDIA_TYPE = 'application/x-pem-file';

const DEFAULT_FRESH_SECONDS = 300;
/** No certificate: nobody here would check its dates. A private key that is published is none any more. */
const PUBLIC_LABELS = ['PUBLIC KEY', 'RSA PUBLIC KEY'];
/** A key that may not be shown to us, is not there, or was revoked: none to check a token with. */
const ABSENT = [403, 404, 410];

export interface PemFetchSettings extends RemoteDocumentSettings {
  /** Ends with a slash. */
  readonly baseUrl: string;
  readonly algorithms: readonly AlgorithmName[];
  readonly clock: Clock;
  /** The shortest and the longest time for which a key is believed, whatever its `Cache-Control` says. */
  readonly cooldownSeconds: number;
  readonly maxAgeSeconds: number;
}

export interface PublishedPem {
  readonly pem: string;
  /** Imports once for each algorithm (ASAP-27). Undefined where the key is of another kind, or weak. */
  readonly keyFor: (algorithm: AlgorithmName) => VerificationKey | undefined;
  readonly rules: CacheRules;
}

/**
 * Never rejects. Fetches `<base><key id>`, with the validators of `known` where there is one: then the answer may be
 * that it still holds.
 *
 * @param segments of a key id that passed `parseKeyId`
 */
export async function fetchPem(
  settings: PemFetchSettings,
  segments: readonly string[],
  known: PublishedPem | undefined,
): Promise<Loaded<PublishedPem>> {
  const url = pemUrl(settings.baseUrl, segments);
  const keyId = segments.join('/');
  if (url === undefined) return absent(settings, keyId, undefined);
  const headers = { accept: PEM_MEDIA_TYPE };
  const wanted = known === undefined ? [200] : [200, 304];
  const answer = await fetchDocument(settings, url, known?.rules.conditionalHeaders ?? headers, wanted);
  if (answer instanceof KeyRetrievalError) return { ok: false, failure: answer };
  if (ABSENT.includes(answer.status)) return absent(settings, keyId, answer.status);
  if (answer.kind === 'status') return { ok: false, failure: badStatus(settings.name, answer.status) };
  if (known !== undefined && answer.status === 304) {
    return kept(settings, { ...known, rules: known.rules.renew(answer.headers) });
  }
  const pem = Buffer.from(answer.body).toString('latin1');
  const problem = findPemProblem(answer, pem);
  if (problem !== undefined) return badAnswer(settings, keyId, problem);
  const keyFor = known?.pem === pem ? known.keyFor : createImporter(settings, keyId, pem);
  return kept(settings, { pem, keyFor, rules: readCacheRules(headers, answer.headers, settings.clock) });
}

/** What keeps the answer from being a public key, as in "is no PEM". Which algorithms the key is for comes later. */
function findPemProblem(answer: WholeAnswer, pem: string): string | undefined {
  const [mediaType = ''] = (answer.headers.get('content-type') ?? '').split(';', 1);
  if (mediaType.trim().toLowerCase() !== PEM_MEDIA_TYPE) return `is not of media type ${PEM_MEDIA_TYPE}`;
  const block = parsePem(pem);
  if (typeof block === 'string') return `cannot be read: ${block}`;
  return PUBLIC_LABELS.includes(block.label)
    ? undefined
    : `is a PEM block "${block.label}", not a public key`;
}

function createImporter({ algorithms }: PemFetchSettings, kid: string, pem: string): PublishedPem['keyFor'] {
  const imported = new Map<AlgorithmName, VerificationKey | undefined>();
  return (algorithm) => {
    if (!algorithms.includes(algorithm)) return undefined;
    if (!imported.has(algorithm)) imported.set(algorithm, importPublishedKey({ pem, kid, algorithm }));
    return imported.get(algorithm);
  };
}

function kept(settings: PemFetchSettings, value: PublishedPem): Loaded<PublishedPem> {
  const asked = value.rules.freshSeconds ?? DEFAULT_FRESH_SECONDS;
  const freshSeconds = Math.min(Math.max(asked, settings.cooldownSeconds), settings.maxAgeSeconds);
  return { ok: true, value, freshSeconds };
}

function absent(settings: PemFetchSettings, keyId: string, status: number | undefined): Loaded<never> {
  const answer = status === undefined ? '' : ` (status ${status})`;
  const message = `${settings.name} has no key ${keyId}${answer}`;
  return { ok: false, failure: new KeyRetrievalError('absent', message, { status }) };
}

function badAnswer(settings: PemFetchSettings, keyId: string, problem: string): Loaded<never> {
  const message = `what ${settings.name} has as the key ${keyId} ${problem}`;
  return { ok: false, failure: new KeyRetrievalError('bad_answer', message, { status: 200 }) };
}

/**
 * The address of a key. Each segment is encoded for itself, and the address is compared with what the URL parser makes
 * of it: a key id never leads out of the base (row A3).
 */
export function pemUrl(baseUrl: string, segments: readonly string[]): string | undefined {
  const url = baseUrl + segments.map(encodeURIComponent).join('/');
  return segments.length > 0 && URL.canParse(url) && new URL(url).href === url ? url : undefined;
}

import { readCacheRules } from './http-cache.js';
import type { JwkImporter } from './jwk-importer.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { KeySetSettings } from './key-set-options.js';
import { badStatus, fetchDocument } from './remote-document.js';
import type { RemoteKeySet } from './remote-key-set.js';
import { parseRemoteKeySet } from './remote-key-set.js';
import type { Loaded } from './remote-value.js';

const DEFAULT_FRESH_SECONDS = 300;
const HEADERS = { accept: 'application/jwk-set+json, application/json' };

/** One GET for the JWK Set at `url`. Never rejects. */
export async function fetchKeySet(
  settings: KeySetSettings,
  url: string,
  importKey: JwkImporter,
): Promise<Loaded<RemoteKeySet>> {
  const name = keySetName(url);
  const answer = await fetchDocument({ ...settings, name }, url, HEADERS, [200]);
  if (answer instanceof KeyRetrievalError) return { ok: false, failure: answer };
  if (answer.kind === 'status') return { ok: false, failure: badStatus(name, answer.status) };
  const keySet = parseRemoteKeySet(answer.body, settings.algorithms, importKey);
  if (keySet === undefined) return { ok: false, failure: badAnswer(name, 'is no JWK Set') };
  // An empty set is what a broken publisher gives: it must not put out of use what is known (K3).
  if (keySet.size === 0) return { ok: false, failure: badAnswer(name, 'holds no key that can be used') };
  const asked = readCacheRules(HEADERS, answer.headers, settings.clock).freshSeconds ?? DEFAULT_FRESH_SECONDS;
  const freshSeconds = Math.min(Math.max(asked, settings.cooldownSeconds), settings.maxAgeSeconds);
  return { ok: true, value: keySet, freshSeconds };
}

/** For messages: no query, which may be of use to others only. */
export function keySetName(url: string): string {
  const { origin, pathname } = new URL(url);
  return `the key set ${origin}${pathname}`;
}

function badAnswer(name: string, problem: string): KeyRetrievalError {
  return new KeyRetrievalError('bad_answer', `${name} ${problem}`);
}

/** A key source over the JWK Set that an issuer publishes, found by its metadata. */
import { aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, required } from '../core/options.js';
import { fetchIssuerMetadata, metadataUrls } from './issuer-metadata.js';
import { createJwkImporter } from './jwk-importer.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import { fetchKeySet } from './key-set-fetch.js';
import type { KeySetOptions } from './key-set-options.js';
import { findKeySetProblems, keySetRules, toKeySetSettings } from './key-set-options.js';
import type { KeySetSource } from './key-set-source.js';
import { createKeySetSource } from './key-set-source.js';
import { problemWithRemoteUrl } from './remote-url.js';

export interface DiscoveredJwksOptions extends KeySetOptions {
  /** As tokens have it in `iss`, byte for byte. https, or http on a loopback host. Is never taken from a token. */
  readonly issuer: string;
}

const RULES: OptionRules<DiscoveredJwksOptions> = { ...keySetRules, issuer: required(aNonEmptyString) };

/**
 * As `createRemoteJwks`, with the address of the set taken from the metadata of the issuer (RFC 8414, or OpenID Connect
 * Discovery). The metadata must name that very issuer; it is read again before each fetch of the set, so that a
 * `jwks_uri` that changes is followed. A fetch is then two requests, three where the first place has no metadata; each
 * has `timeoutMs` and `maxBytes` for itself.
 *
 * @throws UsageError invalid_options, with every problem found
 */
export function createDiscoveredJwks(options: DiscoveredJwksOptions): KeySetSource {
  const checked = checkOptions('createDiscoveredJwks', options, RULES, findProblems);
  const { issuer } = checked;
  const settings = toKeySetSettings(checked);
  const importKey = createJwkImporter();
  let places = metadataUrls(issuer);

  return createKeySetSource(settings, `the key set of ${issuer}`, async () => {
    const metadata = await fetchIssuerMetadata(settings, issuer, places);
    if (metadata instanceof KeyRetrievalError) return { ok: false, failure: metadata };
    // Where it was the last time it is looked for first.
    places = [metadata.url, ...places.filter((url) => url !== metadata.url)];
    return fetchKeySet(settings, metadata.jwksUri, importKey);
  });
}

function findProblems(options: DiscoveredJwksOptions): readonly string[] {
  const problem = problemWithRemoteUrl(options.issuer);
  if (problem !== undefined) return [`issuer ${problem}`];
  if (options.issuer.includes('?')) return ['issuer must not carry a query'];
  return findKeySetProblems(options);
}

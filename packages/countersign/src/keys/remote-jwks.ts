/** A key source over a JWK Set that is published over HTTP. */
import { aBoolean, aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import { createJwkImporter } from './jwk-importer.js';
import { fetchKeySet, keySetName } from './key-set-fetch.js';
import type { KeySetOptions } from './key-set-options.js';
import { findKeySetProblems, keySetRules, toKeySetSettings } from './key-set-options.js';
import type { KeySetSource } from './key-set-source.js';
import { createKeySetSource } from './key-set-source.js';
import { problemWithRemoteUrl } from './remote-url.js';

export interface RemoteJwksOptions extends KeySetOptions {
  /** Where the JWK Set is. https, or http on a loopback host. Is never taken from a token. */
  readonly url: string;
  /** Lets the keys travel over plain http beyond this machine: whoever sits in between chooses them. */
  readonly unsafeAllowHttp?: boolean | undefined;
}

export type RemoteJwks = KeySetSource;

const RULES: OptionRules<RemoteJwksOptions> = {
  ...keySetRules,
  url: required(aNonEmptyString),
  unsafeAllowHttp: optional(aBoolean),
};

/**
 * A key source over the JWK Set at `url` (RFC 7517). Nothing is fetched before the first key is asked for.
 *
 * Any number of callers share one fetch (K1). A key id that is not in the set has it fetched again, at most once in
 * `cooldownSeconds` (K2). While the set cannot be fetched, known keys serve on for `staleIfErrorSeconds`, and nobody
 * waits for the attempts that go on beside (K3). Redirects are not followed (K5). Does not check who `url` belongs to:
 * it has to come from configuration.
 *
 * `resolve` rejects with TokenError key_not_found when the set, fetched no longer than `cooldownSeconds` ago, has no
 * such key for that algorithm or has several of that id; with UnavailableError key_source_unavailable, its cause a
 * KeyRetrievalError, when the key is not known and the last attempt to fetch failed.
 *
 * @throws UsageError invalid_options, with every problem found
 */
export function createRemoteJwks(options: RemoteJwksOptions): RemoteJwks {
  const checked = checkOptions('createRemoteJwks', options, RULES, findProblems);
  const settings = toKeySetSettings(checked);
  const importKey = createJwkImporter();
  return createKeySetSource(settings, keySetName(checked.url), () =>
    fetchKeySet(settings, checked.url, importKey),
  );
}

function findProblems(options: RemoteJwksOptions): readonly string[] {
  const problem = problemWithRemoteUrl(options.url, options.unsafeAllowHttp ?? false);
  return problem === undefined ? findKeySetProblems(options) : [`url ${problem}`];
}

/** What the clients share: one header for each request. */
import { findJsonProblem } from '../core/find-json-problem.js';
import { aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, describe, optional, required } from '../core/options.js';
import type { AsapSigner } from '../tokens/asap/index.js';
import { refuseUnsafePlace } from './refuse-unsafe-place.js';

export interface AsapClientOptions {
  readonly signer: Pick<AsapSigner, 'signAsync'>;
  /** Whom the tokens are for: the same for every request, or by URL. Default: the origin of the URL. */
  readonly audience?: string | ((url: URL) => string) | undefined;
  /** Claims that every token carries besides the standard ones. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

export const asapClientRules: OptionRules<AsapClientOptions> = {
  signer: required((value) =>
    typeof value === 'object' && value !== null && 'signAsync' in value
      ? undefined
      : `must be a signer made by createAsapSigner, not ${describe(value)}`,
  ),
  audience: optional((value) => (typeof value === 'function' ? undefined : aNonEmptyString(value))),
  claims: optional(jsonClaims),
};

export interface AsapTokens {
  /**
   * The value of `Authorization` for a request to `url`. A `fresh` token is none that was used before, also where
   * the signer reuses tokens.
   *
   * @throws {UsageError} `invalid_options` for a URL that a token must not travel to.
   * @throws as the signer does.
   */
  headerFor(url: URL, freshness?: { readonly fresh: boolean }): Promise<string>;
}

/** @throws {UsageError} `invalid_options` with every problem found. */
export function createAsapTokens(subject: string, options: AsapClientOptions): AsapTokens {
  const { signer, audience, claims } = checkOptions(subject, options, asapClientRules);
  const audienceOf = typeof audience === 'function' ? audience : (url: URL) => audience ?? url.origin;
  return {
    async headerFor(url, { fresh } = { fresh: false }) {
      refuseUnsafePlace(subject, url);
      const token = await signer.signAsync({ audience: audienceOf(url), claims, fresh });
      return `Bearer ${token}`;
    },
  };
}

function jsonClaims(value: unknown): ReturnType<ValueRule> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object, not ${describe(value)}`;
  }
  const problem = findJsonProblem({ ...value });
  return problem === undefined ? undefined : `cannot be signed: ${problem}`;
}

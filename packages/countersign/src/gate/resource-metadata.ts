/** The metadata of a protected resource (RFC 9728): where clients learn which authority gives them tokens for it. */
import { aNonEmptyString, stringOrStrings } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import { scopeOrScopes } from '../jwt/scope.js';
import { publicAlgorithmNames } from '../keys/public-algorithms.js';
import { problemWithRemoteUrl } from '../keys/remote-url.js';

export interface ResourceMetadataOptions {
  /** The identifier of the service: the audience that its tokens are for, a URL without fragment. */
  readonly resource: string;
  /** The issuers whose access tokens are taken. */
  readonly authorizationServers: string | readonly string[];
  /** Scopes that clients may need here: with one space between two, or a list. */
  readonly scopes?: string | readonly string[] | undefined;
  /** For people: `resource_name`. */
  readonly name?: string | undefined;
  /** For people: `resource_documentation`. */
  readonly documentation?: string | undefined;
  /** Algorithms of DPoP proofs, where the gate takes them. */
  readonly dpopAlgorithms?: readonly string[] | undefined;
  /** Whether only tokens that are bound to a key are taken. Default false. */
  readonly dpopRequired?: boolean | undefined;
}

/** Frozen. */
export interface ResourceMetadata {
  /** For the option `resourceMetadata` of createGate. */
  readonly url: string;
  /** Where the document has to be served, without any credential: the path of `url`. */
  readonly path: string;
  readonly status: 200;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

const aResource: ValueRule = (value) => problemWithRemoteUrl(value, true);

const rules: OptionRules<ResourceMetadataOptions> = {
  resource: required(aResource),
  authorizationServers: required(stringOrStrings),
  scopes: optional(scopeOrScopes),
  name: optional(aNonEmptyString),
  documentation: optional(aResource),
  dpopAlgorithms: optional(publicAlgorithmNames),
  dpopRequired: optional((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
};

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * The document, made once, and where it belongs: the well-known path goes between the host and the path of the resource
 * (RFC 9728 section 3.1). Tokens are taken from the Authorization header only (`bearer_methods_supported`).
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createResourceMetadata(options: ResourceMetadataOptions): ResourceMetadata {
  const checked = checkOptions('createResourceMetadata', options, rules);
  const { resource, authorizationServers, scopes, dpopAlgorithms } = checked;
  const { origin, pathname, search } = new URL(resource);
  const path = WELL_KNOWN + (pathname === '/' ? '' : pathname);
  const document = {
    resource,
    authorization_servers: listOf(authorizationServers),
    scopes_supported:
      scopes === undefined ? undefined : typeof scopes === 'string' ? scopes.split(' ') : scopes,
    bearer_methods_supported: ['header'],
    resource_name: checked.name,
    resource_documentation: checked.documentation,
    dpop_signing_alg_values_supported: dpopAlgorithms,
    dpop_bound_access_tokens_required: checked.dpopRequired,
  };
  return Object.freeze({
    url: origin + path + search,
    path,
    status: 200,
    headers: Object.freeze({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
    }),
    body: JSON.stringify(document),
  });
}

function listOf(values: string | readonly string[]): readonly string[] {
  return typeof values === 'string' ? [values] : values;
}

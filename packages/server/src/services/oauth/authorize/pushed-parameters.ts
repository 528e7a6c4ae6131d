/** Parameters on their way through the store (RFC 9126). */
import type { PushedRequest } from '../../../domain/oauth/grant.js';
import type { Parameters } from '../oauth-services.js';

/** RFC 9126 section 2.2. */
export const REQUEST_URI_PREFIX = 'urn:ietf:params:oauth:request_uri:';

/**
 * Whom a verified `id_token_hint` is about: kept in place of the hint, because no store ever holds a token. Nothing that
 * a client sends has this name: it is no letter of the wire, and is left out where it comes from there.
 */
export const PERSON_HINT = 'id_token_hint#sub';

/** What says who the client is, and not what it asks for. */
const OF_CLIENT_AUTHENTICATION = ['client_secret', 'client_assertion', 'client_assertion_type'];
const NEVER_KEPT: ReadonlySet<string> = new Set([...OF_CLIENT_AUTHENTICATION, 'id_token_hint', PERSON_HINT]);

export function toPushedPairs(form: Parameters, personHint: string | undefined): PushedRequest['parameters'] {
  const pairs = form.names
    .filter((name) => !NEVER_KEPT.has(name))
    .flatMap((name) => valuesOf(form, name).map((value) => [name, value] as const));
  return personHint === undefined ? pairs : [...pairs, [PERSON_HINT, personHint]];
}

/** The pairs again as they were read; they were judged for repetition before they were kept. */
export function fromPushedPairs(pairs: PushedRequest['parameters']): Parameters {
  const valuesByName = (name: string) => pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
  return Object.freeze({
    get: (name: string) => valuesByName(name)[0],
    all: (name: 'resource' | 'audience') => valuesByName(name),
    names: Object.freeze([...new Set(pairs.map(([name]) => name))]),
  });
}

function valuesOf(form: Parameters, name: string): readonly string[] {
  if (name === 'resource' || name === 'audience') return form.all(name);
  const value = form.get(name);
  return value === undefined ? [] : [value];
}

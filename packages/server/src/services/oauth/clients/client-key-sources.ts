import {
  type Clock,
  createRemoteJwks,
  type FetchFunction,
  type KeyLookup,
  type KeySource,
  TokenError,
} from 'countersign';
import { isKeyIdOwnedBy } from 'countersign/asap';
import type { Client } from '../../../domain/oauth/client.js';
import { CLIENT_KEY_ALGORITHMS, clientKeysOf } from '../../../domain/oauth/client-key-set.js';
import type { Store } from '../../../domain/stores.js';
import { createPublishedKeySource } from '../../published-key-source.js';

export interface ClientKeySourceOptions {
  readonly store: Pick<Store, 'publishedKeys'>;
  /** How the key sets of clients are fetched. Whoever registers a client chooses the URL (row O31). */
  readonly fetch: FetchFunction;
  readonly clock: Clock;
}

/** How long a key that a client has taken out of its set may still be taken (row K8). */
const MAX_AGE_SECONDS = 300;

/** Where the keys of a client are that authenticates by `private_key_jwt`; undefined where it has none. */
export function createClientKeySource(
  { store, fetch, clock }: ClientKeySourceOptions,
  { jwks, jwksUri, asapIssuer }: Client,
): KeySource | undefined {
  if (jwks !== null) return clientKeysOf(jwks);
  if (jwksUri !== null) {
    const algorithms = CLIENT_KEY_ALGORITHMS;
    return createRemoteJwks({ url: jwksUri, algorithms, fetch, clock, maxAgeSeconds: MAX_AGE_SECONDS });
  }
  return asapIssuer === null
    ? undefined
    : onlyOwnedBy(asapIssuer, createPublishedKeySource(store.publishedKeys));
}

/** Of the ASAP repository, the keys of one issuer: nobody else's are asked for (rows A1 and ASAP-21). */
function onlyOwnedBy(issuer: string, published: KeySource): KeySource {
  return Object.freeze({
    peek: () => undefined,
    async resolve(lookup: KeyLookup) {
      if (lookup.kid === undefined || !isKeyIdOwnedBy(lookup.kid, issuer))
        throw new TokenError(
          'key_not_found',
          'the key id is none of the issuer that the client is registered with',
        );
      return published.resolve(lookup);
    },
  });
}

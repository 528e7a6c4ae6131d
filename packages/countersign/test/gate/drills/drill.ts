/** What the drills have in common: an issuer on loopback that publishes keys, and a whole gate that knows its address. */
import type { KeyPair } from 'countersign';
import { createJwtSigner, exportPublicJwk, exportPublicPem, generateKeyPair } from 'countersign';
import type { Acceptor, GateOptions, GateOutcome } from 'countersign/gate';
import { accessTokens, asap, createGate } from 'countersign/gate';
import { createTestClock } from '../../../src/testing/test-clock.js';
import { startIssuer } from '../../keys/support/issuer-server.js';
import { NOW } from '../../support/tokens.js';
import { authorizedBy } from '../support/gate-requests.js';

/** Where the gate gets its keys: a set at a known address, a set found by metadata, an ASAP repository. */
export const PLACES = ['a key set', 'discovery', 'a key repository'] as const;
export type Place = (typeof PLACES)[number];

export const AUDIENCE = 'drill';
const SERVICE = 'service';
const METADATA_PATH = '/.well-known/oauth-authorization-server';

export function createKey(name: string, issuer = SERVICE): KeyPair {
  return generateKeyPair('ES256', { kid: `${issuer}/${name}` });
}

export function acceptorFor(place: Place, base: string): Acceptor {
  const algorithms = ['ES256'] as const;
  switch (place) {
    case 'a key set':
      return accessTokens({ issuer: base, jwksUrl: `${base}/keys`, audience: AUDIENCE, algorithms });
    case 'discovery':
      return accessTokens({ issuer: base, audience: AUDIENCE, algorithms });
    case 'a key repository':
      return asap({ audience: AUDIENCE, issuers: null, repository: `${base}/asap/`, algorithms });
  }
}

export type Drill = Awaited<ReturnType<typeof startDrill>>;

export async function startDrill(place: Place, options: Partial<GateOptions> = {}) {
  const clock = createTestClock(NOW);
  const server = await startIssuer();
  const { origin } = server;
  const cached: boolean[] = [];
  const onOutcome: GateOptions['onOutcome'] = (event) => cached.push(event.cached);
  const gate = createGate({ accept: [acceptorFor(place, origin)], clock, onOutcome, ...options });
  const guard = gate.guard();
  const isAsap = place === 'a key repository';
  let published: readonly string[] = [];
  server.publish(METADATA_PATH, { issuer: origin, jwks_uri: `${origin}/keys` });

  return {
    clock,
    server,
    gate,
    isAsap,
    /** These keys and no others, with whatever the answers say about caching. */
    publish(keys: readonly KeyPair[], headers: Record<string, string> = {}) {
      server.publish('/keys', { keys: keys.map(({ publicKey }) => exportPublicJwk(publicKey)) }, headers);
      for (const kid of published) server.withdraw(`/asap/${kid}`);
      published = keys.map(({ publicKey: { kid = '' } }) => kid);
      for (const { publicKey } of keys) {
        const pem = exportPublicPem(publicKey);
        server.answer(`/asap/${publicKey.kid}`, (response) => {
          response.writeHead(200, { 'content-type': 'application/x-pem-file', ...headers }).end(pem);
        });
      }
    },
    /** A good token, unless `claims` say otherwise. */
    sign({ privateKey }: KeyPair, claims: Readonly<Record<string, unknown>> = {}) {
      const issuer = isAsap ? SERVICE : origin;
      const type = isAsap ? 'JWT' : 'at+jwt';
      const common = { issuer, type, audience: AUDIENCE, lifetimeSeconds: 3600, clock };
      const identity = { sub: SERVICE, client_id: SERVICE, jti: 'token' };
      return createJwtSigner({ key: privateKey, ...common }).sign({ ...identity, ...claims });
    },
    check: async (token: string): Promise<GateOutcome> => guard.check(authorizedBy(`Bearer ${token}`)),
    /** `caller`, or why the gate does not let it in. */
    async answer(token: string): Promise<string> {
      const outcome = await this.check(token);
      return outcome.outcome === 'refused' ? outcome.reason : outcome.outcome;
    },
    /** Whether the last check found its token in the cache. */
    wasCached: () => cached.at(-1),
  };
}

import type { Clock } from '../core/clock.js';
import { UsageError } from '../core/errors.js';
import type { AlgorithmName } from '../keys/algorithms.js';
import { createDiscoveredJwks } from '../keys/discovered-jwks.js';
import { createGuardedFetch, literalOriginOf } from '../keys/guarded-fetch.js';
import { createPemRepository } from '../keys/pem-repository.js';
import type { Environment } from '../keys/proxy-environment.js';
import { findEnvironmentProxy } from '../keys/proxy-environment.js';
import { createProxyFetch, findProxyProblem } from '../keys/proxy-fetch.js';
import type { FetchFunction } from '../keys/remote-fetch.js';
import { createRemoteJwks } from '../keys/remote-jwks.js';
import { createRepositoryChain } from '../keys/repository-chain.js';
import type { KeyResolver, WarmKeySource } from './key-resolver.js';

export interface KeyResolverOptions {
  readonly clock: Clock;
  /** Any web-standard fetch; it decides what it reaches: nothing below holds for it. Default: the guarded one. */
  readonly fetch?: FetchFunction | undefined;
  /** Lets names resolve to private addresses. Default false: only what is written as an address may be private. */
  readonly allowPrivateAddresses?: boolean | undefined;
  /** Where HTTPS_PROXY and NO_PROXY are read from. Default `process.env`. */
  readonly environment?: Environment | undefined;
}

/**
 * Sources of one address for the same algorithms are one (see {@link KeyResolver}). Nothing is fetched before a key is
 * asked for.
 *
 * Private addresses are refused (row K6), except where the configured URL itself names one, or `localhost`: then it and
 * whatever else is at that origin may be reached. Where the environment names a proxy, the keys come through it as
 * those of an ASAP repository do (row ASAP-17); the proxy resolves the names, so that what they stand for is its affair.
 *
 * The methods throw UsageError invalid_options for what the key sources refuse.
 */
export function createKeyResolver(options: KeyResolverOptions): KeyResolver {
  const { clock } = options;
  const fetchFor = createFetches(options);
  const shared = new Map<string, WarmKeySource>();
  const share = (identity: readonly unknown[], create: () => WarmKeySource): WarmKeySource => {
    const name = JSON.stringify(identity);
    const source = shared.get(name) ?? create();
    shared.set(name, source);
    return source;
  };

  return Object.freeze({
    jwks: (url: string, algorithms: readonly AlgorithmName[]) =>
      share(['jwks', url, sorted(algorithms)], () =>
        createRemoteJwks({ url, algorithms, clock, fetch: fetchFor(url) }),
      ),
    discover: (issuer: string, algorithms: readonly AlgorithmName[]) =>
      share(['discover', issuer, sorted(algorithms)], () =>
        createDiscoveredJwks({ issuer, algorithms, clock, fetch: fetchFor(issuer) }),
      ),
    pemRepository(
      baseUrls: readonly string[],
      algorithms: readonly AlgorithmName[],
      issuers: readonly string[] = [],
    ) {
      const one = (baseUrl: string) =>
        createPemRepository({
          baseUrl,
          algorithms,
          issuers,
          clock,
          fetch: fetchFor(baseUrl),
          allowHttpLoopback: true,
        });
      return share(['pem', baseUrls, sorted(algorithms), issuers], () => {
        const sources = baseUrls.map(one);
        const [only] = sources;
        const source = only !== undefined && sources.length === 1 ? only : createRepositoryChain(sources);
        // Which keys there are is not known before a token names one.
        return Object.freeze({ ...source, warmUp: async () => undefined });
      });
    },
  });
}

function sorted(algorithms: readonly AlgorithmName[]): readonly AlgorithmName[] {
  return [...new Set(algorithms)].sort();
}

/** The fetch for what belongs to a configured URL. */
function createFetches(options: KeyResolverOptions): (url: string) => FetchFunction | undefined {
  if (options.fetch !== undefined) return () => options.fetch;
  const proxyFor = createProxies(options.environment ?? process.env);
  const allowsAll = options.allowPrivateAddresses === true;
  const guarded = createGuardedFetch({ allow: allowsAll ? 'all' : 'none', proxyFor });
  return (url) => {
    // What is no URL at all is for the key source to report.
    if (!URL.canParse(url)) return undefined;
    // A proxy that cannot be gone through is reported now, not with the first token.
    proxyFor(new URL(url));
    const origin = allowsAll ? undefined : literalOriginOf(url);
    return origin === undefined ? guarded : createGuardedFetch({ allow: [origin], proxyFor });
  };
}

/** @throws UsageError invalid_options when a proxy is named that cannot be gone through */
function createProxies(environment: Environment): (url: URL) => FetchFunction | undefined {
  const fetches = new Map<string, FetchFunction>();
  return (url) => {
    const proxy = findEnvironmentProxy(url, environment);
    if (proxy === undefined) return undefined;
    const known = fetches.get(proxy);
    if (known !== undefined) return known;
    const problem = findProxyProblem(proxy);
    if (problem !== undefined) {
      throw new UsageError('invalid_options', 'createKeyResolver', [
        `HTTPS_PROXY of the environment ${problem}`,
      ]);
    }
    const fetch = createProxyFetch(proxy);
    fetches.set(proxy, fetch);
    return fetch;
  };
}

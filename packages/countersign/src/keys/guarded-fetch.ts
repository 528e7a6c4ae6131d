/**
 * A fetch for keys that reaches no private address unless it was told to (row K6). An address is judged when its name
 * is resolved and again at the connected socket, before a byte is sent: a name that resolves to something else the
 * second time gains nothing. Redirects are not followed.
 */
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { guardedLookup } from './guarded-lookup.js';
import type { NodeRequestSettings } from './node-request.js';
import { createNodeRequest } from './node-request.js';
import { isPrivateAddress, PrivateAddressError } from './private-address.js';
import type { FetchFunction } from './remote-fetch.js';
import { isLoopbackHost } from './remote-url.js';

export interface GuardedFetchOptions {
  /** Origins whose private addresses may be reached (see {@link literalOriginOf}), or all, or none. */
  readonly allow: 'none' | 'all' | readonly string[];
  /**
   * What a URL is fetched through in place of a connection of our own; undefined for none. It resolves the names, so
   * that only an address in the URL is judged.
   */
  readonly proxyFor?: ((url: URL) => FetchFunction | undefined) | undefined;
  /** In place of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
}

/**
 * The origin of a URL whose host is an address or `localhost`: whoever wrote that into the configuration knows where it
 * is. Undefined for every other name, for what it stands for is decided elsewhere.
 */
export function literalOriginOf(url: string): string | undefined {
  const { hostname, origin } = new URL(url);
  return addressIn(hostname) !== undefined || isLoopbackHost(hostname) ? origin : undefined;
}

/**
 * Rejects with {@link PrivateAddressError}, and as `fetch` does. A body in gzip, deflate or br is decoded as it is read.
 *
 * Only Node gives a hand on its connections. On Bun, Deno and Workers the fetch of the runtime is used: an address in
 * the URL is judged, a name is not.
 */
export function createGuardedFetch({ allow, lookup, proxyFor }: GuardedFetchOptions): FetchFunction {
  const mayBePrivate = (url: URL) => allow === 'all' || (allow !== 'none' && allow.includes(url.origin));
  const requestOpen = createRequest({ lookup, isRefused: () => false });
  const requestGuarded = createRequest({
    lookup: guardedLookup(lookup),
    isRefused: (other) => other === undefined || isPrivateAddress(other),
  });
  return async (address, init) => {
    const url = new URL(address);
    const isOpen = mayBePrivate(url);
    if (!isOpen && isPrivateHost(url)) throw new PrivateAddressError();
    const proxied = proxyFor?.(url);
    if (proxied !== undefined) return proxied(address, init);
    return isOpen ? requestOpen(url, init) : requestGuarded(url, init);
  };
}

/** Whether the host of a URL is written as a private address. Says nothing about what a name resolves to. */
function isPrivateHost({ hostname }: URL): boolean {
  const address = addressIn(hostname);
  return address === undefined ? isLoopbackHost(hostname) : isPrivateAddress(address);
}

/** The URL parser has turned `0x7f.1`, `2130706433` and the like into dotted form. */
function addressIn(hostname: string): string | undefined {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(host) === 0 ? undefined : host;
}

type Request = (url: URL, init: Parameters<FetchFunction>[1]) => ReturnType<FetchFunction>;

function createRequest(settings: NodeRequestSettings): Request {
  return isNode() ? createNodeRequest(settings) : (url, init) => globalThis.fetch(url.href, init);
}

/** Bun and Deno say so beside the version of Node that they stand in for; Workers only as a browser does. */
function isNode(): boolean {
  const { bun, deno } = process.versions;
  return bun === undefined && deno === undefined && globalThis.navigator?.userAgent !== 'Cloudflare-Workers';
}

/** A fetch that goes through a proxy. Node's own cannot be told to, so this takes the one of undici. */
import { createRequire } from 'node:module';
import type { FetchFunction } from './remote-fetch.js';

/** What is wrong with the address of a proxy, or with going through one at all. */
export function findProxyProblem(proxy: unknown): string | undefined {
  if (typeof proxy !== 'string' || !URL.canParse(proxy)) return 'must be the URL of a proxy';
  if (!['http:', 'https:'].includes(new URL(proxy).protocol)) return 'must be an http or https URL';
  return isUndiciInstalled()
    ? undefined
    : 'needs the package undici, which is not installed; NO_PROXY names hosts that go without one';
}

/**
 * Tunnels each request through the proxy (CONNECT): the proxy sees the host, never the keys. A user name and a password
 * in its URL are sent to it and to nobody else. The package is loaded with the first request.
 *
 * @param proxy must have passed {@link findProxyProblem}
 */
export function createProxyFetch(proxy: string): FetchFunction {
  let ready: Promise<FetchFunction> | undefined;
  return async (url, init) => {
    ready ??= connect(proxy);
    return (await ready)(url, init);
  };
}

async function connect(proxy: string): Promise<FetchFunction> {
  const { fetch, ProxyAgent } = await import('undici');
  const dispatcher = new ProxyAgent(proxy);
  return (url, init) => fetch(url, { ...init, dispatcher });
}

function isUndiciInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('undici');
    return true;
  } catch {
    return false;
  }
}

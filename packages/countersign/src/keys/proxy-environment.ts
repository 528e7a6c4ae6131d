/**
 * The proxy that the environment names for an address (row ASAP-17): HTTPS_PROXY and NO_PROXY, or the same in lower
 * case, which comes first. HTTP_PROXY is for plain http, which keys never take beyond this machine, so it is not read.
 * Nothing that runs on this machine is asked for through a proxy.
 */
import { isLoopbackHost } from './remote-url.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The URL of the proxy, as the environment has it but with a scheme; undefined for none. */
export function findEnvironmentProxy(url: URL, environment: Environment): string | undefined {
  const proxy = read(environment, 'https_proxy');
  if (proxy === undefined || url.protocol !== 'https:' || isLoopbackHost(url.hostname)) return undefined;
  if (isExempt(url, read(environment, 'no_proxy') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** An empty value is none. */
function read(environment: Environment, name: string): string | undefined {
  return environment[name] || environment[name.toUpperCase()] || undefined;
}

/** Whether a list such as `localhost, .internal, 10.0.0.1:8443` or `*` names the host, or a domain above it. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = withoutBrackets(url.hostname);
  const port = url.port || '443';
  return noProxy.split(/[\s,]+/, 1000).some((entry) => {
    if (entry === '*') return true;
    const [, name = entry, entryPort] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
    const domain = withoutBrackets(name.toLowerCase()).replace(/^\*?\./, '');
    if (domain === '' || (entryPort !== undefined && entryPort !== port)) return false;
    return host === domain || host.endsWith(`.${domain}`);
  });
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

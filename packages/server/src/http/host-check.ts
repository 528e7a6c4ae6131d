import { UsageError } from 'countersign';

/**
 * Whether a `Host` header names one of `hosts` (name, with the port where it is not the scheme's own). Others are
 * answered 421: a page under a foreign name, or a rebound one, must never look like ours (M8).
 * @throws UsageError listing every entry that is no host
 */
export function createHostCheck(hosts: readonly string[]): (hostHeader: string | undefined) => boolean {
  const problems = hosts.filter((host) => !/^[^\s/?#@\\]+$/.test(host));
  if (problems.length > 0)
    throw new UsageError(
      'invalid_options',
      'allowedHosts',
      problems.map((host) => `${JSON.stringify(host)} is no host name`),
    );
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));
  return (hostHeader) => hostHeader !== undefined && allowed.has(hostHeader.toLowerCase());
}

/** The issuer's host as clients may write it: with the scheme's own port or without. */
export function hostsOf(issuer: URL): string[] {
  if (issuer.port !== '') return [issuer.host];
  return [issuer.host, `${issuer.host}:${issuer.protocol === 'https:' ? 443 : 80}`];
}

/**
 * Which addresses keys and tokens may travel to: https, or plain http to this very machine. Imports nothing from
 * Node: the sign-in client for browsers uses it too.
 */

/**
 * @param allowHttp what the option `unsafeAllowHttp` says; left out where there is none to name in the answer
 * @returns what is wrong with `url`, or undefined. Says nothing about whether the host is a private address: a URL
 * that comes from configuration may be one; a URL derived from a token needs a check of its own.
 */
export function problemWithRemoteUrl(url: unknown, allowHttp?: boolean): string | undefined {
  if (typeof url !== 'string') return 'must be a string';
  const parsed = parseUrl(url);
  if (parsed === undefined) return 'must be an absolute URL';
  if (parsed.username !== '' || parsed.password !== '') return 'must not carry a user name or password';
  if (/[\s\\#]/.test(url)) return 'must not carry a fragment, white space or a backslash';
  if (parsed.protocol === 'https:') return undefined;
  if (parsed.protocol !== 'http:') return 'must use https';
  if (allowHttp === true || isLoopbackHost(parsed.hostname)) return undefined;
  if (allowHttp === undefined) return 'must use https (plain http is for loopback hosts)';
  return 'must use https (plain http is for loopback hosts, or with unsafeAllowHttp)';
}

function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** @param hostname of a parsed URL: the parser has turned `0x7f.1` and the like into dotted form */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

import { BlockList, isIP, SocketAddress } from 'node:net';
import { UsageError } from 'countersign';

/**
 * Address of the client: that of the connection, or, where the connection comes from a trusted proxy, the last one
 * in `X-Forwarded-For` that is not a trusted proxy itself. Any other `X-Forwarded-For` is whatever the sender made
 * up and is ignored (S16).
 */
export type ClientAddressResolver = (
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
) => string;

const UNKNOWN_ADDRESS = 'unknown';

/**
 * @param trustedProxies addresses or CIDR ranges, IPv4 or IPv6
 * @throws UsageError listing every entry that is neither
 */
export function createClientAddressResolver(trustedProxies: readonly string[]): ClientAddressResolver {
  const trusted = new BlockList();
  const problems = trustedProxies.flatMap((entry) => (addRange(trusted, entry) ? [] : [entry]));
  if (problems.length > 0)
    throw new UsageError(
      'invalid_options',
      'trustedProxies',
      problems.map((entry) => `${JSON.stringify(entry)} is no IP address and no CIDR range`),
    );
  const isTrusted = (address: string) => trusted.check(address, familyOf(address));
  return (remoteAddress, forwardedFor) => {
    const remote = canonicalAddress(remoteAddress ?? '') ?? UNKNOWN_ADDRESS;
    if (forwardedFor === undefined || remote === UNKNOWN_ADDRESS || !isTrusted(remote)) return remote;
    return lastUntrusted(remote, forwardedFor, isTrusted);
  };
}

/** Goes from right to left: each hop is believed only because a trusted one wrote it down. */
function lastUntrusted(
  remote: string,
  forwardedFor: string,
  isTrusted: (address: string) => boolean,
): string {
  let client = remote;
  let end = forwardedFor.length;
  while (end >= 0) {
    const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1);
    const address = canonicalAddress(withoutPort(forwardedFor.slice(comma + 1, end).trim()));
    if (address === undefined) return client;
    client = address;
    if (!isTrusted(address)) return client;
    end = comma;
  }
  return client;
}

/** One spelling an address: lower case, zeros compressed, no zone, IPv4 never wrapped in IPv6. Undefined if it is none. */
function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 4) return text;
  if (version !== 6) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const embedded = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : '';
  return isIP(embedded) === 4 ? embedded : address;
}

/** Some proxies write `203.0.113.7:50123` and `[2001:db8::7]:50123`. */
function withoutPort(text: string): string {
  if (text.startsWith('[')) return text.slice(1, Math.max(1, text.indexOf(']')));
  const colon = text.indexOf(':');
  return colon >= 0 && colon === text.lastIndexOf(':') ? text.slice(0, colon) : text;
}

function addRange(list: BlockList, entry: string): boolean {
  const slash = entry.indexOf('/');
  const address = canonicalAddress(slash < 0 ? entry : entry.slice(0, slash));
  if (address === undefined) return false;
  if (slash < 0) {
    list.addAddress(address, familyOf(address));
    return true;
  }
  const bits = entry.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (familyOf(address) === 'ipv4' ? 32 : 128)) return false;
  list.addSubnet(address, Number(bits), familyOf(address));
  return true;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

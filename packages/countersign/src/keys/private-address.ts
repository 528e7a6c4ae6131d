/**
 * Which addresses belong to nobody in particular on the Internet: this machine, the networks around it, and what is
 * reserved (row K6). Whoever can have us fetch from one of them reaches what only we can reach.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** An address that keys are not fetched from unless the operator says so. Says which option does, not the address. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor() {
    super(
      'is at a private or reserved address; allowPrivateAddresses, or the address itself in place of the host name, lets keys come from there',
    );
  }
}

/** First address and length of the prefix (IANA IPv4 Special-Purpose Address Registry; RFC 6890). */
const RESERVED_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const RESERVED_IPV4_RANGES = RESERVED_IPV4.map(([first, length]) => ({
  first: ipv4ToNumber(first),
  size: 2 ** (32 - length),
}));

/** @param address as a socket or a resolver gives it; anything that is no address counts as private */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return isReservedIpv4(ipv4ToNumber(address));
  const [withoutZone = ''] = address.split('%', 1);
  return !isIPv6(withoutZone) || isReservedIpv6(ipv6ToGroups(withoutZone));
}

function isReservedIpv4(address: number): boolean {
  return RESERVED_IPV4_RANGES.some(({ first, size }) => address >= first && address < first + size);
}

/**
 * Global addresses are those in 2000::/3, but for a few; all others are reserved, or carry an IPv4 address that counts
 * (IANA IPv6 Special-Purpose Address Registry).
 */
function isReservedIpv6(groups: readonly number[]): boolean {
  const [first = 0, second = 0, third = 0] = groups;
  const tail = pair(groups, 6);
  // ::ffff:0:0/96, IPv4-mapped (RFC 4291), and 64:ff9b::/96, NAT64 (RFC 6052).
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return isReservedIpv4(tail);
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) {
    return isReservedIpv4(tail);
  }
  // 2002::/16, 6to4 (RFC 3056).
  if (first === 0x2002) return isReservedIpv4(pair([second, third], 0));
  const isGlobal = first >> 13 === 1;
  const isProtocolAssignment = first === 0x2001 && second < 0x200;
  const isDocumentation = (first === 0x2001 && second === 0xdb8) || (first === 0x3fff && second < 0x1000);
  return !isGlobal || isProtocolAssignment || isDocumentation;
}

function ipv4ToNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

/** The eight groups. The URL parser writes an IPv4 address at the end in hexadecimal. */
function ipv6ToGroups(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::', 2);
  const toNumbers = (part: string) => part.split(':').map((group) => Number.parseInt(group, 16));
  const before = head === '' ? [] : toNumbers(head);
  const after = tail === undefined || tail === '' ? [] : toNumbers(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function pair(groups: readonly number[], at: number): number {
  return (groups[at] ?? 0) * 65_536 + (groups[at + 1] ?? 0);
}

/** What is counted before a sign-in mail is sent, and by which key (M6). */
import { isIPv6 } from 'node:net';
import type { App } from '../domain/app.js';
import type { EmailAddress } from '../domain/email-address.js';
import type { RateLimitStore } from '../domain/stores.js';

/** At most `limit` in any `windowSeconds`. */
export interface RateLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

export interface MailLimits {
  /** Mails to one address for one app. */
  readonly mailsPerAddress: RateLimit;
  /** Mails asked for from one client address, all apps together; of IPv6, from one /64. */
  readonly mailsPerIp: RateLimit;
}

type Budget = Parameters<RateLimitStore['takeAll']>[0][number];

const HOUR_SECONDS = 60 * 60;

/** The budgets that one mail takes from, all or none. */
export function mailBudgets(app: App, email: EmailAddress, clientIp: string, limits: MailLimits): Budget[] {
  return [
    { key: `mail address ${app.id} ${mailboxOf(email.key)}`, ...limits.mailsPerAddress },
    { key: `mail ip ${networkOf(clientIp)}`, ...limits.mailsPerIp },
    { key: `mail app ${app.id}`, limit: app.mailsPerHour, windowSeconds: HOUR_SECONDS },
  ];
}

/**
 * The mailbox that an address most likely ends in: without `+tag` and without dots. For counting only: two people may
 * share such a mailbox name at a provider that tells dots apart, and then they share a budget, never an identity.
 */
export function mailboxOf(emailKey: string): string {
  const at = emailKey.lastIndexOf('@');
  const local = emailKey.slice(0, at);
  const untagged = local.split('+', 1)[0] || local;
  return untagged.replaceAll('.', '') + emailKey.slice(at);
}

/** The client's network: an IPv4 address as it is, the /64 of an IPv6 address, IPv4 for IPv4 mapped into IPv6. */
export function networkOf(clientIp: string): string {
  const address = clientIp.split('%', 1)[0] ?? '';
  if (!isIPv6(address)) return clientIp;
  const groups = ipv6Groups(address);
  const isMappedIpv4 = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMappedIpv4) return [6, 7].flatMap((index) => bytesOf(groups[index] ?? 0)).join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address. */
function ipv6Groups(address: string): number[] {
  // URL parsing writes an IPv4 tail as groups and lower-cases; what is left to expand is one "::".
  const compressed = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = compressed.split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return parse(head);
  const [first, last] = [parse(head), parse(tail)];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function bytesOf(group: number): number[] {
  return [group >> 8, group & 0xff];
}

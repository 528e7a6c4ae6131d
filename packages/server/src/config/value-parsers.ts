/** Text to value, for the settings table. A parser never throws; one that reads a secret never repeats it. */
import { BlockList, isIP, isIPv4 } from 'node:net';

export type Parsed<T> = { readonly value: T; readonly problem?: undefined } | { readonly problem: string };
export type Parser<T> = (text: string) => Parsed<T>;

/** Any text of one line. */
export const parseText: Parser<string> = (text) =>
  /\p{Cc}/u.test(text) ? { problem: 'must be one line without control characters' } : { value: text };

export function parseOneOf<const T extends string>(...values: readonly T[]): Parser<T> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    return value === undefined ? { problem: `must be one of ${values.join(', ')}` } : { value };
  };
}

/** Plain decimal digits, nothing else: no sign, no exponent, no hexadecimal. */
export function parseWholeNumber(minimum: number, maximum: number): Parser<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum
      ? { value }
      : { problem: `must be a whole number from ${minimum} to ${maximum}` };
  };
}

/** Comma-separated; every entry is judged by `parseEntry`. */
export function parseList(parseEntry: Parser<string>): Parser<readonly string[]> {
  return (text) => {
    const parsed = text.split(',').map((entry) => parseEntry(entry.trim()));
    const problem = parsed.find((entry) => entry.problem !== undefined)?.problem;
    if (problem !== undefined) return { problem: `every entry ${problem}` };
    return { value: parsed.flatMap((entry) => (entry.problem === undefined ? [entry.value] : [])) };
  };
}

/** An IP address, or a network such as 10.0.0.0/8. */
export const parseNetwork: Parser<string> = (text) => {
  const problem = { problem: 'must be an IP address or a network such as 10.0.0.0/8' };
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return problem;
  if (prefix === undefined) return { value: address };
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  try {
    new BlockList().addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
  } catch {
    return problem;
  }
  // 0.0.0.0/0 would let every client choose its own address.
  return bits === 0 ? { problem: 'must not be a network that holds every address' } : { value: text };
};

/** `example.com`, `example.com:8443`, `[::1]:8080`: what a `Host` header carries, in lower case. */
export const parseHostHeader: Parser<string> = (text) => {
  const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined;
  const host = text.toLowerCase();
  return url !== undefined && (url.host === host || `${url.host}:80` === host)
    ? { value: host }
    : { problem: 'must be a host name such as example.com or example.com:8443' };
};

/** An address or name to listen on. */
export const parseListenHost: Parser<string> = (text) =>
  isIP(text) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text)
    ? { value: text }
    : { problem: 'must be an IP address or a host name' };

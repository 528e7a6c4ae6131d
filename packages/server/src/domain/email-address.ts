/**
 * The one canonical form of an e-mail address, made before anything is looked up, counted, stored or sent (M13).
 */
import { domainToASCII } from 'node:url';

export interface EmailAddress {
  /** Local part as typed, domain lower-cased and IDNA-encoded: what mail is sent to. */
  readonly address: string;
  /** `address` in lower case: what addresses are compared by. */
  readonly key: string;
}

const MAX_OCTETS = 254;
const MAX_LOCAL_OCTETS = 64;
const MAX_DOMAIN_OCTETS = 253;

const NOT_A_STRING = { problem: 'The e-mail address must be given as text.' };
const EMPTY = { problem: 'The e-mail address is missing.' };
const TOO_LONG = {
  problem: `The e-mail address is too long: at most ${MAX_OCTETS} characters, ${MAX_LOCAL_OCTETS} of them before the @.`,
};
const NOT_ONE_ADDRESS = { problem: 'This is not one e-mail address such as name@example.com.' };
const BAD_LOCAL_PART = {
  problem: 'The part before the @ may only have plain letters, digits and a few signs such as . _ + and -.',
};
const BAD_DOMAIN = { problem: 'The part after the @ must be a domain name such as example.com.' };

/** RFC 5322 atext, without the `%` and `!` by which some servers still route mail on to another host. */
const DOT_ATOM = /^[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*$/;
/** ASCII letters, digits, hyphens and dots, or anything that IDNA is to judge; the rest means something in a URL. */
const DOMAIN_INPUT = /^(?:[A-Za-z0-9.-]|[^\p{ASCII}\p{C}\p{Z}\p{Default_Ignorable_Code_Point}])+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ONLY_DIGITS = /^[0-9]+$/;

/**
 * Parses one address. Spaces around it are dropped; what is left must be an ASCII dot-atom, one `@` and a domain
 * name of at least two labels. Refused, each for an attack it has carried (rows M12, M13): control characters,
 * quotes, comments, display names, lists, IP literals, encoded words, letters outside ASCII before the `@`,
 * invisible characters, a trailing dot. Does not check that the domain exists or takes mail.
 *
 * @returns the canonical form, or one sentence that says what is wrong and quotes nothing of the input
 */
export function parseEmailAddress(
  input: unknown,
): (EmailAddress & { readonly problem?: undefined }) | { readonly problem: string } {
  if (typeof input !== 'string') return NOT_A_STRING;
  // Judged before any work is done on it: the canonical form of anything longer would be too long as well.
  if (input.length > 4 * MAX_OCTETS) return TOO_LONG;
  const text = withoutSpacesAround(input);
  if (text === '') return EMPTY;
  const at = text.indexOf('@');
  if (at < 1 || at !== text.lastIndexOf('@')) return NOT_ONE_ADDRESS;
  const local = text.slice(0, at);
  if (local.length > MAX_LOCAL_OCTETS) return TOO_LONG;
  // `=?` begins an encoded word, which some mailers decode even in an address and so send it elsewhere.
  if (!DOT_ATOM.test(local) || local.includes('=?')) return BAD_LOCAL_PART;
  const domain = canonicalDomain(text.slice(at + 1));
  if (domain === undefined) return BAD_DOMAIN;
  const address = `${local}@${domain}`;
  if (address.length > MAX_OCTETS) return TOO_LONG;
  return { address, key: emailKeyOf(address) };
}

/** What a canonical address is compared by. */
export function emailKeyOf(canonicalAddress: string): string {
  return canonicalAddress.toLowerCase();
}

/** Only U+0020: any other white space is a control or a lookalike, and `trim` would let it pass. */
function withoutSpacesAround(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
}

/** IDNA-encoded, lower case; undefined where it is no DNS name of two labels or more, or an IPv4 address in any spelling. */
function canonicalDomain(input: string): string | undefined {
  if (!DOMAIN_INPUT.test(input)) return undefined;
  const domain = domainToASCII(input);
  if (domain.length > MAX_DOMAIN_OCTETS) return undefined;
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || ONLY_DIGITS.test(last)) return undefined;
  return labels.every((label) => LABEL.test(label)) ? domain : undefined;
}

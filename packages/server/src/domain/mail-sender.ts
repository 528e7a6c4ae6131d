import { parseEmailAddress } from './email-address.js';

/** Who mails come from: the address is envelope sender and `From`, the name is shown beside it. */
export interface MailSender {
  /** Empty: no name. */
  readonly name: string;
  readonly address: string;
}

const NOT_IN_A_NAME = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>"\\]/u;
const MAX_NAME_LENGTH = 80;

/** Parses `no-reply@example.com` or `Example <no-reply@example.com>`; no quotes, one address, no control characters. */
export function parseMailSender(
  text: string,
): { readonly sender: MailSender; readonly problem?: undefined } | { readonly problem: string } {
  const open = text.indexOf('<');
  const bare = open < 0;
  if (!bare && !text.endsWith('>')) return { problem: 'must be an address, or a name followed by <address>' };
  const name = bare ? '' : text.slice(0, open).trim();
  if (NOT_IN_A_NAME.test(name) || name.length > MAX_NAME_LENGTH)
    return { problem: `has a name with signs that are not allowed, or longer than ${MAX_NAME_LENGTH}` };
  const parsed = parseEmailAddress(bare ? text : text.slice(open + 1, -1));
  if (parsed.problem !== undefined)
    return { problem: 'must be an address such as no-reply@example.com, or Example <no-reply@example.com>' };
  return { sender: { name, address: parsed.address } };
}

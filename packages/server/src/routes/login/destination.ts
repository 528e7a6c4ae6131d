import type { Fields } from '../pages/sign-in-door.js';

/** Where somebody goes on once signed in. One of our own pages, never an address from outside (M9). */
export type Destination =
  | { readonly kind: 'transaction'; readonly transactionId: string }
  | { readonly kind: 'device'; readonly userCode: string | null }
  | { readonly kind: 'account' };

export const ACCOUNT: Destination = Object.freeze({ kind: 'account' });

/** Ids and codes of ours, and what people type for them; nothing that could change an address or a cookie. */
const ID = /^[\w-]{1,64}$/;

/** `transaction=<id>`, `return=device` with or without `user_code=<code>`, or `return=account`. Undefined: none of them. */
export function readDestination(fields: Fields): Destination | undefined {
  const transactionId = fields.get('transaction') ?? '';
  if (ID.test(transactionId)) return { kind: 'transaction', transactionId };
  const userCode = fields.get('user_code') ?? '';
  if (fields.get('return') === 'device')
    return { kind: 'device', userCode: ID.test(userCode) ? userCode : null };
  return fields.get('return') === 'account' ? ACCOUNT : undefined;
}

/** The fields that `readDestination` reads. */
export function writeDestination(destination: Destination): Readonly<Record<string, string>> {
  if (destination.kind === 'transaction') return { transaction: destination.transactionId };
  if (destination.kind === 'account') return { return: 'account' };
  const { userCode } = destination;
  return { return: 'device', ...(userCode === null ? {} : { user_code: userCode }) };
}

/** @param issuer without a slash at its end */
export function addressOf(destination: Destination, issuer: string): string {
  if (destination.kind === 'account') return `${issuer}/login/account`;
  if (destination.kind === 'transaction')
    return `${issuer}/authorize/resume?transaction=${destination.transactionId}`;
  const { userCode } = destination;
  return `${issuer}/device${userCode === null ? '' : `?user_code=${userCode}`}`;
}

/** As text for a cookie, which holds letters, digits and few signs. */
export function toCookieValue(destination: Destination): string {
  if (destination.kind === 'transaction') return `transaction.${destination.transactionId}`;
  return destination.kind === 'device' ? `device.${destination.userCode ?? ''}` : 'account.';
}

export function fromCookieValue(value: string | undefined): Destination | undefined {
  const [kind = '', id = ''] = value?.split('.', 2) ?? [];
  if (kind === 'transaction') return readDestination(new Map([['transaction', id]]));
  return readDestination(
    new Map([
      ['return', kind],
      ['user_code', id],
    ]),
  );
}

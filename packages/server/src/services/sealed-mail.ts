import type { OutgoingMail } from './mail-transport.js';
import type { Vault } from './vault.js';

/** A mail at rest holds a live link and a code, so the store only ever sees it sealed (M14). */
export function sealMail(vault: Vault, context: string, mail: OutgoingMail): string {
  const { to, subject, text, html } = mail;
  return vault.seal('mail', context, Buffer.from(JSON.stringify({ to, subject, text, html })));
}

/** Undefined if it was not sealed so, or under another master key. */
export function openMail(vault: Vault, context: string, sealed: string): OutgoingMail | undefined {
  try {
    return JSON.parse(Buffer.from(vault.open('mail', context, sealed)).toString('utf8')) as OutgoingMail;
  } catch {
    return undefined;
  }
}

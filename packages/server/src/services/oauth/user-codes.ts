/** The codes that people type to approve a device (RFC 8628 section 6.1). */
import { randomInt } from 'node:crypto';
import type { Vault } from '../vault.js';

/** No vowels, so that no code is a word, and nothing that is mistaken for a digit. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const SHAPE = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/;
/** The letters with the hyphens and spaces that people put between them. */
const MAX_TYPED_CHARACTERS = 30;

/** Eight random letters, each value as likely as any other: 20^8, about 2^34.6. As `parseUserCode` gives them. */
export function randomUserCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
}

/** As devices show it: `WDJB-MJHT`. */
export function formatUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** The letters of what was typed, in upper case, whatever stands between them; undefined where it is no such code. */
export function parseUserCode(typed: unknown): string | undefined {
  if (typeof typed !== 'string' || typed.length > MAX_TYPED_CHARACTERS) return undefined;
  const letters = typed.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return SHAPE.test(letters) ? letters : undefined;
}

/** What is kept of a code. There are few enough of them to be tried; not without the key, which no store has. */
export function hashUserCode(vault: Pick<Vault, 'mac'>, code: string): string {
  return vault.mac('user-code', code);
}

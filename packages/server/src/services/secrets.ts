/** The secrets people and apps hold: link secrets, request ids, delivery codes, refresh tokens, typed codes. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
/** 32 bytes in base64url: 42 characters of six bits and one of four, so the last one has only 16 values. */
const SECRET_SHAPE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const TYPED_CODE_DIGITS = 6;
const TYPED_CODE_SHAPE = /^[0-9]{6}$/;
/** Six digits with the spaces and hyphens that people put between them. */
const MAX_TYPED_CHARACTERS = 20;

/** 256 random bits, 43 characters that need no escaping in a URL (M14). */
export function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether it could be one of ours; asked before any store is. */
export function isSecretShaped(value: unknown): value is string {
  return typeof value === 'string' && SECRET_SHAPE.test(value);
}

/** What stores keep in place of a secret: its SHA-256, base64url. Without a salt, as 256 random bits need none. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Six random digits, each value as likely as any other. */
export function randomTypedCode(): string {
  return String(randomInt(10 ** TYPED_CODE_DIGITS)).padStart(TYPED_CODE_DIGITS, '0');
}

/** The six digits that were typed, without spaces and hyphens; undefined where it is no such code. */
export function parseTypedCode(typed: unknown): string | undefined {
  if (typeof typed !== 'string' || typed.length > MAX_TYPED_CHARACTERS) return undefined;
  const digits = typed.replace(/[\s-]/g, '');
  return TYPED_CODE_SHAPE.test(digits) ? digits : undefined;
}

/** Compares in a time that does not depend on where two texts of one length differ. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

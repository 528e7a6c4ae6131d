/** What of a log field may be printed, and how. */

const MAX_TEXT_LENGTH = 500;
const MAX_STACK_LENGTH = 2000;
const MAX_ENTRIES = 20;
const MAX_DEPTH = 3;

const SECRET_NAME =
  /secret|password|passphrase|token|authorization|cookie|masterkey|privatekey|sealed|^link$|^code$|^otp$/i;
/** `jti` of a token: by it lines about one token are found together, and nobody comes in with it. */
const TOKEN_ID_NAME = /tokenId$/i;
/** Compact JWTs and PEM blocks, should one ever end up inside a text. */
const SECRET_TEXT = /eyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?|-----BEGIN [A-Z ]{3,40}-----/g;

/**
 * Everything below U+0020 is escaped by JSON; these are what JSON leaves: DEL and C1 controls (terminal escapes),
 * zero-width and direction marks (text that reads other than it is), line and paragraph separators (S5).
 */
const UNSAFE_CHARACTERS = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/** Makes any text one line that a terminal shows as it is. */
export function escapeLogText(text: string): string {
  return text.replace(
    UNSAFE_CHARACTERS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value as JSON can carry it: short, shallow, without secrets. */
export function printableField(name: string, value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (SECRET_NAME.test(name) && !TOKEN_ID_NAME.test(name)) return '[redacted]';
  if (typeof value === 'string') return printableText(value, MAX_TEXT_LENGTH);
  if (value instanceof Error) return printableError(value);
  if (typeof value !== 'object') return String(value).slice(0, MAX_TEXT_LENGTH);
  if (depth >= MAX_DEPTH || ArrayBuffer.isView(value)) return '[object]';
  if (Array.isArray(value))
    return value.slice(0, MAX_ENTRIES).map((entry) => printableField(name, entry, depth + 1));
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(entries.map(([key, entry]) => [key, printableField(key, entry, depth + 1)]));
}

function printableText(text: string, maxLength: number): string {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength)}... (${text.length} characters)` : text;
  return shown.replace(SECRET_TEXT, '[redacted]');
}

/** The code of an error is a name such as ENOENT, never a code that somebody could sign in with. */
function printableError(error: Error): Record<string, unknown> {
  const code =
    'code' in error && typeof error.code === 'string' ? { code: printableText(error.code, 60) } : {};
  const cause =
    error.cause instanceof Error ? { cause: printableText(error.cause.message, MAX_TEXT_LENGTH) } : {};
  return {
    name: printableText(error.name, 60),
    message: printableText(error.message, MAX_TEXT_LENGTH),
    ...code,
    ...cause,
    stack: printableText(error.stack ?? '', MAX_STACK_LENGTH),
  };
}

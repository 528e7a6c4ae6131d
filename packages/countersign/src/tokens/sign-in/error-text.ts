const MAX_LENGTH = 500;

/** What is shorter keeps no secret, and taking it out would only garble the text. */
const MIN_SECRET_LENGTH = 4;

/** Longer than a UUID, shorter than any token or refresh token, percent-encoded or not. */
const LOOKS_LIKE_TOKEN = /[\w.~+/=\\%-]{40,}/g;

// Line ends and terminal escapes from an answer must not forge log lines (S5).
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu;

/**
 * Text of an answer, fit for an error message: the secrets that were sent, and whatever looks like a token, are
 * taken out, control characters become spaces, and it is cut to 500 characters.
 */
export function toErrorText(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) {
    if (typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH)
      safe = safe.replaceAll(secret, '[withheld]');
  }
  return safe.replace(LOOKS_LIKE_TOKEN, '[withheld]').replace(CONTROLS, ' ').slice(0, MAX_LENGTH);
}

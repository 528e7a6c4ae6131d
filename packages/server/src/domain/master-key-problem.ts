/** What makes 32 bytes no master key (row S9): used where a key is read and again where it is put to use. */

export const MASTER_KEY_BYTES = 32;
/** 32 random bytes have fewer different values than this once in more than a thousand million keys. */
const MIN_DIFFERENT_BYTES = 17;

/** One sentence that says what is wrong, without a byte of the key; undefined where nothing is. */
export function masterKeyProblem(key: Uint8Array): string | undefined {
  if (key.length !== MASTER_KEY_BYTES) {
    return `The master key must be ${MASTER_KEY_BYTES} random bytes; this one has ${key.length}.`;
  }
  if (new Set(key).size < MIN_DIFFERENT_BYTES || isEvenSequence(key)) {
    return 'The master key repeats a pattern: it must be 32 random bytes.';
  }
  // Random bytes are all printable about once in 10^14 keys; words, pass phrases and values out of a manual always are.
  if (key.every((byte) => byte >= 0x20 && byte <= 0x7e)) {
    return 'The master key is text: it must be 32 random bytes, not a pass phrase.';
  }
  return undefined;
}

/** 00 01 02 ..., ff fe fd ..., or any other constant step. */
function isEvenSequence(key: Uint8Array): boolean {
  const step = ((key[1] ?? 0) - (key[0] ?? 0)) & 0xff;
  return key.every((byte, index) => index === 0 || ((byte - (key[index - 1] ?? 0)) & 0xff) === step);
}

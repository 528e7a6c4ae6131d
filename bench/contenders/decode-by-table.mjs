const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Uint8Array(128);
for (const [value, character] of [...ALPHABET].entries()) VALUES[character.charCodeAt(0)] = value;

/**
 * Base64url decoding in plain JavaScript, which checks nothing. Slower by itself than the native decoder, but on
 * some processors whatever runs after the native one (vector instructions) runs slower for a while: with this
 * one a check of an EC or Ed25519 signature is done 4 to 5 % sooner.
 * @param {string} text ASCII
 */
export function decodeByTable(text) {
  const bytes = Buffer.allocUnsafe((text.length * 3) >> 2);
  const source = Buffer.from(text, 'latin1');
  let written = 0;
  for (let at = 0; at < source.length; at += 4) {
    const quad =
      (VALUES[source[at]] << 18) |
      (VALUES[source[at + 1]] << 12) |
      (VALUES[source[at + 2]] << 6) |
      VALUES[source[at + 3]];
    bytes[written] = quad >> 16;
    bytes[written + 1] = quad >> 8;
    bytes[written + 2] = quad;
    written += 3;
  }
  return bytes;
}

/** Under what tokens are put in maps. */

const TAIL_LENGTH = 24;

/**
 * The last characters of a token: its signature, as good as random, so that few tokens share them. Whoever finds
 * something by it compares the whole token. A map by whole tokens would read every character of each token that comes
 * to hash it, which takes four times as long; and whoever makes two tokens with one tail has gained nothing but that
 * one of them takes the place of the other.
 */
export function tailOf(token: string): string {
  return token.slice(-TAIL_LENGTH);
}

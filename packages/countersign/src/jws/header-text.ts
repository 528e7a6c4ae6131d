/**
 * The encoded header of a token, found once for all who ask for it. Where it is that of the token before, as nearly
 * always, it is the very same string, so that to compare the two takes no time.
 */
/** As long as tokens may be by default: whatever anybody sends, no more of it is kept. */
const LONGEST_REMEMBERED = 16_384;

let latestToken = '';
let latestHeader = '';

/** What precedes the first dot; the empty string where there is none. */
export function headerTextOf(token: string): string {
  if (token === latestToken) return latestHeader;
  const header = token.slice(0, Math.max(0, token.indexOf('.')));
  if (token.length > LONGEST_REMEMBERED) return header;
  if (header !== latestHeader) latestHeader = header;
  latestToken = token;
  return latestHeader;
}

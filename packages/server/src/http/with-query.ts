/** Puts `query` at the end of a URL without a fragment. What stands there already stays byte for byte. */
export function withQuery(url: string, query: string): string {
  if (!url.includes('?')) return `${url}?${query}`;
  return /[?&]$/.test(url) ? `${url}${query}` : `${url}&${query}`;
}

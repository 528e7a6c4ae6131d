/**
 * `Vary` with further names in it (RFC 9110 section 12.5.5): what others have put there stays, nothing is named twice.
 *
 * @param present the value so far, in any of the forms in which servers keep it
 */
export function mergeVary(present: unknown, added: string): string {
  const text = Array.isArray(present) ? present.join(', ') : String(present ?? '');
  if (text === '' || text === added) return added;
  const names = namesIn(text);
  if (names.includes('*')) return text;
  const missing = added.split(',').filter((name) => !names.includes(name.trim().toLowerCase()));
  return missing.length === 0 ? text : `${text}, ${missing.map((name) => name.trim()).join(', ')}`;
}

function namesIn(text: string): string[] {
  return text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}

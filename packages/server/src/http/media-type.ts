/**
 * Whether `contentType` is `expected` (lower case), in UTF-8 where it names a charset. Other parameters are refused:
 * nobody sends them, and two readers could understand them differently.
 */
export function isMediaType(contentType: string | undefined, expected: string): boolean {
  if (contentType === undefined) return false;
  const [type = '', parameter, ...others] = contentType.toLowerCase().split(';', 3);
  if (type.trim() !== expected || others.length > 0) return false;
  if (parameter === undefined) return true;
  const value = parameter.trim();
  return value === '' || value === 'charset=utf-8' || value === 'charset="utf-8"';
}

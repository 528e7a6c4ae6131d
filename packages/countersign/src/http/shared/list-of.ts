const NONE: readonly string[] = Object.freeze([]);

/** One value, several, or none. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return NONE;
  return typeof value === 'string' ? [value] : value;
}

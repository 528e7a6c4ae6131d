/**
 * For how many seconds an answer says that it stays fresh (RFC 9111 section 4.2.1), less its age (section 5.1).
 * Undefined when it says nothing. `no-store` and `no-cache` mean 0: a key set is held in memory all the same, but not
 * for long.
 */
export function freshnessSecondsOf(headers: { get(name: string): string | null }): number | undefined {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',', 50);
  const names = directives.map((directive) => directive.trim());
  if (names.includes('no-store') || names.includes('no-cache')) return 0;
  for (const name of names) {
    const [, seconds] = /^max-age="?(\d{1,10})"?$/.exec(name) ?? [];
    if (seconds !== undefined) return Math.max(0, Number(seconds) - ageOf(headers.get('age')));
  }
  return undefined;
}

function ageOf(age: string | null): number {
  return age !== null && /^\d{1,10}$/.test(age) ? Number(age) : 0;
}

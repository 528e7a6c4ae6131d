/** Whether `If-None-Match` names `etag`, by the weak comparison of RFC 9110 section 13.1.2. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const wanted = withoutWeakness(etag);
  return ifNoneMatch.split(',').some((candidate) => withoutWeakness(candidate.trim()) === wanted);
}

function withoutWeakness(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}

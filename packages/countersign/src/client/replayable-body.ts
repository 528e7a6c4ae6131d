/** Whether a body can be sent a second time: a stream was used up by the first. */
export function isReplayable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body !== 'object') return typeof body !== 'function';
  if (body instanceof Uint8Array || body instanceof URLSearchParams || body instanceof Blob) return true;
  return !('pipe' in body || 'getReader' in body || Symbol.asyncIterator in body || 'next' in body);
}

/** The one place that decides whether a signature check is handed to the thread pool or made at once. */
import type { Algorithm } from '../keys/algorithms.js';

/** Only what takes longer than the way there and back: an HMAC and an RSA check do not. */
export function isWorthHandingOver(row: Algorithm): boolean {
  return row.keyType === 'EC' || row.keyType === 'OKP';
}

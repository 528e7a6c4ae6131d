import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two texts in a time that tells nothing about where they differ (J30). */
export function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

import { createHash } from 'node:crypto';

/** `ath`: what ties a proof to the token that it comes with (RFC 9449 section 4.2). */
export function hashAccessToken(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}

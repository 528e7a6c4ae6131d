/**
 * Whether an answer says that the token was refused, so that another one may do better (RFC 6750 section 3.1). A 401
 * without that error code is about something else: the server wants other credentials.
 */
export function isRefusedToken(status: number | undefined, challenge: string | null | undefined): boolean {
  if (status !== 401 || challenge == null) return false;
  return /\bbearer\b/i.test(challenge) && /\berror\s*=\s*"?invalid_token\b/i.test(challenge);
}

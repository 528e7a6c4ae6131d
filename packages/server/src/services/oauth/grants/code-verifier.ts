import { createHash } from 'node:crypto';
import { sameText } from '../../secrets.js';

/** RFC 7636 section 4.1. */
const CODE_VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

export function isCodeVerifier(text: string | undefined): text is string {
  return text !== undefined && CODE_VERIFIER.test(text);
}

/** RFC 7636 section 4.6, the method S256: there is no other here. */
export function fitsChallenge(verifier: string, codeChallenge: string): boolean {
  return sameText(createHash('sha256').update(verifier).digest('base64url'), codeChallenge);
}

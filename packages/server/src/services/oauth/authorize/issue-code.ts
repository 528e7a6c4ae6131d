import { randomUUID } from 'node:crypto';
import type { AuthorizationCode, AuthorizationRequest, LoginSession } from '../../../domain/oauth/grant.js';
import { hashSecret, randomSecret } from '../../secrets.js';

/** RFC 6749 section 4.1.2 allows ten minutes; a client that has it needs seconds (row O6). */
const LIFETIME_SECONDS = 60;

/** 256 random bits, and what is kept of them: bound to client, redirect URI, PKCE and DPoP key. */
export function makeCode(
  request: AuthorizationRequest,
  session: LoginSession,
  nowSeconds: number,
): { readonly secret: string; readonly code: AuthorizationCode } {
  const { clientId, redirectUri, nonce, codeChallenge, dpopJkt, access } = request;
  const { personId, email, sessionId, authenticatedAt, amr, acr } = session;
  const secret = randomSecret();
  return {
    secret,
    code: {
      hash: hashSecret(secret),
      clientId,
      grantId: randomUUID(),
      redirectUri,
      nonce,
      codeChallenge,
      dpopJkt,
      access,
      authentication: { personId, email, sessionId, authenticatedAt, amr, acr },
      issuedAt: nowSeconds,
      expiresAt: nowSeconds + LIFETIME_SECONDS,
    },
  };
}

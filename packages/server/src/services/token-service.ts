import type { App } from '../domain/app.js';

/** ID tokens and refresh tokens of one app. */
export interface TokenService {
  /** JAM-19: the exact claims and header of the original service. */
  issueIdToken(app: App, person: { email: string }): Promise<string>;
  /** Refusals: malformed_token (no three-part token at all: 400), invalid_id_token (everything else: 401). */
  verifyIdToken(app: App, idToken: unknown): Promise<{ email: string }>;
  /** Refusals: refresh_not_allowed, malformed_token, invalid_refresh_token, unknown_refresh_token. The refresh token is not rotated. */
  refresh(app: App, refreshToken: unknown): Promise<{ idToken: string }>;
  /** Refusals: unknown_refresh_token. */
  deleteRefreshToken(app: App, person: { email: string }, refreshToken: string): Promise<void>;
  deleteAllRefreshTokens(app: App, person: { email: string }): Promise<void>;
  /** JSON of the app's public keys, current first, and an ETag for it. */
  publicKeySet(app: App): Promise<{ json: string; etag: string }>;
}

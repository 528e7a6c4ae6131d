import { randomUUID } from 'node:crypto';
import type { Clock, JwtVerifier } from 'countersign';
import { createJwtVerifier, TokenError } from 'countersign';
import type { App } from '../domain/app.js';
import { ID_TOKEN_ALGORITHMS } from '../domain/app.js';
import { emailKeyOf } from '../domain/email-address.js';
import { Refusal } from '../domain/refusal.js';
import type { Store } from '../domain/stores.js';
import { hashSecret, isSecretShaped } from './secrets.js';
import { createSigningKeys, type KeySet } from './signing-keys.js';
import type { Vault } from './vault.js';
import { createWorkLimit } from './work-limit.js';

/** ID tokens and refresh tokens of one app. */
export interface TokenService {
  /** JAM-19: the exact claims and header of the original service. Refusal unknown_app where the app was deleted meanwhile. */
  issueIdToken(app: App, person: { email: string }): Promise<string>;
  /** Refusals: malformed_token (no three-part token at all: 400), invalid_id_token (everything else: 401), unavailable. */
  verifyIdToken(app: App, idToken: unknown): Promise<{ email: string }>;
  /** Refusals: refresh_not_allowed, malformed_token, invalid_refresh_token, unknown_refresh_token, unavailable. The refresh token is not rotated. */
  refresh(app: App, refreshToken: unknown): Promise<{ idToken: string }>;
  /** Refusals: unknown_refresh_token. */
  deleteRefreshToken(app: App, person: { email: string }, refreshToken: string): Promise<void>;
  deleteAllRefreshTokens(app: App, person: { email: string }): Promise<void>;
  /** JSON of the app's public keys, current first, and an ETag for it. Refusal unknown_app. */
  publicKeySet(app: App): Promise<{ json: string; etag: string }>;
}

export interface TokenServiceOptions {
  readonly store: Pick<Store, 'signingKeys' | 'refreshTokens'>;
  readonly vault: Vault;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end; an app's issuer is this and its id. */
  readonly issuer: string;
}

/**
 * Anybody may have a token verified, and whoever has a refresh token may use it without end; each time costs up to
 * three milliseconds of a processor. What finishes a sign-in is not counted: it waits behind at most so many.
 */
const MAX_CALLS_UNDER_WAY = 500;

export function createTokenService({ store, vault, clock, issuer }: TokenServiceOptions): TokenService {
  const signingKeys = createSigningKeys({ store: store.signingKeys, vault, clock });
  const verifiers = new WeakMap<KeySet, JwtVerifier>();
  const calls = createWorkLimit(MAX_CALLS_UNDER_WAY);
  const now = () => Math.floor(clock());
  const issuerOf = (app: App) => `${issuer}/${app.id}`;

  async function keysOf(app: App): Promise<KeySet> {
    const keys = await signingKeys.find(app.id);
    if (keys === undefined) throw new Refusal('unknown_app');
    return keys;
  }

  function verifierOf(app: App, keys: KeySet): JwtVerifier {
    const known = verifiers.get(keys);
    if (known !== undefined) return known;
    const verifier = createJwtVerifier({
      keys: keys.verificationKeys(),
      algorithms: [...ID_TOKEN_ALGORITHMS],
      issuer: issuerOf(app),
      audience: app.id,
      type: 'JWT',
      maxAgeSeconds: null,
      requiredClaims: ['email', 'token_use'],
      clock,
    });
    verifiers.set(keys, verifier);
    return verifier;
  }

  async function issueIdToken(app: App, { email }: { email: string }): Promise<string> {
    const keys = await keysOf(app);
    const issuedAt = now(); // Floored: the original clients refuse a token from their future, even by a fraction (JAM-20).
    // In the thread pool: an ES512 signature takes two milliseconds, during which the event loop serves others.
    return keys.signer().signAsync({
      email,
      sub: email,
      aud: app.id,
      iss: issuerOf(app),
      jti: randomUUID(),
      token_use: 'id',
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + app.idTokenLifetimeSeconds,
    });
  }

  async function verifyIdToken(app: App, idToken: unknown): Promise<{ email: string }> {
    if (typeof idToken !== 'string' || !hasThreeParts(idToken)) throw new Refusal('malformed_token');
    const verifier = verifierOf(app, await keysOf(app));
    const { claims } = await calls
      .run(() => verifier.verifyAsync(idToken))
      .catch((error: unknown) => {
        throw error instanceof TokenError ? new Refusal('invalid_id_token', { cause: error }) : error;
      });
    const { email, token_use: use } = claims;
    if (use !== 'id' || typeof email !== 'string') throw new Refusal('invalid_id_token');
    return { email };
  }

  async function refresh(app: App, refreshToken: unknown): Promise<{ idToken: string }> {
    if (!app.allowRefresh) throw new Refusal('refresh_not_allowed');
    if (!isSecretShaped(refreshToken)) throw new Refusal('malformed_token');
    const hash = hashSecret(refreshToken);
    return calls.run(async () => {
      const used = await store.refreshTokens.use(app.id, hash, now());
      if (used.outcome === 'unknown') throw new Refusal('unknown_refresh_token');
      if (used.outcome === 'spent') throw new Refusal('invalid_refresh_token');
      return { idToken: await issueIdToken(app, used.person) };
    });
  }

  return Object.freeze({
    issueIdToken,
    verifyIdToken,
    refresh,
    async deleteRefreshToken(app: App, { email }: { email: string }, refreshToken: string) {
      const deleted =
        isSecretShaped(refreshToken) &&
        (await store.refreshTokens.delete({
          appId: app.id,
          emailKey: emailKeyOf(email),
          hash: hashSecret(refreshToken),
          nowSeconds: now(),
        }));
      if (!deleted) throw new Refusal('unknown_refresh_token');
    },
    deleteAllRefreshTokens: (app: App, { email }: { email: string }) =>
      store.refreshTokens.deleteAll({ appId: app.id, emailKey: emailKeyOf(email), nowSeconds: now() }),
    publicKeySet: async (app: App) => (await keysOf(app)).publicKeySet(),
  });
}

function hasThreeParts(token: string): boolean {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  return first >= 0 && second >= 0 && !token.includes('.', second + 1);
}

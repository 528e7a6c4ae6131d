import type { Client } from '../../../domain/oauth/client.js';
import { ClientSettingsError } from '../../../domain/oauth/client-settings.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { hashSecret, sameText } from '../../secrets.js';
import { metadataOf, namingMember, settingsFromMetadata } from './client-metadata.js';
import type { ClientService, CreatedClient } from './client-service.js';

/** Dynamic registration (RFC 7591), for administrators only: whoever may register a client may ask people for consent. */
export interface ClientRegistration {
  /** Null where nobody may register. Else rejects with OauthError `invalid_token` for all but an administrator's token. */
  readonly authorize: ((token: string | undefined) => void) | null;
  /** What the client is told, its secret included. Rejects with `invalid_redirect_uri`, `invalid_client_metadata`. */
  register(metadata: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

export interface ClientRegistrationOptions {
  readonly clients: Pick<ClientService, 'create'>;
  /** Null: nobody may (row O31). */
  readonly adminToken: string | null;
}

export function createClientRegistration({
  clients,
  adminToken,
}: ClientRegistrationOptions): ClientRegistration {
  return Object.freeze({
    authorize: adminToken === null ? null : createAdminCheck(adminToken),
    async register(metadata: Readonly<Record<string, unknown>>) {
      const settings = settingsFromMetadata(metadata);
      const { client, secret } = await clients.create(settings).catch(toOauthError);
      return answerOf(client, secret);
    },
  });
}

function createAdminCheck(adminToken: string): (token: string | undefined) => void {
  const adminHash = hashSecret(adminToken);
  return (token) => {
    // Hashes, so that the time tells nothing about the token, not even its length.
    if (token !== undefined && sameText(hashSecret(token), adminHash)) return;
    // RFC 6750 section 3.1: no error code where no token was presented.
    const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
    throw new OauthError('invalid_token', undefined, { headers: { 'www-authenticate': challenge } });
  };
}

/** `client_secret_expires_at` 0: it does not expire. */
function answerOf(client: Client, secret: string | null): Readonly<Record<string, unknown>> {
  const ofSecret = secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 };
  return { ...metadataOf(client), ...ofSecret };
}

function toOauthError(error: unknown): never | CreatedClient {
  if (!(error instanceof ClientSettingsError)) throw error;
  const isAboutUris = error.problems.some((problem) =>
    /^(?:redirectUris|postLogoutRedirectUris)\b/.test(problem),
  );
  const description = `${error.problems.map(namingMember).join('; ')}.`;
  throw new OauthError(isAboutUris ? 'invalid_redirect_uri' : 'invalid_client_metadata', description);
}

/** Logging out at the wish of a client (OpenID Connect RP-Initiated Logout 1.0) or of the person alone. */
import type { LoginSession } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { ClientDirectory, Parameters, TokenJudge } from '../oauth-services.js';

/** A wish to log out that passed every check. */
export interface LogoutRequest {
  readonly clientName: string | null;
  /** Registered by the client, exactly so. */
  readonly redirectUri: string | null;
  readonly state: string | null;
  /** Whom the client means, by an ID token that we issued to it. */
  readonly hint: { readonly subject: string; readonly sessionId: string | null } | null;
}

export interface LogoutService {
  /**
   * Reads a request of a client (section 2). A hint that is not ours counts for nothing, and then nothing can be said of
   * an address to return to either, unless the client is named besides.
   *
   * @throws {OauthError} `invalid_request`: the client and its hint do not agree, or the address is not registered
   */
  judge(parameters: Parameters): Promise<LogoutRequest>;
}

export interface LogoutServiceOptions {
  readonly clients: Pick<ClientDirectory, 'find'>;
  readonly tokenJudge: Pick<TokenJudge, 'idTokenHint'>;
}

/** A person logs out without any client. */
export const OWN_LOGOUT: LogoutRequest = Object.freeze({
  clientName: null,
  redirectUri: null,
  state: null,
  hint: null,
});

/** It comes back in an address. */
const MAX_STATE_CHARACTERS = 2048;

export function createLogoutService({ clients, tokenJudge }: LogoutServiceOptions): LogoutService {
  return Object.freeze<LogoutService>({
    async judge(parameters) {
      const token = parameters.get('id_token_hint');
      const hint = token === undefined ? undefined : await tokenJudge.idTokenHint(token);
      const named = parameters.get('client_id');
      if (hint !== undefined && named !== undefined && named !== hint.clientId)
        throw new OauthError('invalid_request', 'The id_token_hint was issued to another client.');
      const clientId = hint?.clientId ?? named;
      const client = clientId === undefined ? undefined : await clients.find(clientId);
      const isUnknown = clientId === undefined && token !== undefined;
      const redirectUri = isUnknown ? undefined : parameters.get('post_logout_redirect_uri');
      if (redirectUri !== undefined && client?.postLogoutRedirectUris.includes(redirectUri) !== true)
        throw new OauthError('invalid_request', 'The post_logout_redirect_uri is not registered.');
      return Object.freeze({
        clientName: client?.name ?? null,
        redirectUri: redirectUri ?? null,
        state: readState(parameters),
        hint: hint === undefined ? null : { subject: hint.subject, sessionId: hint.sessionId },
      });
    },
  });
}

function readState(parameters: Parameters): string | null {
  const state = parameters.get('state') ?? null;
  if (state !== null && state.length > MAX_STATE_CHARACTERS)
    throw new OauthError('invalid_request', 'The state is too long.');
  return state;
}

/** Whether the client means this very session, so that its person need not be asked (row O28). */
export function meansSession({ hint }: LogoutRequest, session: LoginSession): boolean {
  if (hint === null || hint.subject !== session.personId) return false;
  return hint.sessionId === null || hint.sessionId === session.sessionId;
}

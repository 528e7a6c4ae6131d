/** How the authorization endpoint and the pages behind it can end. */
import type { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { ReturnAddress } from './parse-authorization-request.js';

/** What a client cannot be told, and so a person is. */
export type AuthorizationProblem =
  | 'unknown_client'
  | 'redirect_uri'
  /** Repeated, or no text. */
  | 'parameters'
  /** A pushed request that is used, expired, or another client's. */
  | 'request_uri'
  /** A request that is finished, took too long, or was begun in another browser. */
  | 'gone';

/** Goes to the client by way of the browser. */
export interface AuthorizationResponse extends Omit<ReturnAddress, 'state'> {
  readonly clientName: string;
  /** `code` or `error`, then `state` byte by byte, then `iss` (RFC 9207; row O9). */
  readonly fields: Readonly<Record<string, string>>;
}

export type AuthorizationOutcome =
  | { readonly kind: 'response'; readonly response: AuthorizationResponse }
  /** Its person has to sign in, or to be asked. `browser` is for the cookie that binds the two (row O25). */
  | { readonly kind: 'sign_in' | 'consent'; readonly transactionId: string; readonly browser: string }
  /** Came without the cookies of this site: to be sent once more, from here. */
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly problem: AuthorizationProblem };

export function refused(problem: AuthorizationProblem): AuthorizationOutcome {
  return Object.freeze({ kind: 'refused', problem });
}

interface Answered {
  readonly clientName: string;
  readonly address: ReturnAddress;
  readonly issuer: string;
}

export function succeed(answered: Answered, code: string): AuthorizationOutcome {
  return respond(answered, { code });
}

/** The description is one of a fixed list, and holds nothing that was sent (row O4). */
export function fail(answered: Answered, { code, message }: OauthError): AuthorizationOutcome {
  return respond(answered, { error: code, error_description: message });
}

function respond(
  { clientName, address, issuer }: Answered,
  result: Readonly<Record<string, string>>,
): AuthorizationOutcome {
  const { redirectUri, responseMode, state } = address;
  const fields = { ...result, ...(state === null ? {} : { state }), iss: issuer };
  return Object.freeze({ kind: 'response', response: { clientName, redirectUri, responseMode, fields } });
}

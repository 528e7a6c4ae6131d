import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { ClientCall } from '../client-call.js';
import { isBasic, parseBasic } from './basic-credentials.js';

/** How a request says which client it is from. Nothing of it is proven yet. */
export type PresentedCredentials =
  | { readonly kind: 'secret'; readonly clientId: string; readonly secret: string }
  | { readonly kind: 'assertion'; readonly clientId: string | undefined; readonly assertion: string }
  | { readonly kind: 'none'; readonly clientId: string };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** RFC 6749 section 5.2: 401 names the scheme where that was tried. */
const BASIC_CHALLENGE = Object.freeze({ 'www-authenticate': 'Basic realm="countersign", charset="UTF-8"' });

/** The same for an unknown client and a wrong secret, whatever it was that went wrong (row O17). */
export function invalidClient(authorization: string | undefined): OauthError {
  return new OauthError(
    'invalid_client',
    undefined,
    authorization === undefined ? {} : { headers: BASIC_CHALLENGE },
  );
}

/**
 * Exactly one method of RFC 6749 section 2.3 and RFC 7521 section 4.2.
 *
 * @throws {OauthError} `invalid_request` for two methods at once, a client id that contradicts another, and what cannot
 * be read; `invalid_client` where nothing says who asks, or by a method that there is not
 */
export function readCredentials({ authorization, form }: Omit<ClientCall, 'clientIp'>): PresentedCredentials {
  const [clientId, secret] = [form.get('client_id'), form.get('client_secret')];
  const [assertion, assertionType] = [form.get('client_assertion'), form.get('client_assertion_type')];
  const isAssertion = assertion !== undefined || assertionType !== undefined;
  const methods = [authorization !== undefined, secret !== undefined, isAssertion].filter(Boolean).length;
  if (methods > 1) throw new OauthError('invalid_request', 'The client authenticates in two ways at once.');
  if (authorization !== undefined) return readHeader(authorization, clientId);
  if (isAssertion) return { kind: 'assertion', clientId, assertion: readAssertion(assertion, assertionType) };
  if (clientId === undefined) throw invalidClient(undefined);
  return secret === undefined ? { kind: 'none', clientId } : { kind: 'secret', clientId, secret };
}

function readHeader(authorization: string, inForm: string | undefined): PresentedCredentials {
  if (!isBasic(authorization)) throw invalidClient(authorization);
  const basic = parseBasic(authorization);
  if (basic === undefined)
    throw new OauthError(
      'invalid_request',
      'The Authorization header cannot be read as RFC 6749 section 2.3.1 has it.',
    );
  // What a shell makes of `-u "$CLIENT_ID:$CLIENT_SECRET"` without the variables.
  if (basic.clientId === '')
    throw new OauthError('invalid_request', 'The client id in the Authorization header is empty.');
  if (inForm !== undefined && inForm !== basic.clientId) throw contradiction();
  return { kind: 'secret', ...basic };
}

function readAssertion(assertion: string | undefined, type: string | undefined): string {
  if (assertion === undefined || type === undefined)
    throw new OauthError('invalid_request', 'client_assertion and client_assertion_type belong together.');
  if (type !== ASSERTION_TYPE) throw invalidClient(undefined);
  return assertion;
}

export function contradiction(): OauthError {
  return new OauthError('invalid_request', 'The client_id is another one than the client authenticates as.');
}

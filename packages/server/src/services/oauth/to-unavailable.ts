import type { UnavailableError } from 'countersign';
import { OauthError } from '../../domain/oauth/oauth-error.js';

/** Where keys or what was used before cannot be had now, nothing can be said: 503, never a refusal. */
export function toUnavailable(error: UnavailableError): OauthError {
  return new OauthError('temporarily_unavailable', undefined, {
    headers: { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) },
    cause: error,
  });
}

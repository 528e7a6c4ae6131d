/** The parameters of an authorization request one by one. Each rejects with `invalid_request` what is off its form. */
import type { AuthorizationRequest } from '../../../domain/oauth/grant.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import { isSecretShaped } from '../../secrets.js';

const PROMPTS = ['login', 'consent', 'select_account'] as const;
/** It comes back in every ID token, which has to fit into headers and cookies. */
const MAX_NONCE_CHARACTERS = 512;
const MAX_HINT_CHARACTERS = 320;
const MAX_ACR_VALUES = 20;
/** RFC 9470 section 3. */
const ACR = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
const WHOLE_SECONDS = /^\d{1,10}$/;
const NO_TEXT = /[\p{Cc}\ufffd]/u;

/** RFC 7636 section 4.3, for every client; `plain`, which is what a missing method means, protects nobody (row O8). */
export function parseCodeChallenge(challenge: string | undefined, method: string | undefined): string {
  if (challenge === undefined) throw invalid('The code_challenge is missing (PKCE, RFC 7636).');
  if (method !== 'S256') throw invalid('The code_challenge_method has to be S256.');
  // A SHA-256 in base64url: the form of our own secrets.
  if (!isSecretShaped(challenge)) throw invalid('The code_challenge is no SHA-256 in base64url.');
  return challenge;
}

/** `dpop_jkt` (RFC 9449 section 10). */
export function parseThumbprint(thumbprint: string | undefined): string | null {
  if (thumbprint === undefined) return null;
  if (!isSecretShaped(thumbprint)) throw invalid('The dpop_jkt is no SHA-256 in base64url.');
  return thumbprint;
}

export function parseNonce(nonce: string | undefined): string | null {
  if (nonce === undefined) return null;
  if (nonce.length > MAX_NONCE_CHARACTERS || !nonce.isWellFormed() || NO_TEXT.test(nonce))
    throw invalid('The nonce is too long or is no text.');
  return nonce;
}

/** OIDC Core section 3.1.2.1: a list, in which `none` stands alone. */
export function parsePrompt(text: string | undefined): {
  isSilent: boolean;
  prompt: AuthorizationRequest['prompt'];
} {
  if (text === undefined) return { isSilent: false, prompt: [] };
  if (text === 'none') return { isSilent: true, prompt: [] };
  const asked = new Set(text.split(' '));
  const prompt = PROMPTS.filter((each) => asked.has(each));
  if (prompt.length !== asked.size)
    throw invalid('The prompt has to be none, or of login, consent and select_account.');
  return { isSilent: false, prompt };
}

export function parseMaxAge(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!WHOLE_SECONDS.test(text)) throw invalid('The max_age is no number of seconds.');
  return Number(text);
}

export function parseAcrValues(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const values = [...new Set(text.split(' '))];
  if (values.length > MAX_ACR_VALUES || !values.every((value) => ACR.test(value)))
    throw invalid('The acr_values are no list of levels.');
  return values;
}

/** Only ever offered to a person to go on with: what cannot be an address is left out. */
export function parseLoginHint(hint: string | undefined): string | null {
  if (hint === undefined || hint.length > MAX_HINT_CHARACTERS) return null;
  return hint.isWellFormed() && !NO_TEXT.test(hint) ? hint : null;
}

function invalid(description: string): OauthError {
  return new OauthError('invalid_request', description);
}

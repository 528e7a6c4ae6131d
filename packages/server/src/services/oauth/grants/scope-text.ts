/** Scopes as they are written (RFC 6749 section 3.3). */
import { IDENTITY_SCOPES } from '../../../domain/oauth/client.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';

/** One space between two, and none around them. Takes linear time: no space is in the class (S21). */
const SCOPE_TEXT = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

const identityScopes: ReadonlySet<string> = new Set(IDENTITY_SCOPES);

/**
 * Each once, in the order given.
 *
 * @throws {OauthError} `invalid_scope` for what is off the grammar (row C15)
 */
export function parseScope(text: string): readonly string[] {
  if (!SCOPE_TEXT.test(text)) throw new OauthError('invalid_scope');
  return [...new Set(text.split(' '))];
}

export function isIdentityScope(scope: string): boolean {
  return identityScopes.has(scope);
}

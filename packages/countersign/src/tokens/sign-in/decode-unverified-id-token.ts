import type { JsonObject } from './json-object.js';
import { decodeText, parseJsonObject } from './json-object.js';

/** As for every token of this library. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * Header and claims of an ID token, unverified: anybody can write such a token. Undefined when it cannot be read.
 * Without Node, for browsers.
 */
export function decodeUnverifiedIdToken(
  idToken: string,
): { readonly unverifiedHeader: JsonObject; readonly unverifiedClaims: JsonObject } | undefined {
  if (!looksLikeToken(idToken)) return undefined;
  const [header = '', payload = ''] = idToken.split('.', 2);
  const unverifiedHeader = parseSegment(header);
  const unverifiedClaims = parseSegment(payload);
  if (unverifiedHeader === undefined || unverifiedClaims === undefined) return undefined;
  return { unverifiedHeader, unverifiedClaims };
}

/** Three segments of base64url, of bearable size: fit to be sent in a header. */
export function looksLikeToken(idToken: unknown): idToken is string {
  return (
    typeof idToken === 'string' &&
    idToken.length <= MAX_TOKEN_LENGTH &&
    /^[\w-]+\.[\w-]+\.[\w-]+$/.test(idToken)
  );
}

function parseSegment(segment: string): JsonObject | undefined {
  try {
    const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/'));
    return parseJsonObject(decodeText(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

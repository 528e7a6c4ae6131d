/**
 * Where programs look for the documents that tell what the authority is: beneath the issuer (OpenID Connect Discovery 1.0
 * section 4), and, where the issuer has a path, at the root of its host with that path behind (RFC 8414 section 3.1).
 */
import { issuerPathOf } from './own-path.js';

const WELL_KNOWN = '/.well-known/';
const DOCUMENTS = ['openid-configuration', 'oauth-authorization-server'] as const;

/** Paths at the root of the host that the authority answers besides those beneath the issuer, which a mount must lead to it. */
export function wellKnownPathsOf(issuer: string): readonly string[] {
  const issuerPath = issuerPathOf(issuer);
  return Object.freeze(DOCUMENTS.map((name) => `${WELL_KNOWN}${name}${issuerPath}`));
}

/** The path of a request as the patterns of routes have it; undefined where it is none of the authority's. */
export function withoutIssuerPath(path: string, issuerPath: string): string | undefined {
  if (path.startsWith(`${issuerPath}/`)) return path.slice(issuerPath.length);
  // The issuer itself, as somebody types it.
  if (issuerPath !== '' && path === issuerPath) return '/';
  const isInserted = DOCUMENTS.some((name) => path === `${WELL_KNOWN}${name}${issuerPath}`);
  return isInserted ? path.slice(0, -issuerPath.length) : undefined;
}

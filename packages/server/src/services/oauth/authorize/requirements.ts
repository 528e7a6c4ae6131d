/** What stands between an authorization request and its code. Pure. */
import { createLevelLadder } from 'countersign/api-token';
import type { Client } from '../../../domain/oauth/client.js';
import type {
  AuthorizationRequest,
  Consent,
  GrantedAccess,
  LoginSession,
} from '../../../domain/oauth/grant.js';
import { isNativeRedirectUri } from '../../../domain/oauth/redirect-uri.js';

/** `other_person`: whoever just signed in is not the one that the request is about. */
export type SignInNeed = 'none' | 'sign_in' | 'other_person' | 'unmet_acr';

export interface SignInCircumstances {
  readonly session: LoginSession | null;
  readonly nowSeconds: number;
  /** When the request was taken in, if it has waited for a sign-in or consent since; else null. */
  readonly begunAt: number | null;
  /** Levels that signing in here reaches. */
  readonly acrValues: readonly string[];
}

const ladder = createLevelLadder();

export function findSignInNeed(request: AuthorizationRequest, given: SignInCircumstances): SignInNeed {
  const { session, begunAt } = given;
  const reachable = session === null ? given.acrValues : [...given.acrValues, session.acr];
  if (!reachable.some((acr) => meetsAcr(request, acr)) && request.acrValues.length > 0) return 'unmet_acr';
  if (session === null || !isFresh(request, session, given)) return 'sign_in';
  if (!meetsAcr(request, session.acr)) return 'sign_in';
  if (request.personHint === undefined || request.personHint === session.personId) return 'none';
  return begunAt !== null && session.authenticatedAt >= begunAt ? 'other_person' : 'sign_in';
}

/**
 * A sign-in for this very request is always fresh, however long its person then read the consent page. `max_age=0` is
 * another way to write `prompt=login` (OIDC Core section 3.1.2.1).
 */
function isFresh(
  { prompt, maxAgeSeconds }: AuthorizationRequest,
  { authenticatedAt }: LoginSession,
  { nowSeconds, begunAt }: SignInCircumstances,
): boolean {
  if (begunAt !== null && authenticatedAt >= begunAt) return true;
  if (prompt.includes('login') || prompt.includes('select_account') || maxAgeSeconds === 0) return false;
  return maxAgeSeconds === null || nowSeconds - authenticatedAt <= maxAgeSeconds;
}

/** Any of those asked for will do, and so does one that is above it (RFC 9470 section 4). */
function meetsAcr({ acrValues }: AuthorizationRequest, acr: string): boolean {
  const reached = ladder.levelOf(acr) ?? Number.NEGATIVE_INFINITY;
  const isMetBy = (each: string) =>
    each === acr || (ladder.levelOf(each) ?? Number.POSITIVE_INFINITY) <= reached;
  return acrValues.length === 0 || acrValues.some(isMetBy);
}

/**
 * Asked each time, whatever is remembered: where the client says so, for access while the person is away (OIDC Core
 * section 11), and for public clients whose redirect URI any program on the device may have taken (RFC 8252 section
 * 8.6). The operator's own clients may go without.
 */
export function alwaysAsksConsent(
  client: Client,
  { prompt, access, redirectUri }: AuthorizationRequest,
): boolean {
  if (prompt.includes('consent')) return true;
  if (client.skipConsent) return false;
  const isAnybody = client.authMethod === 'none' && isNativeRedirectUri(redirectUri);
  return isAnybody || access.scopes.includes('offline_access');
}

export function coversAccess(consent: Consent | undefined, { scopes, audiences }: GrantedAccess): boolean {
  if (consent === undefined) return false;
  return (
    scopes.every((scope) => consent.scopes.includes(scope)) &&
    audiences.every((audience) => consent.audiences.includes(audience))
  );
}

/**
 * What is remembered once somebody allowed `access`. Scopes of before stay where the audiences are the same; for others
 * nobody was ever asked about them.
 */
export function rememberedConsent(
  before: Consent | undefined,
  {
    personId,
    clientId,
    access,
    nowSeconds,
  }: { personId: string; clientId: string; access: GrantedAccess; nowSeconds: number },
): Consent {
  const { scopes, audiences } = access;
  const isForTheSame =
    before !== undefined &&
    before.audiences.length === audiences.length &&
    audiences.every((audience) => before.audiences.includes(audience));
  return {
    personId,
    clientId,
    scopes: isForTheSame ? [...new Set([...before.scopes, ...scopes])] : scopes,
    audiences,
    grantedAt: nowSeconds,
  };
}

/** The next step of a request that is in order: sign-in, consent, or its answer. */
import type { Client } from '../../../domain/oauth/client.js';
import type { AuthorizationRequest, Consent, LoginSession } from '../../../domain/oauth/grant.js';
import { OauthError, type OauthErrorCode } from '../../../domain/oauth/oauth-error.js';
import type { AuthorizationContext } from './authorization-context.js';
import { type AuthorizationOutcome, fail, refused, succeed } from './authorization-outcome.js';
import { makeCode } from './issue-code.js';
import {
  alwaysAsksConsent,
  coversAccess,
  findSignInNeed,
  rememberedConsent,
  type SignInNeed,
} from './requirements.js';
import { beginTransaction, type OpenTransaction, storeKey } from './transactions.js';

interface NewRequest {
  readonly client: Client;
  readonly request: AuthorizationRequest;
  /** No page may be shown (`prompt=none`). */
  readonly isSilent: boolean;
  readonly browser: string | undefined;
}

/** What is told where no page may be shown, or none would help. */
const ERRORS: Readonly<Record<Exclude<SignInNeed, 'none'>, OauthErrorCode>> = {
  sign_in: 'login_required',
  other_person: 'login_required',
  unmet_acr: 'unmet_authentication_requirements',
};

/**
 * A request that has just come.
 *
 * @throws {OauthError} what the client is to be told
 */
export async function begin(
  context: AuthorizationContext,
  { client, request, isSilent, browser }: NewRequest,
  session: LoginSession | null,
): Promise<AuthorizationOutcome> {
  const need = findSignInNeed(request, circumstances(context, session, null));
  if (need === 'none' && session !== null && !(await needsConsent(context, client, request, session))) {
    const { secret, code } = makeCode(request, session, now(context));
    await context.store.oauth.authorizations.insertCode(code);
    logCode(context, client, code.grantId);
    return succeed(answered(context, client, request), secret);
  }
  if (need !== 'none' && (isSilent || need !== 'sign_in')) throw new OauthError(ERRORS[need]);
  if (isSilent) throw new OauthError('consent_required');
  const key = await beginTransaction(context, request, browser);
  return { kind: need === 'none' ? 'consent' : 'sign_in', ...key };
}

/** A request that has waited for a sign-in. */
export async function goOn(
  context: AuthorizationContext,
  transaction: OpenTransaction,
  session: LoginSession | null,
): Promise<AuthorizationOutcome> {
  const { client, request, transactionId, browser, createdAt } = transaction;
  const need = findSignInNeed(request, circumstances(context, session, createdAt));
  if (need === 'other_person' || need === 'unmet_acr')
    return conclude(context, transaction, new OauthError(ERRORS[need]));
  if (need === 'sign_in' || session === null) return { kind: 'sign_in', transactionId, browser };
  if (await needsConsent(context, client, request, session))
    return { kind: 'consent', transactionId, browser };
  return concludeWithCode(context, transaction, session, null);
}

export function needsSignIn(
  context: AuthorizationContext,
  { request, createdAt }: OpenTransaction,
  session: LoginSession,
): boolean {
  return findSignInNeed(request, circumstances(context, session, createdAt)) !== 'none';
}

/** What somebody who is signed in as the request wants it says to it. */
export async function decideConsent(
  context: AuthorizationContext,
  transaction: OpenTransaction,
  session: LoginSession,
  decision: 'allow' | 'deny',
): Promise<AuthorizationOutcome> {
  const { client, request } = transaction;
  if (decision === 'deny') return conclude(context, transaction, new OauthError('access_denied'));
  const { personId } = session;
  const before = await context.store.oauth.authorizations.findConsent(personId, client.id);
  const { access } = request;
  const nowSeconds = now(context);
  const consent = rememberedConsent(before, { personId, clientId: client.id, access, nowSeconds });
  return concludeWithCode(context, transaction, session, consent);
}

async function concludeWithCode(
  context: AuthorizationContext,
  transaction: OpenTransaction,
  session: LoginSession,
  consent: Consent | null,
): Promise<AuthorizationOutcome> {
  const { client, request } = transaction;
  const { secret, code } = makeCode(request, session, now(context));
  const key = storeKey(transaction, now(context));
  const taken = await context.store.oauth.authorizations.completeTransaction(key, { consent, code });
  if (taken === undefined) return refused('gone');
  if (consent !== null) context.logger.info('oauth_consent_given', { client: client.id });
  logCode(context, client, code.grantId);
  return succeed(answered(context, client, request), secret);
}

/** Without a code: the request is over. */
async function conclude(
  context: AuthorizationContext,
  transaction: OpenTransaction,
  error: OauthError,
): Promise<AuthorizationOutcome> {
  const { client, request } = transaction;
  const key = storeKey(transaction, now(context));
  const nothing = { consent: null, code: null };
  const taken = await context.store.oauth.authorizations.completeTransaction(key, nothing);
  if (taken === undefined) return refused('gone');
  context.logger.info('oauth_authorization_failed', { client: client.id, error: error.code });
  return fail(answered(context, client, request), error);
}

async function needsConsent(
  { store }: AuthorizationContext,
  client: Client,
  request: AuthorizationRequest,
  { personId }: LoginSession,
): Promise<boolean> {
  if (alwaysAsksConsent(client, request)) return true;
  if (client.skipConsent) return false;
  return !coversAccess(await store.oauth.authorizations.findConsent(personId, client.id), request.access);
}

function circumstances(context: AuthorizationContext, session: LoginSession | null, begunAt: number | null) {
  return { session, begunAt, nowSeconds: now(context), acrValues: context.acrValues };
}

function answered({ issuer }: AuthorizationContext, client: Client, request: AuthorizationRequest) {
  return { clientName: client.name, address: request, issuer };
}

function logCode({ logger }: AuthorizationContext, client: Client, grantId: string): void {
  logger.info('oauth_code_issued', { client: client.id, grant: grantId });
}

function now({ clock }: AuthorizationContext): number {
  return Math.floor(clock());
}

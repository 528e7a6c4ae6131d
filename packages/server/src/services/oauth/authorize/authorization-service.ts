/**
 * The authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2), and what people do on the pages
 * behind it. Each verb is one request; in between only the store and the browser's cookies remember anything.
 */
import type { LoginSession } from '../../../domain/oauth/grant.js';
import type { AccessDescription } from '../describe-access.js';
import { describeAccess } from '../describe-access.js';
import type { SignInOccasion, SignInTransactions } from '../oauth-services.js';
import type { AuthorizationCall } from './authorization-call.js';
import type { AuthorizationContext } from './authorization-context.js';
import { type AuthorizationOutcome, refused } from './authorization-outcome.js';
import { beginAuthorization } from './begin-authorization.js';
import { decideConsent, goOn, needsSignIn } from './go-on.js';
import { findTransaction, type OpenTransaction } from './transactions.js';

export type { AuthorizationCall } from './authorization-call.js';
export type { AuthorizationContext } from './authorization-context.js';
export type {
  AuthorizationOutcome,
  AuthorizationProblem,
  AuthorizationResponse,
} from './authorization-outcome.js';
export { TRANSACTION_LIFETIME_SECONDS } from './transactions.js';

/** What the sign-in page says and needs. */
export interface TransactionDescription extends SignInOccasion {
  /** Why somebody who may be signed in already is asked. */
  readonly why: 'not_signed_in' | 'sign_in_again' | 'select_account';
}

/** What the consent page says. */
export interface ConsentQuestion extends AccessDescription {
  readonly kind: 'question';
  readonly clientName: string;
  readonly redirectUri: string;
  readonly email: string;
}

/** `transactionId` and `browser` as they came: from the address and from the cookie. */
export interface AuthorizationService extends SignInTransactions {
  /** Refusals: too_many_requests. */
  authorize(call: AuthorizationCall): Promise<AuthorizationOutcome>;
  /** Goes on with a request once its person has signed in: to the consent page, to the client, or to sign-in once more. */
  resume(
    transactionId: string | undefined,
    browser: string | undefined,
    session: LoginSession | null,
  ): Promise<AuthorizationOutcome>;
  /** For the sign-in page. Consumes nothing. Undefined: no such live request of this browser. */
  describe(
    transactionId: string | undefined,
    browser: string | undefined,
  ): Promise<TransactionDescription | undefined>;
  /** For the consent page. Consumes nothing. Gives where to go instead if there is nobody to ask. */
  describeConsent(
    transactionId: string | undefined,
    browser: string | undefined,
    session: LoginSession | null,
  ): Promise<ConsentQuestion | AuthorizationOutcome>;
  /** The button of the consent page. Consumes the request, once (row O25). */
  decide(
    transactionId: string | undefined,
    browser: string | undefined,
    session: LoginSession | null,
    decision: 'allow' | 'deny',
  ): Promise<AuthorizationOutcome>;
}

export function createAuthorizationService(context: AuthorizationContext): AuthorizationService {
  return Object.freeze<AuthorizationService>({
    authorize: (call) => beginAuthorization(context, call),
    async resume(transactionId, browser, session) {
      const transaction = await findTransaction(context, transactionId, browser);
      return transaction === undefined ? refused('gone') : goOn(context, transaction, session);
    },
    async describe(transactionId, browser) {
      const transaction = await findTransaction(context, transactionId, browser);
      return transaction && describeTransaction(transaction);
    },
    async describeConsent(transactionId, browser, session) {
      const transaction = await findTransaction(context, transactionId, browser);
      if (transaction === undefined) return refused('gone');
      if (session === null || needsSignIn(context, transaction, session))
        return goOn(context, transaction, session);
      return questionOf(transaction, session);
    },
    async decide(transactionId, browser, session, decision) {
      const transaction = await findTransaction(context, transactionId, browser);
      if (transaction === undefined) return refused('gone');
      if (session === null || needsSignIn(context, transaction, session))
        return goOn(context, transaction, session);
      return decideConsent(context, transaction, session, decision);
    },
  });
}

function describeTransaction({ client, request }: OpenTransaction): TransactionDescription {
  const { loginHint, redirectUri, prompt, maxAgeSeconds } = request;
  return Object.freeze({
    clientName: client.name,
    loginHint,
    redirectUri,
    why: whyOf(prompt, maxAgeSeconds),
  });
}

function whyOf(prompt: readonly string[], maxAgeSeconds: number | null): TransactionDescription['why'] {
  if (prompt.includes('select_account')) return 'select_account';
  return prompt.includes('login') || maxAgeSeconds !== null ? 'sign_in_again' : 'not_signed_in';
}

function questionOf({ client, request }: OpenTransaction, { email }: LoginSession): ConsentQuestion {
  return Object.freeze({
    kind: 'question',
    clientName: client.name,
    redirectUri: request.redirectUri,
    email,
    ...describeAccess(client, request.access),
  });
}

import { randomUUID } from 'node:crypto';
import { type App, AUTHORITY_APP_ID } from '../domain/app.js';
import { type EmailAddress, parseEmailAddress } from '../domain/email-address.js';
import { Refusal } from '../domain/refusal.js';
import type { SignInRequest } from '../domain/sign-in.js';
import { describeDevice } from './device-name.js';
import { mailBudgets } from './mail-limits.js';
import { hashSecret, randomSecret, randomTypedCode } from './secrets.js';
import { hashTypedCode, loggedAddress, type SignInContext } from './sign-in-context.js';

/** Who asks, as far as the transport knows. */
export interface RequestOrigin {
  /** Address of the client after trusted proxies were taken off. */
  readonly clientIp: string;
  /** `User-Agent`, unverified; only ever shown as words such as "Firefox on Linux". */
  readonly unverifiedUserAgent: string | undefined;
}

const FULL_QUEUE_RETRY_SECONDS = 30;

/** See `SignInService.start`. The same work is done whether or not anybody has the address (M5). */
export async function startSignIn(
  context: SignInContext,
  app: App,
  typedEmail: unknown,
  origin: RequestOrigin,
): Promise<{ requestId: string }> {
  const { store, vault, mail, clock, issuer, logger } = context;
  const email = parseEmailAddress(typedEmail);
  if (email.problem !== undefined) throw new Refusal('invalid_email', { message: email.problem });
  await assertMayMail(context, app, email, origin.clientIp);

  const person = await store.people.findByEmailKey(app.id, email.key);
  const nowSeconds = Math.floor(clock());
  const [requestId, linkSecret, code] = [randomSecret(), randomSecret(), randomTypedCode()];
  const starterHash = hashSecret(requestId);
  const request: SignInRequest = {
    id: randomUUID(),
    appId: app.id,
    email: email.address,
    emailKey: email.key,
    linkHash: hashSecret(linkSecret),
    linkExpiresAt: nowSeconds + app.linkLifetimeSeconds,
    starterHash,
    codeHash: hashTypedCode(vault, starterHash, code),
    codeExpiresAt: nowSeconds + app.codeLifetimeSeconds,
    requestedFrom: describeDevice(origin.unverifiedUserAgent),
    createdAt: nowSeconds,
  };
  const queued = mail.prepareSignInMail(app, {
    to: person?.email ?? email.address, // The spelling that was proved, not another one of the same address (M13).
    emailKey: email.key,
    link: `${issuer}/${pagesOf(app)}/link?code=${linkSecret}`,
    code,
    nowSeconds,
  });
  await store.signIns.replace(request, queued);
  mail.wake();
  logger.info('sign_in_started', loggedAddress(vault, app, email.key));
  return { requestId };
}

/** Where the pages stand on which people sign in to the app. */
function pagesOf({ id }: App): string {
  return id === AUTHORITY_APP_ID ? 'login' : id;
}

/** Limits what is sent, never signing in: links that were mailed before stay good (M6). */
async function assertMayMail(
  { rateLimits, limits, mail, vault, clock, logger }: SignInContext,
  app: App,
  email: EmailAddress,
  clientIp: string,
): Promise<void> {
  const taken = await rateLimits.takeAll(mailBudgets(app, email, clientIp, limits), Math.floor(clock()));
  if (!taken.allowed) {
    logger.info('sign_in_limited', loggedAddress(vault, app, email.key));
    const retryAfterSeconds = Math.max(1, Math.ceil(taken.retryAfterSeconds));
    throw new Refusal('too_many_requests', { retryAfterSeconds });
  }
  if (await mail.hasRoom()) return;
  logger.warn('mail_queue_full', { app: app.id });
  throw new Refusal('unavailable', { retryAfterSeconds: FULL_QUEUE_RETRY_SECONDS });
}

import type { App } from '../domain/app.js';
import { Refusal } from '../domain/refusal.js';
import type { Person } from '../domain/sign-in.js';
import { wrongCodeBudgets } from './code-limits.js';
import { hashSecret, isSecretShaped, parseTypedCode } from './secrets.js';
import { hashTypedCode, loggedAddress, type SignInContext } from './sign-in-context.js';
import { type PreparedOutcome, prepareOutcome } from './sign-in-outcome.js';

export interface TokenPair {
  readonly idToken: string;
  readonly refreshToken: string | null;
}

/** What goes to the app's redirect URL, or to a client that finished with the typed code. */
export type Delivery =
  | ({ readonly kind: 'tokens' } & TokenPair)
  | { readonly kind: 'code'; readonly code: string };

export interface FinishedSignIn {
  readonly email: string;
  readonly delivery: Delivery;
}

/** At most this many codes are compared for one request (M7). */
const MAX_CODE_TRIES = 5;

/** See `SignInService.finishWithLink`. */
export async function finishWithLink(
  context: SignInContext,
  app: App,
  linkSecret: string,
  requestId: string | null,
): Promise<FinishedSignIn | undefined> {
  const isBound = app.linkBinding === 'same-browser';
  const starterHash = isSecretShaped(requestId) ? hashSecret(requestId) : null;
  if (!isSecretShaped(linkSecret) || (isBound && starterHash === null)) return undefined;
  await assertCanSign(context, app);
  const nowSeconds = Math.floor(context.clock());
  const prepared = prepareOutcome(app, app.delivery, nowSeconds);
  const person = await context.store.signIns.consumeByLink(
    {
      appId: app.id,
      linkHash: hashSecret(linkSecret),
      starterHash: isBound ? starterHash : null,
      nowSeconds,
    },
    prepared.outcome,
  );
  return person && finish(context, app, person, prepared);
}

/** See `SignInService.finishWithCode`. */
export async function finishWithCode(
  context: SignInContext,
  app: App,
  requestId: unknown,
  typedCode: unknown,
  as: 'page' | 'api',
): Promise<FinishedSignIn> {
  const code = parseTypedCode(typedCode);
  if (code === undefined || !isSecretShaped(requestId)) throw new Refusal('wrong_code');
  await assertCanSign(context, app);
  const nowSeconds = Math.floor(context.clock());
  const prepared = prepareOutcome(app, as === 'api' ? 'query' : app.delivery, nowSeconds);
  const starterHash = hashSecret(requestId);
  const request = await context.store.signIns.findByStarter(app.id, starterHash, nowSeconds);
  if (request === undefined) throw new Refusal('wrong_code');
  const wrongCodes = wrongCodeBudgets(app, request.emailKey);
  await assertMayTryCode(context, wrongCodes, nowSeconds);
  const codeHash = hashTypedCode(context.vault, starterHash, code);
  const result = await context.store.signIns.consumeByCode(
    { appId: app.id, starterHash, codeHash, maxTries: MAX_CODE_TRIES, nowSeconds },
    prepared.outcome,
  );
  if (result.outcome === 'consumed') return finish(context, app, result.person, prepared);
  if (result.outcome === 'wrong') await context.rateLimits.takeAll(wrongCodes, nowSeconds);
  context.logger.info('sign_in_code_refused', { app: app.id, outcome: result.outcome });
  throw new Refusal('wrong_code');
}

async function assertMayTryCode(
  { rateLimits, logger }: SignInContext,
  wrongCodes: ReturnType<typeof wrongCodeBudgets>,
  nowSeconds: number,
): Promise<void> {
  const retryAfterSeconds = await rateLimits.waitSeconds(wrongCodes, nowSeconds);
  if (retryAfterSeconds === 0) return;
  logger.warn('sign_in_codes_limited');
  const message = 'Too many wrong codes were typed lately. Please use the link in the mail.';
  throw new Refusal('too_many_requests', { message, retryAfterSeconds });
}

/** See `SignInService.exchangeDeliveryCode`. */
export async function exchangeDeliveryCode(
  context: SignInContext,
  app: App,
  code: unknown,
): Promise<TokenPair> {
  if (app.delivery !== 'code') throw new Refusal('delivery_not_by_code');
  if (typeof code !== 'string') throw new Refusal('invalid_parameter', { message: 'code must be a string.' });
  if (!isSecretShaped(code)) throw new Refusal('invalid_code');
  await assertCanSign(context, app);
  const nowSeconds = Math.floor(context.clock());
  const { outcome, refreshToken } = prepareOutcome(app, 'query', nowSeconds);
  const key = { appId: app.id, hash: hashSecret(code), nowSeconds };
  const person = await context.store.signIns.consumeDeliveryCode(key, outcome.refreshToken);
  if (person === undefined) throw new Refusal('invalid_code');
  return { idToken: await context.tokens.issueIdToken(app, person), refreshToken };
}

/** Signing comes after consuming: keys that cannot be had now must not cost anybody their link. */
async function assertCanSign({ tokens }: SignInContext, app: App): Promise<void> {
  await tokens.publicKeySet(app);
}

async function finish(
  { tokens, vault, logger }: SignInContext,
  app: App,
  person: Person,
  { deliveryCode, refreshToken }: PreparedOutcome,
): Promise<FinishedSignIn> {
  const delivery: Delivery =
    deliveryCode === null
      ? { kind: 'tokens', idToken: await tokens.issueIdToken(app, person), refreshToken }
      : { kind: 'code', code: deliveryCode };
  logger.info('sign_in_finished', loggedAddress(vault, app, person.email));
  return { email: person.email, delivery };
}

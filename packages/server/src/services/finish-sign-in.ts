import type { App } from '../domain/app.js';
import { Refusal } from '../domain/refusal.js';
import type { Person } from '../domain/sign-in.js';
import { checkTypedCode, consumeByCode, linkKeyOf, logFinished } from './consume-sign-in.js';
import { hashSecret, isSecretShaped } from './secrets.js';
import type { SignInContext } from './sign-in-context.js';
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

/** See `SignInService.finishWithLink`. */
export async function finishWithLink(
  context: SignInContext,
  app: App,
  linkSecret: string,
  requestId: string | null,
): Promise<FinishedSignIn | undefined> {
  const key = linkKeyOf(context, app, linkSecret, requestId);
  if (key === undefined) return undefined;
  await assertCanSign(context, app);
  const prepared = prepareOutcome(app, app.delivery, key.nowSeconds);
  const person = await context.store.signIns.consumeByLink(key, prepared.outcome);
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
  const typed = checkTypedCode(requestId, typedCode);
  await assertCanSign(context, app);
  const delivery = as === 'api' ? 'query' : app.delivery;
  const prepared = prepareOutcome(app, delivery, Math.floor(context.clock()));
  const person = await consumeByCode(context, app, typed, prepared.outcome);
  return finish(context, app, person, prepared);
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
  context: SignInContext,
  app: App,
  person: Person,
  { deliveryCode, refreshToken }: PreparedOutcome,
): Promise<FinishedSignIn> {
  const delivery: Delivery =
    deliveryCode === null
      ? { kind: 'tokens', idToken: await context.tokens.issueIdToken(app, person), refreshToken }
      : { kind: 'code', code: deliveryCode };
  logFinished(context, app, person);
  return { email: person.email, delivery };
}

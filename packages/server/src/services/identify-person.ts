/** Signing in to the authority itself: the sign-in is used up, and gives the person in place of tokens. */
import { randomUUID } from 'node:crypto';
import type { App } from '../domain/app.js';
import type { Person, SignInOutcome } from '../domain/sign-in.js';
import { checkTypedCode, consumeByCode, linkKeyOf, logFinished } from './consume-sign-in.js';
import type { SignInContext } from './sign-in-context.js';

/** See `SignInService.identifyByLink`. */
export async function identifyByLink(
  context: SignInContext,
  app: App,
  linkSecret: string,
  requestId: string | null,
): Promise<Person | undefined> {
  const key = linkKeyOf(context, app, linkSecret, requestId);
  const person = key && (await context.store.signIns.consumeByLink(key, nothingDelivered()));
  if (person !== undefined) logFinished(context, app, person);
  return person;
}

/** See `SignInService.identifyByCode`. */
export async function identifyByCode(
  context: SignInContext,
  app: App,
  requestId: unknown,
  typedCode: unknown,
): Promise<Person> {
  const typed = checkTypedCode(requestId, typedCode);
  const person = await consumeByCode(context, app, typed, nothingDelivered());
  logFinished(context, app, person);
  return person;
}

function nothingDelivered(): SignInOutcome {
  return { newPersonId: randomUUID(), refreshToken: null, deliveryCode: null };
}

/** How a sign-in is used up, whatever comes of it: by its link, or by its typed code. */
import type { App } from '../domain/app.js';
import { Refusal } from '../domain/refusal.js';
import type { Person, SignInOutcome } from '../domain/sign-in.js';
import type { SignInStore } from '../domain/stores.js';
import { wrongCodeBudgets } from './code-limits.js';
import { hashSecret, isSecretShaped, parseTypedCode } from './secrets.js';
import { hashTypedCode, loggedAddress, type SignInContext } from './sign-in-context.js';

export type LinkKey = Parameters<SignInStore['consumeByLink']>[0];

/** What was typed, and the secret of the browser that it was typed in. */
export interface TypedCode {
  readonly requestId: string;
  readonly code: string;
}

/** At most this many codes are compared for one request (M7). */
const MAX_CODE_TRIES = 5;

/** Undefined where no link could have this secret, or where this app wants another browser. Asks no store. */
export function linkKeyOf(
  { clock }: Pick<SignInContext, 'clock'>,
  app: App,
  linkSecret: string,
  requestId: string | null,
): LinkKey | undefined {
  const isBound = app.linkBinding === 'same-browser';
  const starterHash = isSecretShaped(requestId) ? hashSecret(requestId) : null;
  if (!isSecretShaped(linkSecret) || (isBound && starterHash === null)) return undefined;
  return {
    appId: app.id,
    linkHash: hashSecret(linkSecret),
    starterHash: isBound ? starterHash : null,
    nowSeconds: Math.floor(clock()),
  };
}

/** @throws {Refusal} `wrong_code` for what cannot be one. Asks no store. */
export function checkTypedCode(requestId: unknown, typedCode: unknown): TypedCode {
  const code = parseTypedCode(typedCode);
  if (code === undefined || !isSecretShaped(requestId)) throw new Refusal('wrong_code');
  return { requestId, code };
}

/** @throws {Refusal} `wrong_code`; `too_many_requests` after many wrong ones */
export async function consumeByCode(
  context: SignInContext,
  app: App,
  { requestId, code }: TypedCode,
  outcome: SignInOutcome,
): Promise<Person> {
  const { store, vault, rateLimits, logger } = context;
  const nowSeconds = Math.floor(context.clock());
  const starterHash = hashSecret(requestId);
  const request = await store.signIns.findByStarter(app.id, starterHash, nowSeconds);
  if (request === undefined) throw new Refusal('wrong_code');
  const wrongCodes = wrongCodeBudgets(app, request.emailKey);
  await assertMayTryCode(context, wrongCodes, nowSeconds);
  const codeHash = hashTypedCode(vault, starterHash, code);
  const result = await store.signIns.consumeByCode(
    { appId: app.id, starterHash, codeHash, maxTries: MAX_CODE_TRIES, nowSeconds },
    outcome,
  );
  if (result.outcome === 'consumed') return result.person;
  if (result.outcome === 'wrong') await rateLimits.takeAll(wrongCodes, nowSeconds);
  logger.info('sign_in_code_refused', { app: app.id, outcome: result.outcome });
  throw new Refusal('wrong_code');
}

export function logFinished({ vault, logger }: SignInContext, app: App, person: Person): void {
  logger.info('sign_in_finished', loggedAddress(vault, app, person.email));
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

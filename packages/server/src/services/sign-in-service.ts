import type { App } from '../domain/app.js';
import type { Person } from '../domain/sign-in.js';
import {
  exchangeDeliveryCode,
  type FinishedSignIn,
  finishWithCode,
  finishWithLink,
  type TokenPair,
} from './finish-sign-in.js';
import { identifyByCode, identifyByLink } from './identify-person.js';
import { hashSecret, isSecretShaped, sameText } from './secrets.js';
import type { SignInContext } from './sign-in-context.js';
import { type RequestOrigin, startSignIn } from './start-sign-in.js';

export type { Delivery, FinishedSignIn, TokenPair } from './finish-sign-in.js';
export type { RequestOrigin } from './start-sign-in.js';

/** What the confirm page says of a live link. */
export interface LinkDescription {
  readonly email: string;
  /** Device in words. */
  readonly requestedFrom: string;
  /** Epoch seconds. */
  readonly requestedAt: number;
  /** The starter's request id fits. */
  readonly startedHere: boolean;
}

export interface SignInService {
  /**
   * Asks for a sign-in: checks the address, takes from the limits, stores hashes, queues the mail. The answer does
   * not depend on whether anybody has the address.
   * Refusals: invalid_email, too_many_requests, unavailable.
   * @returns the secret of whoever started, for finishing with the typed code.
   */
  start(app: App, email: unknown, origin: RequestOrigin): Promise<{ requestId: string }>;
  /** What the confirm page shows. Consumes nothing. Undefined: no such live link. */
  describeLink(app: App, linkSecret: string, requestId: string | null): Promise<LinkDescription | undefined>;
  /** What the "check your mail" page shows: the address as it was typed. Consumes nothing. */
  describeRequest(app: App, requestId: string): Promise<{ email: string } | undefined>;
  /** Consumes the link. `requestId`: from the starting browser, or null; demanded where the app binds links to it. Undefined: unknown, used, expired, replaced or not allowed here: never told apart (M3). */
  finishWithLink(app: App, linkSecret: string, requestId: string | null): Promise<FinishedSignIn | undefined>;
  /**
   * Consumes the request by its typed code; spaces and hyphens in it do not count.
   * Refusals: wrong_code (wrong, used, expired, too many tries: never told apart).
   * `as`: 'page' delivers in the app's mode; 'api' always hands out tokens.
   */
  finishWithCode(app: App, requestId: unknown, code: unknown, as: 'page' | 'api'): Promise<FinishedSignIn>;
  /** Delivery mode `code`. Refusals: delivery_not_by_code, invalid_parameter, invalid_code. */
  exchangeDeliveryCode(app: App, code: unknown): Promise<TokenPair>;
  /** As `finishWithLink`, but gives the person and hands out nothing: for sessions of the authority's own. */
  identifyByLink(app: App, linkSecret: string, requestId: string | null): Promise<Person | undefined>;
  /** As `finishWithCode`, but gives the person and hands out nothing. */
  identifyByCode(app: App, requestId: unknown, code: unknown): Promise<Person>;
}

export function createSignInService(context: SignInContext): SignInService {
  const { store, clock } = context;
  const now = () => Math.floor(clock());
  return Object.freeze<SignInService>({
    start: (app, email, origin) => startSignIn(context, app, email, origin),
    async describeLink(app, linkSecret, requestId) {
      if (!isSecretShaped(linkSecret)) return undefined;
      const request = await store.signIns.findByLink(app.id, hashSecret(linkSecret), now());
      if (request === undefined) return undefined;
      const { email, requestedFrom, createdAt, starterHash } = request;
      const startedHere = isSecretShaped(requestId) && sameText(hashSecret(requestId), starterHash);
      return { email, requestedFrom, requestedAt: createdAt, startedHere };
    },
    async describeRequest(app, requestId) {
      if (!isSecretShaped(requestId)) return undefined;
      const request = await store.signIns.findByStarter(app.id, hashSecret(requestId), now());
      return request && { email: request.email };
    },
    finishWithLink: (app, linkSecret, requestId) => finishWithLink(context, app, linkSecret, requestId),
    finishWithCode: (app, requestId, code, as) => finishWithCode(context, app, requestId, code, as),
    exchangeDeliveryCode: (app, code) => exchangeDeliveryCode(context, app, code),
    identifyByLink: (app, linkSecret, requestId) => identifyByLink(context, app, linkSecret, requestId),
    identifyByCode: (app, requestId, code) => identifyByCode(context, app, requestId, code),
  });
}

import type { App, DeliveryMode } from '../domain/app.js';

/** Who asks, as far as the transport knows. */
export interface RequestOrigin {
  /** Address of the client after trusted proxies were taken off. */
  readonly clientIp: string;
  /** `User-Agent`, unverified; only ever shown, shortened, as words such as "Firefox on Linux". */
  readonly unverifiedUserAgent: string | undefined;
}

/** What goes to the app's redirect URL, or to a client that finished with the typed code. */
export type Delivery =
  | { readonly kind: 'tokens'; readonly idToken: string; readonly refreshToken: string | null }
  | { readonly kind: 'code'; readonly code: string };

export interface FinishedSignIn {
  readonly email: string;
  readonly delivery: Delivery;
}

export interface SignInService {
  /**
   * Asks for a sign-in: checks the address, takes from the limits, stores hashes, queues the mail. The answer does
   * not depend on whether anybody has the address.
   * Refusals: invalid_email, too_many_requests, unavailable.
   * @returns the secret of whoever started, for finishing with the typed code.
   */
  start(app: App, email: unknown, origin: RequestOrigin): Promise<{ requestId: string }>;
  /** What the confirm page shows. Consumes nothing. `startedHere`: the starter's request id fits. Undefined: no such live link. */
  describeLink(
    app: App,
    linkSecret: string,
    requestId: string | null,
  ): Promise<{ email: string; requestedFrom: string; startedHere: boolean } | undefined>;
  /** What the "check your mail" page shows. Consumes nothing. */
  describeRequest(app: App, requestId: string): Promise<{ email: string } | undefined>;
  /** Consumes the link. `requestId`: from the starting browser, or null; demanded where the app binds links to it. Undefined: unknown, used, expired, replaced or not allowed here: never told apart (M3). */
  finishWithLink(app: App, linkSecret: string, requestId: string | null): Promise<FinishedSignIn | undefined>;
  /**
   * Consumes the request by its typed code.
   * Refusals: wrong_code (wrong, used, expired, too many tries: never told apart).
   * `as`: 'page' delivers in the app's mode; 'api' always hands out tokens.
   */
  finishWithCode(app: App, requestId: unknown, code: unknown, as: 'page' | 'api'): Promise<FinishedSignIn>;
  /** Delivery mode `code`. Refusals: delivery_not_by_code, invalid_parameter, invalid_code. */
  exchangeDeliveryCode(app: App, code: unknown): Promise<{ idToken: string; refreshToken: string | null }>;
}

export type { DeliveryMode };

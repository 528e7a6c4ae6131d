/** What starting and finishing a sign-in share. */
import type { Clock } from 'countersign';
import type { App } from '../domain/app.js';
import type { Logger } from '../domain/logger.js';
import type { RateLimitStore, Store } from '../domain/stores.js';
import type { MailLimits } from './mail-limits.js';
import type { MailService } from './mail-service.js';
import type { TokenService } from './token-service.js';
import type { Vault } from './vault.js';

export interface SignInContext {
  readonly store: Pick<Store, 'people' | 'signIns'>;
  readonly vault: Vault;
  readonly rateLimits: RateLimitStore;
  readonly tokens: TokenService;
  readonly mail: MailService;
  readonly clock: Clock;
  /** URL of the authority without a slash at its end: the only thing a mailed link is made from (M8). */
  readonly issuer: string;
  readonly limits: MailLimits;
  readonly logger: Logger;
}

const LOGGED_MAC_CHARACTERS = 11;

/** Log fields by which the lines about one address are found together; the address cannot be read from them. */
export function loggedAddress(vault: Vault, app: App, email: string): Readonly<Record<string, string>> {
  return { app: app.id, address: vault.mac('log', email.toLowerCase()).slice(0, LOGGED_MAC_CHARACTERS) };
}

/**
 * What is kept of a typed code. The starter's secret binds it to its request, and the key from outside the store
 * keeps a dump of the store from being tried with all the million codes there are (M14).
 */
export function hashTypedCode(vault: Vault, starterHash: string, code: string): string {
  return vault.mac('typed-code', `${starterHash} ${code}`);
}

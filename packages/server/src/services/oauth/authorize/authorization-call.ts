import type { LoginSession } from '../../../domain/oauth/grant.js';
import type { Parameters } from '../oauth-services.js';

/** A request to the authorization endpoint, and the browser that brought it. */
export interface AuthorizationCall {
  readonly parameters: Parameters;
  /** Who is signed in in this browser. */
  readonly session: LoginSession | null;
  /** The secret in the cookie of this browser, if it has one. */
  readonly browser: string | undefined;
  /**
   * The request was sent by another site, so that browsers left our cookies out: nothing can be said of its session. Then
   * a request that is in order is not begun, and none that was pushed is used up.
   */
  readonly lacksCookies: boolean;
  readonly clientIp: string;
}

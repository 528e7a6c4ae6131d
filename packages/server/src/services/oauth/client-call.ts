import type { Parameters } from './oauth-services.js';

/** A form from somebody who is still to prove which client it is. */
export interface ClientCall {
  readonly form: Parameters;
  /** The header field. */
  readonly authorization: string | undefined;
  readonly clientIp: string;
}

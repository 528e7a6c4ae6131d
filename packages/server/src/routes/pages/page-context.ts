import type { Clock } from 'countersign';
import type { SignInService } from '../../services/sign-in-service.js';
import type { Vault } from '../../services/vault.js';
import type { SignInCookies } from './sign-in-cookies.js';
import type { SignInDoor } from './sign-in-door.js';

/** What all page routes of the sign-in share. */
export interface PageContext {
  readonly door: SignInDoor;
  readonly signIn: Pick<SignInService, 'start' | 'describeLink' | 'describeRequest'>;
  readonly vault: Pick<Vault, 'mac'>;
  readonly clock: Clock;
  readonly cookies: SignInCookies;
}

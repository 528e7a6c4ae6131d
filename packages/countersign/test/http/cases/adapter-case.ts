/** How the cases of the table are written. */
import type { DoorCallers, DoorName } from '../support/doors.js';
import type { Expected } from '../support/expected.js';
import { badToken, caller } from '../support/expected.js';

export interface AdapterCase {
  readonly name: string;
  readonly door: DoorName;
  /** Default GET. */
  readonly method?: string;
  readonly query?: string;
  /** Header lines as they are sent. */
  readonly lines: (from: DoorCallers) => readonly string[];
  /** How often the same request is sent; the last answer counts. Default once. */
  readonly times?: number;
  readonly expected: Expected;
}

type Token = (from: DoorCallers) => string;

export const none = () => [];
export const bearer = (token: Token) => (from: DoorCallers) => [`Authorization: Bearer ${token(from)}`];
export const person: Token = (from) => from.person();
export const service: Token = (from) => from.service();

export const ADA = caller('person', 'ada@example.com');
export const USER = caller('application', 'user-1');
export const BILLING = caller('service', 'billing');
export const API_USER = caller('api-token', 'user-1');
export const BAD_SIGNATURE = badToken('bad_signature', 'The signature of the token does not hold.');

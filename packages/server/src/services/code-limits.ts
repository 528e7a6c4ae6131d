/**
 * How many wrong codes are taken in before codes stop for a while. Five tries for one request would be no bound alone:
 * whoever starts sign-ins again and again guesses again and again (M7). Links are never limited.
 */
import type { App } from '../domain/app.js';
import type { RateLimitStore } from '../domain/stores.js';
import { mailboxOf } from './mail-limits.js';

type Budgets = Parameters<RateLimitStore['takeAll']>[0];

const WRONG_CODES_PER_ADDRESS_AND_DAY = 20;
const FEWEST_WRONG_CODES_PER_APP_AND_HOUR = 50;
const DAY_SECONDS = 24 * 60 * 60;
const HOUR_SECONDS = 60 * 60;

/** What a wrong code takes from. The app's budget is a tenth of the mails it may send: few codes are mistyped. */
export function wrongCodeBudgets(app: App, emailKey: string): Budgets {
  return [
    {
      key: `code address ${app.id} ${mailboxOf(emailKey)}`,
      limit: WRONG_CODES_PER_ADDRESS_AND_DAY,
      windowSeconds: DAY_SECONDS,
    },
    {
      key: `code app ${app.id}`,
      limit: Math.max(FEWEST_WRONG_CODES_PER_APP_AND_HOUR, Math.ceil(app.mailsPerHour / 10)),
      windowSeconds: HOUR_SECONDS,
    },
  ];
}

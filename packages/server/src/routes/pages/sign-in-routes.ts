import type { Route } from '../../http/exchange.js';
import { finishWithCode, showCheckMail } from './check-mail.js';
import { finishWithLink, showConfirm } from './confirm.js';
import { openLink } from './link.js';
import type { PageContext } from './page-context.js';
import { showSignIn, startSignIn } from './sign-in.js';

/**
 * The pages of one door, each at its address there. They lead to each other by relative addresses. Every address that
 * a redirect names begins with that of the door (M8).
 */
export function signInRoutes(context: PageContext): readonly Route[] {
  return [
    showSignIn(context),
    startSignIn(context),
    showCheckMail(context),
    finishWithCode(context),
    openLink(context),
    showConfirm(context),
    finishWithLink(context),
  ];
}

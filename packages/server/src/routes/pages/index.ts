/**
 * The pages of the sign-in, one endpoint a file. May import services (types), pages, http and domain; parses, calls a
 * service, answers with a page. The guard against forms from elsewhere is the request handler's, for every route of
 * kind `page`.
 */
import { systemClock } from 'countersign';
import type { Route } from '../../http/exchange.js';
import { showAsset } from './assets.js';
import { finishWithCode, showCheckMail } from './check-mail.js';
import { finishWithLink, showConfirm } from './confirm.js';
import { openLink } from './link.js';
import { createPageContext, type PageServices } from './page-context.js';
import { showSignIn, startSignIn } from './sign-in.js';

export function pageRoutes(
  services: Omit<PageServices, 'clock'> & Partial<Pick<PageServices, 'clock'>>,
): Route[] {
  const context = createPageContext({ clock: systemClock, ...services });
  return [
    showSignIn(context),
    startSignIn(context),
    showCheckMail(context),
    finishWithCode(context),
    openLink(context),
    showConfirm(context),
    finishWithLink(context),
    showAsset(),
  ];
}

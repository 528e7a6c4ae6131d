import { Refusal } from '../../domain/refusal.js';
import type { Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page, refusalHeaders, seeOther } from '../../http/respond.js';
import { renderSignInPage } from '../../pages/index.js';
import type { PageContext } from './page-context.js';

/** Where a person types the address. There is no return address to give: tokens go to the app's one URL (M9). */
export function showSignIn({ apps }: PageContext): Route {
  return {
    method: 'GET',
    pattern: '/:appId/sign-in',
    kind: 'page',
    async handle(_request, { appId = '' }) {
      const app = await apps.require(appId);
      return page(200, renderSignInPage({ appName: app.name }));
    },
  };
}

/** Asks for the mail. The answer is the same whether or not anybody has the address (M5). */
export function startSignIn({ apps, signIn, issuer, startCookie }: PageContext): Route {
  return {
    method: 'POST',
    pattern: '/:appId/sign-in',
    kind: 'page',
    async handle(request, { appId = '' }) {
      const app = await apps.require(appId);
      const typedEmail = (await readForm(request)).get('email') ?? '';
      try {
        const { requestId } = await signIn.start(app, typedEmail, {
          clientIp: request.clientIp,
          unverifiedUserAgent: request.header('user-agent'),
        });
        return seeOther(`${issuer}/${app.id}/check-mail`, {
          'set-cookie': [startCookie.set(app, requestId)],
        });
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'invalid_email')) throw error;
        const markup = renderSignInPage({ appName: app.name, typedEmail, problem: error.message });
        return page(error.status, markup, refusalHeaders(error));
      }
    },
  };
}

import { Refusal } from '../../domain/refusal.js';
import type { Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page, refusalHeaders, seeOther } from '../../http/respond.js';
import { single } from '../../http/single.js';
import { renderSignInPage } from '../../pages/index.js';
import type { PageContext } from './page-context.js';

/** Where a person types the address. There is no return address to give: each door knows where it leads (M9). */
export function showSignIn({ door }: PageContext): Route {
  return {
    method: 'GET',
    pattern: `${door.prefix}/sign-in`,
    kind: 'page',
    async handle(request, parameters) {
      const app = await door.appOf(parameters);
      const fields = { get: (name: string) => single(request.query, name) };
      const { typedEmail, ...occasion } = await door.occasionOf(request, app, fields);
      return page(200, renderSignInPage({ ...occasion, typedEmail: typedEmail ?? '' }));
    },
  };
}

/** Asks for the mail. The answer is the same whether or not anybody has the address (M5). */
export function startSignIn({ door, signIn, cookies }: PageContext): Route {
  return {
    method: 'POST',
    pattern: `${door.prefix}/sign-in`,
    kind: 'page',
    async handle(request, parameters) {
      const app = await door.appOf(parameters);
      const form = await readForm(request);
      const occasion = await door.occasionOf(request, app, form);
      const typedEmail = form.get('email') ?? '';
      try {
        const { requestId } = await signIn.start(app, typedEmail, {
          clientIp: request.clientIp,
          unverifiedUserAgent: request.header('user-agent'),
        });
        return seeOther(`${door.urlOf(app)}/check-mail`, {
          'set-cookie': [cookies.start.set(app, requestId), ...occasion.startCookies],
        });
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'invalid_email')) throw error;
        const markup = renderSignInPage({ ...occasion, typedEmail, problem: error.message });
        return page(error.status, markup, refusalHeaders(error));
      }
    },
  };
}

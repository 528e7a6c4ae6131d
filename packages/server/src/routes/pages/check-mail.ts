import type { App } from '../../domain/app.js';
import { Refusal } from '../../domain/refusal.js';
import type { HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page } from '../../http/respond.js';
import { renderCheckMailPage, renderNoRequestPage } from '../../pages/index.js';
import { deliver } from './deliver.js';
import { mayLeadToApp, type PageContext } from './page-context.js';

async function checkMailPage(
  { signIn }: PageContext,
  app: App,
  requestId: string | undefined,
  wrong: Refusal | undefined,
): Promise<HttpResponse> {
  const request = requestId === undefined ? undefined : await signIn.describeRequest(app, requestId);
  if (request === undefined) return page(wrong?.status ?? 400, renderNoRequestPage({ appName: app.name }));
  const markup = renderCheckMailPage({
    appName: app.name,
    email: request.email,
    linkLifetimeSeconds: app.linkLifetimeSeconds,
    codeLifetimeSeconds: app.codeLifetimeSeconds,
    ...(wrong !== undefined && { problem: wrong.message }),
  });
  return page(wrong?.status ?? 200, markup, mayLeadToApp(app));
}

/** Says where the mail went and takes the typed code. */
export function showCheckMail(context: PageContext): Route {
  return {
    method: 'GET',
    pattern: '/:appId/check-mail',
    kind: 'page',
    async handle(request, { appId = '' }) {
      const app = await context.apps.require(appId);
      return checkMailPage(context, app, context.startCookie.read(request, app), undefined);
    },
  };
}

/** Finishes with the typed code, in the browser that asked and nowhere else (M7). */
export function finishWithCode(context: PageContext): Route {
  const { apps, signIn, startCookie, linkCookie } = context;
  return {
    method: 'POST',
    pattern: '/:appId/check-mail',
    kind: 'page',
    async handle(request, { appId = '' }) {
      const app = await apps.require(appId);
      const requestId = startCookie.read(request, app);
      const code = (await readForm(request)).get('code');
      if (requestId === undefined) return checkMailPage(context, app, undefined, undefined);
      try {
        const { delivery } = await signIn.finishWithCode(app, requestId, code, 'page');
        return deliver(app, delivery, [startCookie.clear(app), linkCookie.clear(app)]);
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'wrong_code')) throw error;
        return checkMailPage(context, app, requestId, error);
      }
    },
  };
}

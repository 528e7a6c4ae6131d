import type { App } from '../../domain/app.js';
import { Refusal } from '../../domain/refusal.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page } from '../../http/respond.js';
import { renderCheckMailPage, renderNoRequestPage } from '../../pages/index.js';
import type { PageContext } from './page-context.js';
import { NO_FIELDS } from './sign-in-door.js';

async function checkMailPage(
  { signIn, door, cookies }: PageContext,
  app: App,
  request: HttpRequest,
  wrong: Refusal | undefined,
): Promise<HttpResponse> {
  const { appName, headers } = await door.occasionOf(request, app, NO_FIELDS);
  const requestId = cookies.start.read(request, app);
  const described = requestId === undefined ? undefined : await signIn.describeRequest(app, requestId);
  if (described === undefined) return page(wrong?.status ?? 400, renderNoRequestPage({ appName }));
  const markup = renderCheckMailPage({
    appName,
    email: described.email,
    linkLifetimeSeconds: app.linkLifetimeSeconds,
    codeLifetimeSeconds: app.codeLifetimeSeconds,
    ...(wrong !== undefined && { problem: wrong.message }),
  });
  return page(wrong?.status ?? 200, markup, headers);
}

/** Says where the mail went and takes the typed code. */
export function showCheckMail(context: PageContext): Route {
  return {
    method: 'GET',
    pattern: `${context.door.prefix}/check-mail`,
    kind: 'page',
    async handle(request, parameters) {
      return checkMailPage(context, await context.door.appOf(parameters), request, undefined);
    },
  };
}

/** Finishes with the typed code, in the browser that asked and nowhere else (M7). */
export function finishWithCode(context: PageContext): Route {
  const { door, cookies } = context;
  return {
    method: 'POST',
    pattern: `${door.prefix}/check-mail`,
    kind: 'page',
    async handle(request, parameters) {
      const app = await door.appOf(parameters);
      const requestId = cookies.start.read(request, app);
      const code = (await readForm(request)).get('code');
      if (requestId === undefined) return checkMailPage(context, app, request, undefined);
      try {
        return await door.finishWithCode(request, app, { requestId, code });
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'wrong_code')) throw error;
        return checkMailPage(context, app, request, error);
      }
    },
  };
}

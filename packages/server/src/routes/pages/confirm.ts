import type { App } from '../../domain/app.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page } from '../../http/respond.js';
import { sameSecret } from '../../http/same-secret.js';
import { renderConfirmPage, renderLinkProblemPage, renderNothingToConfirmPage } from '../../pages/index.js';
import type { PageContext } from './page-context.js';
import { NO_FIELDS } from './sign-in-door.js';

/** Binds the page's button to the link the page speaks of: a link that was opened meanwhile shows its own page first. */
function nonceFor({ vault }: PageContext, app: App, linkSecret: string): string {
  return vault.mac('page', `confirm ${app.id} ${linkSecret}`);
}

async function linkProblem({ door }: PageContext, app: App, request: HttpRequest): Promise<HttpResponse> {
  const { appName } = await door.occasionOf(request, app, NO_FIELDS);
  return page(410, renderLinkProblemPage({ appName }));
}

async function nothingToConfirm({ door }: PageContext, app: App, request: HttpRequest) {
  const { appName } = await door.occasionOf(request, app, NO_FIELDS);
  return page(400, renderNothingToConfirmPage({ appName }));
}

async function confirmPage(
  context: PageContext,
  app: App,
  request: HttpRequest,
  linkSecret: string,
): Promise<HttpResponse> {
  const { door, signIn, clock, cookies } = context;
  const link = await signIn.describeLink(app, linkSecret, cookies.start.read(request, app) ?? null);
  // A bound link must not offer a button that cannot work here.
  const isElsewhere = app.linkBinding === 'same-browser' && link?.startedHere !== true;
  if (link === undefined || isElsewhere) return linkProblem(context, app, request);
  const { appName, headers } = await door.occasionOf(request, app, NO_FIELDS);
  const nonce = nonceFor(context, app, linkSecret);
  return page(200, renderConfirmPage({ ...link, appName, nowSeconds: clock(), nonce }), headers);
}

/** Shows whose sign-in the opened link is, and from where it was asked (M10). Consumes nothing. */
export function showConfirm(context: PageContext): Route {
  return {
    method: 'GET',
    pattern: `${context.door.prefix}/confirm`,
    kind: 'page',
    async handle(request, parameters) {
      const app = await context.door.appOf(parameters);
      const linkSecret = context.cookies.link.read(request, app);
      if (linkSecret === undefined) return nothingToConfirm(context, app, request);
      return confirmPage(context, app, request, linkSecret);
    },
  };
}

/**
 * The one request that consumes a link: it needs the cookie, the nonce of its page, and the name of the pressed
 * button. A scanner that sends the form without pressing gets the page again, and the link stays good (M2).
 */
export function finishWithLink(context: PageContext): Route {
  const { door, cookies } = context;
  return {
    method: 'POST',
    pattern: `${door.prefix}/confirm`,
    kind: 'page',
    async handle(request, parameters) {
      const app = await door.appOf(parameters);
      const form = await readForm(request);
      const linkSecret = cookies.link.read(request, app);
      if (linkSecret === undefined) return nothingToConfirm(context, app, request);
      const isPressed =
        form.get('action') === 'confirm' &&
        sameSecret(form.get('nonce') ?? '', nonceFor(context, app, linkSecret));
      if (!isPressed) return confirmPage(context, app, request, linkSecret);
      const requestId = cookies.start.read(request, app) ?? null;
      const finished = await door.finishWithLink(request, app, { linkSecret, requestId });
      return finished ?? linkProblem(context, app, request);
    },
  };
}

import type { App } from '../../domain/app.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page } from '../../http/respond.js';
import { sameSecret } from '../../http/same-secret.js';
import { renderConfirmPage, renderLinkProblemPage, renderNothingToConfirmPage } from '../../pages/index.js';
import { deliver } from './deliver.js';
import { mayLeadToApp, type PageContext } from './page-context.js';

/** Binds the page's button to the link the page speaks of: a link that was opened meanwhile shows its own page first. */
function nonceFor({ vault }: PageContext, app: App, linkSecret: string): string {
  return vault.mac('page', `confirm ${app.id} ${linkSecret}`);
}

function linkProblem(app: App): HttpResponse {
  return page(410, renderLinkProblemPage({ appName: app.name }));
}

function nothingToConfirm(app: App): HttpResponse {
  return page(400, renderNothingToConfirmPage({ appName: app.name }));
}

async function confirmPage(
  context: PageContext,
  app: App,
  request: HttpRequest,
  linkSecret: string,
): Promise<HttpResponse> {
  const { signIn, clock, startCookie } = context;
  const link = await signIn.describeLink(app, linkSecret, startCookie.read(request, app) ?? null);
  // A bound link must not offer a button that cannot work here.
  const isElsewhere = app.linkBinding === 'same-browser' && link?.startedHere !== true;
  if (link === undefined || isElsewhere) return linkProblem(app);
  const markup = renderConfirmPage({
    ...link,
    appName: app.name,
    nowSeconds: clock(),
    nonce: nonceFor(context, app, linkSecret),
  });
  return page(200, markup, mayLeadToApp(app));
}

/** Shows whose sign-in the opened link is, and from where it was asked (M10). Consumes nothing. */
export function showConfirm(context: PageContext): Route {
  return {
    method: 'GET',
    pattern: '/:appId/confirm',
    kind: 'page',
    async handle(request, { appId = '' }) {
      const app = await context.apps.require(appId);
      const linkSecret = context.linkCookie.read(request, app);
      if (linkSecret === undefined) return nothingToConfirm(app);
      return confirmPage(context, app, request, linkSecret);
    },
  };
}

/**
 * The one request that consumes a link: it needs the cookie, the nonce of its page, and the name of the pressed
 * button. A scanner that sends the form without pressing gets the page again, and the link stays good (M2).
 */
export function finishWithLink(context: PageContext): Route {
  const { apps, signIn, startCookie, linkCookie } = context;
  return {
    method: 'POST',
    pattern: '/:appId/confirm',
    kind: 'page',
    async handle(request, { appId = '' }) {
      const app = await apps.require(appId);
      const form = await readForm(request);
      const linkSecret = linkCookie.read(request, app);
      if (linkSecret === undefined) return nothingToConfirm(app);
      const isPressed =
        form.get('action') === 'confirm' &&
        sameSecret(form.get('nonce') ?? '', nonceFor(context, app, linkSecret));
      if (!isPressed) return confirmPage(context, app, request, linkSecret);
      const finished = await signIn.finishWithLink(app, linkSecret, startCookie.read(request, app) ?? null);
      if (finished === undefined) return linkProblem(app);
      return deliver(app, finished.delivery, [startCookie.clear(app), linkCookie.clear(app)]);
    },
  };
}

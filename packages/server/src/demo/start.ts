/** Asking for a sign-in: the demo's front page, and the page that waits for the mail. */
import { SignInError } from 'countersign/sign-in';
import type { Route } from '../http/exchange.js';
import { readForm } from '../http/read-form.js';
import { page } from '../http/respond.js';
import { type DemoContext, demoRoute, redirectTo } from './demo-context.js';
import { renderDemoHome, renderDemoWaiting } from './demo-pages.js';
import { signedIn } from './signed-in.js';

/** Where people begin who open the address of the server. */
export function leadToHome(context: DemoContext): Route {
  return demoRoute('GET', '/', async () => redirectTo(context, '/demo'));
}

export function showHome(context: DemoContext): Route {
  return demoRoute('GET', '/demo', async (request) =>
    context.sessions.find(request)?.kind === 'signed-in'
      ? redirectTo(context, '/demo/account')
      : page(200, renderDemoHome(context)),
  );
}

export function startSignIn(context: DemoContext): Route {
  const { client, sessions } = context;
  return demoRoute('POST', '/demo/sign-in', async (request) => {
    const email = (await readForm(request)).get('email') ?? '';
    try {
      const { requestId = '' } = await client.startSignIn(email);
      const cookie = sessions.start(request, { kind: 'waiting', email, requestId });
      return redirectTo(context, '/demo/waiting', cookie);
    } catch (error) {
      if (!(error instanceof SignInError) || error.status === undefined || error.status >= 500) throw error;
      return page(error.status, renderDemoHome({ ...context, typedEmail: email, problem: error.message }));
    }
  });
}

export function showWaiting(context: DemoContext): Route {
  return demoRoute('GET', '/demo/waiting', async (request) => {
    const session = context.sessions.find(request);
    if (session?.kind !== 'waiting') return redirectTo(context, '/demo');
    return page(200, renderDemoWaiting({ ...context, email: session.email }));
  });
}

export function finishWithCode(context: DemoContext): Route {
  return demoRoute('POST', '/demo/code', async (request) => {
    const session = context.sessions.find(request);
    if (session?.kind !== 'waiting') return redirectTo(context, '/demo');
    const code = (await readForm(request)).get('code') ?? '';
    try {
      return await signedIn(context, request, await context.client.finishWithCode(session.requestId, code));
    } catch (error) {
      if (!(error instanceof SignInError && error.reason === 'wrong_code')) throw error;
      const problem = 'The code is wrong or no longer valid.';
      return page(401, renderDemoWaiting({ ...context, email: session.email, problem }));
    }
  });
}

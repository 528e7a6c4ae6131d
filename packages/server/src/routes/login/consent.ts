/** Where people allow a client what it asks for, or do not. */
import type { LoginSession } from '../../domain/oauth/grant.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page } from '../../http/respond.js';
import { sameSecret } from '../../http/same-secret.js';
import { single } from '../../http/single.js';
import { renderConsentPage } from '../../pages/index.js';
import type {
  AuthorizationOutcome,
  AuthorizationService,
} from '../../services/oauth/authorize/authorization-service.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import type { Vault } from '../../services/vault.js';
import { answerAuthorization, refusedPage } from '../oauth/authorization-answer.js';
import { type BrowserCookie, createBrowserCookie } from '../oauth/browser-cookie.js';
import { mayLeadTo } from '../pages/sign-in-door.js';
import { createSessionCookie, type SessionCookie } from './session-cookie.js';

export interface ConsentServices {
  readonly authorization: AuthorizationService;
  readonly loginSessions: Pick<LoginSessions, 'find'>;
  readonly vault: Pick<Vault, 'mac'>;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
}

interface ConsentContext extends ConsentServices {
  readonly browserCookie: BrowserCookie;
  readonly sessionCookie: SessionCookie;
}

/** Who asks for the page: what came with the request, before anything is believed. */
interface Visit {
  readonly transactionId: string | undefined;
  readonly browser: string | undefined;
  readonly session: LoginSession | null;
}

export function consentRoutes(services: ConsentServices): readonly Route[] {
  const { issuer } = services;
  const context = {
    ...services,
    browserCookie: createBrowserCookie(issuer),
    sessionCookie: createSessionCookie(issuer),
  };
  return [showConsent(context), decideConsent(context)];
}

/** Consumes nothing. */
function showConsent(context: ConsentContext): Route {
  return {
    method: 'GET',
    pattern: '/consent',
    kind: 'page',
    async handle(request) {
      return consentPage(
        context,
        request,
        await visitOf(context, request, single(request.query, 'transaction')),
      );
    },
  };
}

/**
 * It needs the cookies of browser and session, the nonce of their page, and the name of the pressed button; a form that is
 * merely sent gets the page again (row O25).
 */
function decideConsent(context: ConsentContext): Route {
  return {
    method: 'POST',
    pattern: '/consent',
    kind: 'page',
    async handle(request) {
      const form = await readForm(request);
      const visit = await visitOf(context, request, form.get('transaction'));
      const decision = form.get('action');
      const isPressed =
        (decision === 'allow' || decision === 'deny') &&
        sameSecret(form.get('nonce') ?? '', nonceFor(context, visit));
      if (!isPressed) return consentPage(context, request, visit);
      const { transactionId, browser, session } = visit;
      return answer(
        context,
        request,
        await context.authorization.decide(transactionId, browser, session, decision),
      );
    },
  };
}

async function consentPage(
  context: ConsentContext,
  request: HttpRequest,
  visit: Visit,
): Promise<HttpResponse> {
  const { transactionId, browser, session } = visit;
  const found = await context.authorization.describeConsent(transactionId, browser, session);
  if (found.kind !== 'question') return answer(context, request, found);
  const nonce = nonceFor(context, visit);
  const markup = renderConsentPage({ ...found, transactionId: transactionId ?? '', nonce });
  return page(200, markup, mayLeadTo(found.redirectUri));
}

/** Binds the buttons to the request that the page speaks of, the browser, and the session: no other is ever allowed by them. */
function nonceFor({ vault }: ConsentContext, { transactionId, browser, session }: Visit): string {
  return vault.mac('page', JSON.stringify(['consent', transactionId, browser, session?.sessionId]));
}

async function visitOf(
  { browserCookie, sessionCookie, loginSessions }: ConsentContext,
  request: HttpRequest,
  transactionId: string | undefined,
): Promise<Visit> {
  const session = (await loginSessions.find(sessionCookie.read(request))) ?? null;
  return { transactionId, browser: browserCookie.read(request), session };
}

function answer(context: ConsentContext, request: HttpRequest, outcome: AuthorizationOutcome): HttpResponse {
  return outcome.kind === 'repeat'
    ? refusedPage('gone')
    : answerAuthorization(context, request.method, outcome);
}

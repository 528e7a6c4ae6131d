/** The authorization endpoint (RFC 6749 section 3.1). */
import { OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { page, seeOther } from '../../http/respond.js';
import { single } from '../../http/single.js';
import type { AuthorizationService } from '../../services/oauth/authorize/authorization-service.js';
import type { Parameters } from '../../services/oauth/oauth-services.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import { createSessionCookie, type SessionCookie } from '../login/session-cookie.js';
import { answerAuthorization, refusedPage } from './authorization-answer.js';
import { type BrowserCookie, createBrowserCookie } from './browser-cookie.js';
import { readFormParameters, toParameters } from './read-parameters.js';

export interface AuthorizeServices {
  readonly authorization: AuthorizationService;
  readonly loginSessions: Pick<LoginSessions, 'find'>;
  /** URL of the authority without a slash at its end. Every address of ours that is redirected to starts with it. */
  readonly issuer: string;
}

interface AuthorizeContext extends AuthorizeServices {
  readonly browserCookie: BrowserCookie;
  readonly sessionCookie: SessionCookie;
}

export function authorizeRoutes(services: AuthorizeServices): readonly Route[] {
  const { issuer } = services;
  const context = {
    ...services,
    browserCookie: createBrowserCookie(issuer),
    sessionCookie: createSessionCookie(issuer),
  };
  return [showAuthorize(context), postAuthorize(context), resumeAuthorize(context)];
}

function showAuthorize(context: AuthorizeContext): Route {
  return {
    method: 'GET',
    pattern: '/authorize',
    kind: 'page',
    handle: (request) =>
      answerOf(context, request, async () => {
        // RFC 9110 section 9.3.1: what a body of a GET means, every reader decides differently.
        if ((await request.readBody()).length > 0) throw new OauthError('invalid_request');
        return toParameters(request.query);
      }),
  };
}

/**
 * The same as a form (OIDC Core section 3.1.2.1), which clients send from their own sites: browsers leave out our cookies
 * then. What is in order is therefore sent once more from here, as a link would be.
 */
function postAuthorize(context: AuthorizeContext): Route {
  return {
    method: 'POST',
    pattern: '/authorize',
    kind: 'page',
    anyOrigin: true,
    handle: (request) => answerOf(context, request, () => readFormParameters(request)),
  };
}

/** Where the pages come back to after a sign-in. Only the browser that began the request gets anywhere (row O25). */
function resumeAuthorize(context: AuthorizeContext): Route {
  return {
    method: 'GET',
    pattern: '/authorize/resume',
    kind: 'page',
    async handle(request) {
      if (request.method === 'HEAD') return page(200, '');
      const { authorization, browserCookie } = context;
      const outcome = await authorization.resume(
        single(request.query, 'transaction'),
        browserCookie.read(request),
        await sessionOf(context, request),
      );
      return outcome.kind === 'repeat'
        ? refusedPage('gone')
        : answerAuthorization(context, request.method, outcome);
    },
  };
}

async function answerOf(
  context: AuthorizeContext,
  request: HttpRequest,
  read: () => Promise<Parameters>,
): Promise<HttpResponse> {
  // Asking for the headers alone, as programs that look at links do, uses up nothing.
  if (request.method === 'HEAD') return page(200, '');
  const parameters = await read().catch(toNothing);
  if (parameters === undefined) return refusedPage('parameters');
  const outcome = await context.authorization.authorize({
    parameters,
    session: await sessionOf(context, request),
    browser: context.browserCookie.read(request),
    lacksCookies: request.method === 'POST' && context.sessionCookie.read(request) === undefined,
    clientIp: request.clientIp,
  });
  return outcome.kind === 'repeat'
    ? seeOther(`${context.issuer}/authorize?${queryOf(parameters)}`)
    : answerAuthorization(context, request.method, outcome);
}

/** Of parameters that cannot be read nothing is believed, also no redirect URI (row O5). */
function toNothing(error: unknown): undefined {
  if (error instanceof OauthError) return undefined;
  throw error;
}

async function sessionOf({ loginSessions, sessionCookie }: AuthorizeContext, request: HttpRequest) {
  return (await loginSessions.find(sessionCookie.read(request))) ?? null;
}

const MAX_QUERY_CHARACTERS = 8000;

/** @throws {Refusal} `body_too_large` where it would not fit into an address */
function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const name of parameters.names) {
    const values = name === 'resource' || name === 'audience' ? parameters.all(name) : [parameters.get(name)];
    for (const value of values) if (value !== undefined) query.append(name, value);
  }
  const text = query.toString();
  if (text.length > MAX_QUERY_CHARACTERS) throw new Refusal('body_too_large');
  return text;
}

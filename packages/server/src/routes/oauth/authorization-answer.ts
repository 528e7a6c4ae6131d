/** Answers of the authorization endpoint and of the pages behind it. */
import type { HttpResponse } from '../../http/exchange.js';
import { type HttpHeaders, page } from '../../http/respond.js';
import { renderAuthorizedFormPage, renderAuthorizeErrorPage } from '../../pages/index.js';
import type {
  AuthorizationOutcome,
  AuthorizationProblem,
  AuthorizationResponse,
} from '../../services/oauth/authorize/authorization-service.js';
import { mayLeadTo } from '../pages/sign-in-door.js';
import type { BrowserCookie } from './browser-cookie.js';

export interface AnswerContext {
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
  readonly browserCookie: BrowserCookie;
}

/** Further headers, such as a cookie of the sign-in that came before. */
type SetCookies = readonly string[];

/** Nothing of it is kept, and the address it came from is told to nobody (row O10). */
const NEVER_TOLD: HttpHeaders = Object.freeze({
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'referrer-policy': 'no-referrer',
});

/**
 * @param method of the request that is answered: after a form the redirect is a 303, never 307, so that nobody sends the
 *   form on (row O10)
 * @param setCookies values of `set-cookie` that go with the answer, whatever it is
 */
export function answerAuthorization(
  { issuer, browserCookie }: AnswerContext,
  method: string,
  outcome: Exclude<AuthorizationOutcome, { kind: 'repeat' }>,
  setCookies: SetCookies = [],
): HttpResponse {
  if (outcome.kind === 'refused') return withCookies(refusedPage(outcome.problem), setCookies);
  if (outcome.kind === 'response') return withCookies(respond(method, outcome.response), setCookies);
  const path = outcome.kind === 'sign_in' ? 'login' : 'consent';
  const location = `${issuer}/${path}?transaction=${outcome.transactionId}`;
  return withCookies(redirect('POST', location), [...setCookies, browserCookie.set(outcome.browser)]);
}

/** What a person is told where no client can be (row O4). */
export function refusedPage(problem: AuthorizationProblem): HttpResponse {
  return page(400, renderAuthorizeErrorPage({ problem }), NEVER_TOLD);
}

function respond(method: string, response: AuthorizationResponse): HttpResponse {
  const { redirectUri, responseMode, fields, clientName } = response;
  if (responseMode === 'form_post') {
    const markup = renderAuthorizedFormPage({ clientName, redirectUri, fields });
    return page(200, markup, { ...NEVER_TOLD, ...mayLeadTo(redirectUri) });
  }
  const text = new URLSearchParams(fields).toString();
  return redirect(
    method,
    responseMode === 'fragment' ? `${redirectUri}#${text}` : withQuery(redirectUri, text),
  );
}

/** The registered query stays byte for byte; redirect URIs have no fragment. */
function withQuery(redirectUri: string, text: string): string {
  if (!redirectUri.includes('?')) return `${redirectUri}?${text}`;
  return /[?&]$/.test(redirectUri) ? `${redirectUri}${text}` : `${redirectUri}&${text}`;
}

function redirect(method: string, location: string): HttpResponse {
  return { status: method === 'POST' ? 303 : 302, headers: { ...NEVER_TOLD, location }, body: null };
}

function withCookies(response: HttpResponse, setCookies: SetCookies): HttpResponse {
  if (setCookies.length === 0) return response;
  return { ...response, headers: { ...response.headers, 'set-cookie': setCookies } };
}

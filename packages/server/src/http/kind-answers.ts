import type { Refusal } from '../domain/refusal.js';
import { apiHeaders } from './cors.js';
import type { HttpResponse, Route } from './exchange.js';
import { fillOwnPaths, issuerPathOf } from './own-path.js';
import { pageSecurityHeaders } from './page-security.js';
import { type HttpHeaders, refusal, refusalPage } from './respond.js';

/** What every answer of an API route, and every answer of a page route, has in common. */
export interface KindAnswers {
  /** JSON for programs, a page for people. */
  refuse(kind: Route['kind'], refused: Refusal, headers?: HttpHeaders): HttpResponse;
  /** Adds the headers of the kind; those that the answer set itself win. Pages get the path of the issuer into their links. */
  complete(kind: Route['kind'], response: HttpResponse): HttpResponse;
}

export function createKindAnswers({
  issuer,
  renderErrorPage,
}: {
  issuer: string;
  renderErrorPage: (refused: Refusal) => string;
}): KindAnswers {
  const pageHeaders = pageSecurityHeaders(issuer);
  const issuerPath = issuerPathOf(issuer);
  return Object.freeze({
    refuse: (kind: Route['kind'], refused: Refusal, headers: HttpHeaders = {}) =>
      kind === 'api' ? refusal(refused, headers) : refusalPage(refused, renderErrorPage, headers),
    complete: (kind: Route['kind'], { status, headers, body }: HttpResponse) => ({
      status,
      headers: { ...(kind === 'api' ? apiHeaders : pageHeaders), ...headers },
      body: kind === 'page' && typeof body === 'string' ? fillOwnPaths(body, issuerPath) : body,
    }),
  });
}

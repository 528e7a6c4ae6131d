/**
 * What happens to every request, whichever transport brought it: host, route, guard, answer, headers, one log line.
 */
import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import { Refusal } from '../domain/refusal.js';
import { createAccessLog } from './access-log.js';
import { preflight } from './cors.js';
import type { HttpRequest, HttpResponse, Route } from './exchange.js';
import { createHostCheck, hostsOf } from './host-check.js';
import { createKindAnswers, type KindAnswers } from './kind-answers.js';
import { issuerPathOf } from './own-path.js';
import { isSameOriginPost } from './page-security.js';
import { createRouter, type RouteMatch, type Router } from './router.js';
import { toRefusal } from './to-refusal.js';
import { withoutIssuerPath } from './well-known-paths.js';

export interface RequestHandlerOptions {
  readonly routes: readonly Route[];
  /**
   * The configured issuer URL without trailing slash. Its path, if it has one, stands before every pattern, and behind
   * that of a well-known document too (`wellKnownPathsOf`).
   */
  readonly issuer: string;
  /** Host names, with the port where it is not the scheme's own, that are answered besides the issuer's. */
  readonly allowedHosts?: readonly string[];
  /** The page that tells a person about a refusal. */
  readonly renderErrorPage: (refused: Refusal) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RequestHandler {
  /** Whatever a route throws becomes an answer. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** The answer to a request that its transport refuses before any route sees it. */
  refuse(request: HttpRequest, refused: Refusal): HttpResponse;
}

/** @throws UsageError listing every pattern that is malformed or given twice, or every entry that is no host */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { issuer, renderErrorPage, clock, logger } = options;
  const answers = createKindAnswers({ issuer, renderErrorPage });
  const logAccess = createAccessLog({ clock, logger });
  const match = createMatcher(createRouter(options.routes), issuerPathOf(issuer));
  const answer = createAnswer(options, answers);
  return Object.freeze({
    async handle(request: HttpRequest) {
      const startedAt = clock();
      const matched = match(request);
      const kind = kindOf(matched, request);
      let response: HttpResponse;
      try {
        response = await answer(request, matched);
      } catch (error) {
        response = answers.refuse(kind, toRefusal(error, request, logger));
      }
      logAccess(request, matched.outcome === 'found' ? matched.route : undefined, response.status, startedAt);
      return answers.complete(kind, response);
    },
    refuse(request: HttpRequest, refused: Refusal) {
      logAccess(request, undefined, refused.status, clock());
      const kind = kindByAccept(request);
      return answers.complete(kind, answers.refuse(kind, refused));
    },
  });
}

function createMatcher(router: Router, issuerPath: string): (request: HttpRequest) => RouteMatch {
  return ({ method, path }) => {
    const pattern = withoutIssuerPath(path, issuerPath);
    return pattern === undefined ? { outcome: 'not_found' } : router.match(method, pattern);
  };
}

function createAnswer(
  { issuer, allowedHosts = [] }: RequestHandlerOptions,
  answers: KindAnswers,
): (request: HttpRequest, matched: RouteMatch) => Promise<HttpResponse> {
  const issuerUrl = new URL(issuer);
  const isAllowedHost = createHostCheck([...hostsOf(issuerUrl), ...allowedHosts]);
  return async (request, matched) => {
    if (!isAllowedHost(request.header('host')) && !answersAnyHost(matched)) throw new Refusal('misdirected');
    if (matched.outcome === 'not_found') throw new Refusal('not_found');
    if (matched.outcome === 'other_method') {
      const { kind, methods } = matched;
      if (kind === 'api' && request.method === 'OPTIONS') return preflight(methods);
      return answers.refuse(kind, new Refusal('method_not_allowed'), { allow: methods.join(', ') });
    }
    const { route, parameters } = matched;
    if (takesOwnFormsOnly(route) && isChange(request) && !isSameOriginPost(request, issuerUrl.origin))
      throw new Refusal('forbidden');
    return route.handle(request, parameters);
  };
}

function takesOwnFormsOnly({ kind, anyOrigin }: Route): boolean {
  return kind === 'page' && anyOrigin !== true;
}

function isChange({ method }: HttpRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function answersAnyHost(matched: RouteMatch): boolean {
  return matched.outcome === 'found' && matched.route.anyHost === true;
}

function kindOf(matched: RouteMatch, request: HttpRequest): Route['kind'] {
  if (matched.outcome === 'found') return matched.route.kind;
  return matched.outcome === 'other_method' ? matched.kind : kindByAccept(request);
}

/** Where no route says it: browsers ask for HTML by name, programs do not. */
function kindByAccept(request: HttpRequest): Route['kind'] {
  return request.header('accept')?.includes('text/html') === true ? 'page' : 'api';
}

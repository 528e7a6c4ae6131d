/**
 * What happens to every request, whichever transport brought it: host, route, guard, answer, headers, one log line.
 */
import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import { Refusal } from '../domain/refusal.js';
import { apiHeaders, preflight } from './cors.js';
import type { HttpRequest, HttpResponse, Route } from './exchange.js';
import { createHostCheck, hostsOf } from './host-check.js';
import { isSameOriginPost, pageSecurityHeaders } from './page-security.js';
import { type HttpHeaders, refusal, refusalPage } from './respond.js';
import { createRouter, type RouteMatch } from './router.js';
import { toRefusal } from './to-refusal.js';

export interface RequestHandlerOptions {
  readonly routes: readonly Route[];
  /** The configured issuer URL without trailing slash. Its path, if it has one, stands before every pattern. */
  readonly issuer: string;
  /** Host names, with the port where it is not the scheme's own, that are answered besides the issuer's. */
  readonly allowedHosts?: readonly string[];
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

type Kind = Route['kind'];
type OtherMethod = Extract<RouteMatch, { outcome: 'other_method' }>;

/** Of a request that fits no route; its path may hold a secret and is never logged. */
const NO_PATTERN = '(none)';

/** @throws UsageError listing every pattern or host that is malformed */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { issuer, renderErrorPage, clock, logger } = options;
  const issuerUrl = new URL(issuer);
  const router = createRouter(options.routes);
  const isAllowedHost = createHostCheck([...hostsOf(issuerUrl), ...(options.allowedHosts ?? [])]);
  const basePath = issuerUrl.pathname === '/' ? '' : issuerUrl.pathname;
  const pageHeaders = pageSecurityHeaders(issuer);

  const matchPath = ({ method, path }: HttpRequest): RouteMatch =>
    path.startsWith(`${basePath}/`)
      ? router.match(method, path.slice(basePath.length))
      : { outcome: 'not_found' };

  async function answer(request: HttpRequest, match: RouteMatch): Promise<HttpResponse> {
    if (!isAllowedHost(request.header('host')) && !isAnyHost(match)) throw new Refusal('misdirected');
    if (match.outcome === 'not_found') throw new Refusal('not_found');
    if (match.outcome === 'other_method') return answerOtherMethod(request, match);
    if (match.route.kind === 'page' && isChange(request) && !isSameOriginPost(request, issuerUrl.origin))
      throw new Refusal('forbidden');
    return match.route.handle(request, match.parameters);
  }

  function answerOtherMethod({ method }: HttpRequest, { kind, methods }: OtherMethod): HttpResponse {
    if (kind === 'api' && method === 'OPTIONS') return preflight(methods);
    return refuseAs(kind, new Refusal('method_not_allowed'), { allow: methods.join(', ') });
  }

  function refuseAs(kind: Kind, refused: Refusal, headers?: HttpHeaders): HttpResponse {
    return kind === 'api' ? refusal(refused, headers) : refusalPage(refused, renderErrorPage, headers);
  }

  function complete(kind: Kind, response: HttpResponse): HttpResponse {
    return { ...response, headers: { ...(kind === 'api' ? apiHeaders : pageHeaders), ...response.headers } };
  }

  function logAccess(request: HttpRequest, pattern: string, status: number, startedAt: number): void {
    const { method, requestId, clientIp } = request;
    const durationMs = Math.max(0, Math.round((clock() - startedAt) * 1000));
    logger.info('request', { method, route: pattern, status, durationMs, requestId, clientIp });
  }

  return Object.freeze({
    async handle(request: HttpRequest) {
      const startedAt = clock();
      const match = matchPath(request);
      const kind = kindOf(match, request);
      let response: HttpResponse;
      try {
        response = await answer(request, match);
      } catch (error) {
        response = refuseAs(kind, toRefusal(error, request, logger));
      }
      logAccess(request, patternOf(match), response.status, startedAt);
      return complete(kind, response);
    },
    refuse(request: HttpRequest, refused: Refusal) {
      logAccess(request, NO_PATTERN, refused.status, clock());
      const kind = kindByAccept(request);
      return complete(kind, refuseAs(kind, refused));
    },
  });
}

function isChange({ method }: HttpRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function isAnyHost(match: RouteMatch): boolean {
  return match.outcome === 'found' && match.route.anyHost === true;
}

function patternOf(match: RouteMatch): string {
  return match.outcome === 'found' ? match.route.pattern : NO_PATTERN;
}

function kindOf(match: RouteMatch, request: HttpRequest): Kind {
  if (match.outcome === 'found') return match.route.kind;
  return match.outcome === 'other_method' ? match.kind : kindByAccept(request);
}

/** Where no route says it: browsers ask for HTML by name, programs do not. */
function kindByAccept(request: HttpRequest): Kind {
  return request.header('accept')?.includes('text/html') === true ? 'page' : 'api';
}

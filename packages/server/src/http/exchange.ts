/**
 * What a route sees of HTTP and what it answers: plain objects, so that the same routes run behind node:http and
 * behind a web-standard `fetch` handler, and tests need no socket.
 */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** Decoded nowhere: as it stood on the request line, without the query. */
  readonly path: string;
  /** Parameters of the query; a repeated one is refused by `single`. */
  readonly query: URLSearchParams;
  /** Value of a header by lower-case name; repeated ones are joined with a comma, so that none goes unseen. */
  header(name: string): string | undefined;
  /** Address of the client after trusted proxies were taken off. */
  readonly clientIp: string;
  /** Reads the whole body, at most the configured size; Refusals: body_too_large, unsupported_media_type, body_timeout. */
  readBody(): Promise<Uint8Array>;
  /** Correlates log lines; random. */
  readonly requestId: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; an array sets the header several times (set-cookie). */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | null;
}

/** Parameters that the router took from the path, percent-decoded once. Read with `pathParameter`. */
export type PathParameters = Readonly<Record<string, string>>;

export type RouteHandler = (request: HttpRequest, parameters: PathParameters) => Promise<HttpResponse>;

/** One endpoint: method, pattern such as `/:appId/user/refresh/:token` or `/asap/*kid`, handler. HEAD follows GET by itself. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly pattern: string;
  /** `api`: JSON answers, CORS open, preflight answered. `page`: HTML errors, page security headers, same-origin posts only. */
  readonly kind: 'api' | 'page';
  /** Answers under every host name, for probes that know only an address. Never where a URL is made (M8). */
  readonly anyHost?: true;
  /**
   * A page that takes forms from other sites, because a standard says that they send them. For routes that such a form
   * can make do nothing that a link could not.
   */
  readonly anyOrigin?: true;
  /** Programs ask again and again: the log has answers with 200 and 304 at `debug`. */
  readonly polled?: true;
  readonly handle: RouteHandler;
}

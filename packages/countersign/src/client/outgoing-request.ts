/** A request on its way through `fetch`, in the parts that a wrapper needs to know. */

/** `fetch`, as browsers and every runtime have it. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface OutgoingRequest {
  readonly input: string | URL | Request;
  readonly init: RequestInit | undefined;
  readonly url: URL;
  /** As it is sent. */
  readonly method: string;
  /** A copy. */
  readonly headers: Headers;
  /** The body of a Request is always a stream. */
  readonly body: unknown;
  readonly redirect: NonNullable<RequestInit['redirect']>;
}

/** Those that `fetch` writes in upper case; all others it leaves as they are. */
const KNOWN_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const REDIRECTS = [301, 302, 303, 307, 308];
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
];

/** @throws {TypeError} as `fetch` does, for a URL that is none. */
export function readOutgoingRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
): OutgoingRequest {
  const request = isRequest(input) ? input : undefined;
  const method = init?.method ?? request?.method ?? 'GET';
  const upper = method.toUpperCase();
  return {
    input,
    init,
    url: new URL(request?.url ?? String(input)),
    method: KNOWN_METHODS.includes(upper) ? upper : method,
    headers: new Headers(init?.headers ?? request?.headers),
    body: init?.body ?? request?.body,
    redirect: init?.redirect ?? request?.redirect ?? 'follow',
  };
}

/**
 * The request that a redirect asks for (Fetch standard, "HTTP-redirect fetch"), with the body of this one unless the
 * method becomes GET; undefined where the answer is no redirect, or leads to another origin.
 */
export function nextWithinOrigin(
  request: OutgoingRequest,
  { status, headers }: Response,
): OutgoingRequest | undefined {
  const location = headers.get('location');
  if (!REDIRECTS.includes(status) || location === null || !URL.canParse(location, request.url.href)) {
    return undefined;
  }
  const url = new URL(location, request.url);
  if (url.origin !== request.url.origin || url.username !== '' || url.password !== '') return undefined;
  const signal = request.init?.signal ?? (isRequest(request.input) ? request.input.signal : null);
  const next = { ...request, input: url, url, headers: new Headers(request.headers) };
  if (!becomesGet(status, request.method)) {
    const { method, body } = request;
    return {
      ...next,
      init: { ...request.init, method, signal, body: body as NonNullable<RequestInit['body']> | null },
    };
  }
  for (const name of BODY_HEADERS) next.headers.delete(name);
  return { ...next, method: 'GET', body: null, init: { ...request.init, method: 'GET', signal, body: null } };
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** By shape: a `fetch` that is passed in may come with a class of its own. */
function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input;
}

import type { HttpResponse } from '../../src/http/exchange.js';
import type { RequestHandler } from '../../src/http/request-handler.js';
import { httpRequest } from './http-request.js';

export interface PageAnswer {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly body: string;
  /** Path, query and fragment of a redirect, or the whole URL where it leads elsewhere. */
  readonly location: string | undefined;
}

/** A browser without socket and without script: keeps cookies, sends forms as our own pages do, follows nothing by itself. */
export class PageVisitor {
  readonly cookies = new Map<string, string>();
  readonly #handler: RequestHandler;
  readonly #issuer: string;

  constructor(handler: RequestHandler, issuer: string) {
    this.#handler = handler;
    this.#issuer = issuer;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<PageAnswer> {
    return this.request('GET', path, { headers });
  }

  post(path: string, fields: Readonly<Record<string, string>>): Promise<PageAnswer> {
    return this.request('POST', path, {
      headers: { origin: 'null', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async request(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string } = {},
  ): Promise<PageAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = httpRequest({
      method,
      path,
      headers: { host: new URL(this.#issuer).host, ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const response = await this.#handler.handle(request);
    this.#keepCookies(response);
    const location = response.headers['location'];
    return {
      status: response.status,
      headers: response.headers,
      body: typeof response.body === 'string' ? response.body : '',
      location: typeof location === 'string' ? location.replace(this.#issuer, '') : undefined,
    };
  }

  #keepCookies({ headers }: HttpResponse): void {
    for (const cookie of [headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/;\s*max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** Values of the hidden inputs of a page. */
export function hiddenFields(markup: string): Record<string, string> {
  const inputs = markup.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}

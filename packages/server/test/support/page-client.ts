/** A person's browser without a browser: follows our pages with plain requests and keeps cookies. */
export class PageClient {
  readonly #cookies = new Map<string, string>();
  readonly #pageOrigin: string | undefined;

  /** @param pageOrigin what the address bar says, where requests go to another process than the issuer's URL names */
  constructor(pageOrigin?: string) {
    this.#pageOrigin = pageOrigin;
  }

  /** By name, as the browser has them now. */
  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  async get(url: string): Promise<Response> {
    return this.#request(url, { method: 'GET' });
  }

  async post(url: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    return this.#request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: this.#pageOrigin ?? new URL(url).origin,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** Follows a mailed link as far as the confirm page, without pressing its button. `origin` stands in for another process. */
  async openLink(
    link: string,
    origin = new URL(link).origin,
  ): Promise<{ url: string; fields: Record<string, string> }> {
    const opened = await this.get(origin + new URL(link).pathname + new URL(link).search);
    await opened.arrayBuffer();
    const url = new URL(opened.headers.get('location') ?? '', origin);
    const page = await (await this.get(origin + url.pathname)).text();
    return { url: origin + url.pathname, fields: hiddenFields(page) };
  }

  /** Follows a mailed link and presses the button; gives the answer to it. */
  async finishWithLink(link: string, origin?: string): Promise<Response> {
    const page = await this.openLink(link, origin);
    return this.post(page.url, { ...page.fields, action: 'confirm' });
  }

  async #request(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#cookies.size > 0) {
      headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

function hiddenFields(html: string): Record<string, string> {
  const inputs = [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input);
  return Object.fromEntries(
    inputs.map((input) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ]),
  );
}

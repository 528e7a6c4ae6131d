export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a JSON body, as text. Throws where there is none. */
  member(name: string): string;
}

/** Every secret of a test, and every body that told somebody of an error. Nothing may be in both. */
export class SecretLedger {
  readonly #secrets = new Map<string, string>();
  readonly #problems: string[] = [];

  /** @returns the secret */
  keep(name: string, secret: string | undefined): string {
    if (secret === undefined || secret.length < 6) throw new Error(`there is no ${name}`);
    this.#secrets.set(`${name} (${this.#secrets.size})`, secret);
    return secret;
  }

  /** A token by all of it, and by its signature alone, which is what makes it good. */
  keepJwt(name: string, token: string): string {
    this.keep(`signature of ${name}`, token.split('.')[2]);
    return this.keep(name, token);
  }

  get names(): readonly string[] {
    return [...this.#secrets.keys()];
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Names of the secrets that are in the text. */
  foundIn(text: string): readonly string[] {
    return this.names.filter((name) => text.includes(this.#secrets.get(name) ?? ''));
  }

  /** A request to a running authority. Redirects are not followed. */
  async ask(url: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(url, { redirect: 'manual', ...init });
    const { status, headers } = response;
    const text = await response.text();
    if (status >= 400) this.#problems.push([status, ...headers.values(), text].join('\n'));
    return {
      status,
      headers,
      text,
      member: (name) => {
        const value: unknown = JSON.parse(text)[name];
        if (typeof value !== 'string') throw new Error(`no ${name} in an answer of ${status}: ${text}`);
        return value;
      },
    };
  }

  /** A form by POST. */
  post(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.ask(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }
}

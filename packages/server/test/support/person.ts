import { randomUUID } from 'node:crypto';
import { PageClient } from './page-client.js';
import { hiddenFields } from './page-visitor.js';
import type { ServedAuthority } from './served-authority.js';

export type Answer = 'allow' | 'deny';

/** Somebody with a browser and a mailbox, who does what the pages of an authority ask for. */
export class Person {
  readonly email: string;
  readonly browser = new PageClient();
  /** The pages that were shown, without the issuer: `/login/sign-in`, `/consent`. */
  readonly pages: string[] = [];
  readonly #authority: ServedAuthority;

  constructor(authority: ServedAuthority, email = `${randomUUID()}@example.com`) {
    this.#authority = authority;
    this.email = email;
  }

  /**
   * From a link of a client to where the authority leads back to it: the URL of a redirect, or the request that the form
   * of `form_post` makes. Signs in and answers questions on the way.
   */
  async follow(link: URL, answer: Answer = 'allow'): Promise<URL | Request> {
    let response = await this.browser.get(link.href);
    for (;;) {
      const location = response.headers.get('location');
      if (location === null) {
        const markup = await response.text();
        const form = formElsewhere(markup, this.#authority.issuer);
        if (form !== undefined) return form;
        response = await this.#doWhatIsAsked(response, markup, answer);
        continue;
      }
      const next = new URL(location, response.url);
      if (!this.#isOfAuthority(next)) return next;
      response = await this.browser.get(next.href);
    }
  }

  /** The same, where the answer is sure to be a redirect. */
  async arriveBy(link: URL, answer?: Answer): Promise<URL> {
    const arrival = await this.follow(link, answer);
    if (arrival instanceof Request) throw new Error('a form came where a redirect was expected');
    return arrival;
  }

  /** Opens what a device shows, and connects it or not. Gives the last page. */
  async decideDevice(link: string, answer: Answer = 'allow'): Promise<string> {
    let response = await this.browser.get(link);
    for (;;) {
      const location = response.headers.get('location');
      if (location !== null) {
        response = await this.browser.get(new URL(location, response.url).href);
        continue;
      }
      const markup = await response.text();
      if (!/<form method="post"/.test(markup)) return markup;
      response = await this.#doWhatIsAsked(response, markup, answer);
    }
  }

  async #doWhatIsAsked(response: Response, markup: string, answer: Answer): Promise<Response> {
    const { issuer } = this.#authority;
    const page = response.url.slice(issuer.length).replace(/\?.*/, '');
    this.pages.push(page);
    const send = (fields: Record<string, string>) =>
      this.browser.post(`${issuer}${page}`, { ...hiddenFields(markup), ...fields });
    switch (response.ok ? page : undefined) {
      case '/login/sign-in':
        return send({ email: this.email });
      case '/login/check-mail':
        return send({ code: codeIn((await this.#authority.nextMail(this.email)).text) });
      case '/consent':
        return send({ action: answer });
      case '/end_session':
      case '/logout':
        return this.browser.post(`${issuer}/logout`, { ...hiddenFields(markup), action: 'logout' });
      case '/device': {
        const [, typed = ''] = /name="user_code" type="text" value="([^"]*)"/.exec(markup) ?? [];
        if (typed !== '') return send({ user_code: typed, action: 'look' });
        return send({ action: answer === 'allow' ? 'connect' : 'deny' });
      }
      default:
        throw new Error(`status ${response.status} at ${page}: ${headingOf(markup)}`);
    }
  }

  #isOfAuthority({ href }: URL): boolean {
    const { issuer } = this.#authority;
    return href === issuer || href.startsWith(`${issuer}/`);
  }
}

/** What a browser would send, where the page holds a form that leads away. */
function formElsewhere(markup: string, issuer: string): Request | undefined {
  const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(markup) ?? [];
  if (!URL.canParse(action) || action.startsWith(`${issuer}/`)) return undefined;
  const fields = Object.entries(hiddenFields(markup)).map(([name, value]) => [name, unescaped(value)]);
  return new Request(action, { method: 'POST', body: new URLSearchParams(Object.fromEntries(fields)) });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescaped(text: string): string {
  return text.replace(/&([a-z]+|#39);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

function codeIn(text: string): string {
  return /\b\d{6}\b/.exec(text.replace(/https?:\/\/\S+/g, ''))?.[0] ?? '';
}

function headingOf(markup: string): string {
  return /<h1[^>]*>(.*?)<\/h1>/s.exec(markup)?.[1] ?? '';
}

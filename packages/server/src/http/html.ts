/**
 * The one place where HTML is made. Everything put into a template is escaped, for text and for quoted attribute
 * values alike; only what a template made itself goes in as it is. There is no way to pass raw markup.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Markup made by `html`. Its class is kept to this module, so that nobody else can make one. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Html = Markup;

/** `null`, `undefined` and `false` stand for nothing, so that parts can be left out with `condition && html...`. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

function render(value: HtmlValue): string {
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (value === null || value === undefined || value === false) return '';
  return value.map(render).join('');
}

/**
 * Tagged template for HTML. Attribute values must stand in double quotes. It does not judge URLs: whoever puts one
 * into `href` or `action` has checked its scheme.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const rendered = values.map((value, index) => `${render(value)}${parts[index + 1] ?? ''}`);
  return new Markup(`${parts[0] ?? ''}${rendered.join('')}`);
}

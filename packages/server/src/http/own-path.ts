/**
 * Where the authority is on its host. Pages are made without knowing it: they leave room for the path of the issuer, and
 * the request handler puts it in.
 */
import { type Html, html } from './html.js';

/** An entity of our own. `html` escapes the `&` of every value, so that nothing anybody typed can be taken for it. */
const ROOM = '&issuer-path;';

/** The path of an issuer without a slash at its end: `/auth`, or empty at the root of a host. */
export function issuerPathOf(issuer: string): string {
  const { pathname } = new URL(issuer);
  return pathname === '/' ? '' : pathname;
}

/** The link of a page to `path`, as the pattern of its route has it, wherever the authority is; for `href`, `src` and `action`. */
export function ownPath(path: string): Html {
  return html`&issuer-path;${path}`;
}

/** A page with the path of the issuer in each of its links. */
export function fillOwnPaths(markup: string, issuerPath: string): string {
  return markup.replaceAll(ROOM, () => issuerPath);
}

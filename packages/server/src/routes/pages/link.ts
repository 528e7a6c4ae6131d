import type { Route } from '../../http/exchange.js';
import { seeOther } from '../../http/respond.js';
import { single } from '../../http/single.js';
import type { PageContext } from './page-context.js';

/** Stands for whatever cannot be the secret of a link, so that it meets the same page as one that is spent (M3). */
const NO_SECRET = 'none';

/**
 * The mailed link. It moves the secret from the address bar into a cookie (M11) and leads on to the confirm page. It
 * looks nothing up and consumes nothing, whoever opens it and however often: mail scanners do (M1).
 */
export function openLink({ door, cookies }: PageContext): Route {
  return {
    method: 'GET',
    pattern: `${door.prefix}/link`,
    kind: 'page',
    async handle(request, parameters) {
      const app = await door.appOf(parameters);
      const code = single(request.query, 'code') ?? '';
      const secret = /^[\w-]{43}$/.test(code) ? code : NO_SECRET;
      return seeOther(`${door.urlOf(app)}/confirm`, { 'set-cookie': [cookies.link.set(app, secret)] });
    },
  };
}

import type { Route } from '../http/exchange.js';
import { seeOther } from '../http/respond.js';

/**
 * A demo is at home under one of two host names, and the cookies of the one are not sent to the other. Whoever opens a
 * page of it under the other name is led to the same page at home, before anything is begun. Under every further name,
 * a proxy's say, it answers as it is.
 *
 * @param origins.home what the links of this demo begin with
 * @param origins.other that of the other demo; the same where the host has one name only
 */
export function underOneName(routes: readonly Route[], origins: { home: string; other: string }): Route[] {
  const [home, other] = [new URL(origins.home), new URL(origins.other)];
  if (home.host === other.host) return [...routes];
  return routes.map((route) => {
    if (route.method !== 'GET') return route;
    return {
      ...route,
      async handle(request, parameters) {
        if (request.header('host')?.toLowerCase() !== other.host) return route.handle(request, parameters);
        const query = request.query.size === 0 ? '' : `?${request.query}`;
        return seeOther(`${home.origin}${request.path}${query}`);
      },
    };
  });
}

import type { RouteRules } from './route-rules.js';

/**
 * The rules of every request that no entry of a route table names: nobody may come in. Known by identity, so that it is
 * answered with `no_route` before any credential is looked at.
 */
export const NO_ROUTE: RouteRules = Object.freeze({ check: () => false });

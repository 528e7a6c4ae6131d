import { UsageError } from '../../core/errors.js';
import type { Gate, Guard } from '../gate.js';
import type { GateRequest } from '../gate-request.js';
import { NO_ROUTE } from './no-route.js';
import type { RouteTable, TableRoute } from './route-table.js';

/**
 * One guard for all routes of a table: each request is judged by the rules of its entry, and refused with `no_route`
 * (403, without a challenge) where there is none. It goes wherever a guard goes, such as around the listener of a
 * node:http server.
 *
 * @throws {UsageError} `invalid_options` with every problem of the rules, each with its route.
 */
export function createTableGuard(gate: Gate, table: RouteTable): Guard {
  const problems: string[] = [];
  const guards = new Map<TableRoute | undefined, Guard>();
  for (const route of table.routes) {
    const { methods, path, ...rules } = route;
    try {
      guards.set(route, gate.guard(rules));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const place = `${[methods].flat().join(', ')} ${path}`;
      problems.push(...error.problems.map((problem) => `${place}: ${problem}`));
    }
  }
  if (problems.length > 0) throw new UsageError('invalid_options', 'createTableGuard', problems);
  const elsewhere = gate.guard(NO_ROUTE);
  return Object.freeze({
    check: (request: GateRequest) =>
      (guards.get(table.find(request.method, request.url)) ?? elsewhere).check(request),
    vary: elsewhere.vary,
  });
}

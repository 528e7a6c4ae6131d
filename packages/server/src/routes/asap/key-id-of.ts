import { Refusal } from '../../domain/refusal.js';
import type { HttpRequest, PathParameters } from '../../http/exchange.js';
import { pathParameter } from '../../http/router.js';

/**
 * The key id that a request is about; the service judges its form. A URL that was made of the id `a/b?c` must not find
 * the key `a/b`, so there is nothing under a URL with a query (A3).
 * @throws Refusal unknown_key
 */
export function keyIdOf({ query }: HttpRequest, parameters: PathParameters): string {
  if (query.size > 0) throw new Refusal('unknown_key');
  return pathParameter(parameters, 'kid');
}

import { Refusal } from '../domain/refusal.js';

/**
 * The value of a query parameter, or undefined if it is absent. A repeated one is refused, because two readers of the
 * same request could otherwise pick different values (O5).
 * @throws Refusal invalid_parameter
 */
export function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  if (others.length > 0) throw new Refusal('invalid_parameter', { message: `"${name}" is given twice.` });
  return value;
}

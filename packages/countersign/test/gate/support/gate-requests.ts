/** Requests as adapters translate them. */
import type { GateRequest } from '../../../src/gate/gate-request.js';

export interface RequestParts {
  readonly method?: string;
  readonly url?: string;
  /** Fields in their order; one name may come more than once. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

export function requestWith({ method = 'GET', url = '/', fields = [] }: RequestParts = {}): GateRequest {
  return {
    method,
    url,
    headers: (name) => fields.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value),
  };
}

/** A request with these values of `Authorization`. */
export function authorizedBy(...values: readonly string[]): GateRequest {
  return requestWith({ fields: values.map((value) => ['Authorization', value]) });
}

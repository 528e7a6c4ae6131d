/** What the gate decided, as a web-standard response. */
import type { GateRefusal } from '../../gate/gate-outcome.js';
import { mergeVary } from './vary.js';

/** To a HEAD there is no body (RFC 9110 section 9.3.2). */
export function refusalResponse({ status, headers, body }: GateRefusal, method: string): Response {
  return new Response(method === 'HEAD' ? null : body, { status, headers });
}

/**
 * The response with further names in its `Vary`; a copy where its headers cannot be changed, as those of an answer that
 * `fetch` gave. What is no ordinary answer (101, `Response.error()`) is left as it is.
 */
export function withVary(response: Response, vary: string): Response {
  if (response.status < 200) return response;
  const merged = mergeVary(response.headers.get('vary'), vary);
  try {
    response.headers.set('vary', merged);
    return response;
  } catch {
    const copy = new Response(response.body, response);
    copy.headers.set('vary', merged);
    return copy;
  }
}

import type { HttpRequest } from '../../http/exchange.js';

/** Every value of the header field `DPoP`: repeated fields come joined by commas, and no proof has one inside. */
export function readProofs(request: Pick<HttpRequest, 'header'>): readonly string[] {
  const joined = request.header('dpop');
  return joined === undefined ? [] : joined.split(',').map((proof) => proof.trim());
}

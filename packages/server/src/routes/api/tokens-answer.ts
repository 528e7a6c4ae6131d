import type { HttpResponse } from '../../http/exchange.js';
import { json } from '../../http/respond.js';

/** `refreshToken` is left out, not null, where the app hands out none. */
export function tokensAnswer({
  idToken,
  refreshToken,
}: {
  idToken: string;
  refreshToken: string | null;
}): HttpResponse {
  return json(200, refreshToken === null ? { idToken } : { idToken, refreshToken });
}

import type { App } from '../../domain/app.js';
import { Refusal } from '../../domain/refusal.js';
import { readBearer } from '../../http/bearer.js';
import type { HttpRequest } from '../../http/exchange.js';
import type { TokenService } from '../../services/token-service.js';

/**
 * Who calls, by the ID token in `Authorization`. The original clients know one answer to whatever is wrong with it:
 * 401, so a malformed one is no 400 here (JAM-10, JAM-11).
 * @throws Refusal invalid_id_token
 */
export async function authenticatePerson(
  request: HttpRequest,
  app: App,
  tokens: Pick<TokenService, 'verifyIdToken'>,
): Promise<{ email: string }> {
  const idToken = readBearer(request.header('authorization'));
  if (idToken === undefined) throw new Refusal('invalid_id_token');
  try {
    return await tokens.verifyIdToken(app, idToken);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'malformed_token') throw new Refusal('invalid_id_token');
    throw error;
  }
}

import type { DeliveredTokens } from 'countersign/sign-in';
import type { HttpRequest, HttpResponse } from '../http/exchange.js';
import { type DemoContext, redirectTo } from './demo-context.js';

/**
 * Believes the ID token after its signature and claims were checked, keeps it in the session, and leads on to a page
 * whose address holds no token. Rejects with SignInError.
 */
export async function signedIn(
  context: DemoContext,
  request: HttpRequest,
  { idToken, refreshToken }: DeliveredTokens,
): Promise<HttpResponse> {
  const person = await context.client.verifyIdToken(idToken);
  const cookie = context.sessions.start(request, { kind: 'signed-in', person, idToken, refreshToken });
  return redirectTo(context, '/demo/account', cookie);
}

import type { Route } from '../../http/exchange.js';
import { json } from '../../http/respond.js';
import type { TokenAnswer } from '../../services/oauth/oauth-services.js';
import type { TokenEndpoint } from '../../services/oauth/token-endpoint.js';
import { readClientCall } from './client-call.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';
import { readProofs } from './read-proofs.js';

/** A grant for tokens: 200 with the members of RFC 6749 section 5.1. `scope` is told always, changed or not. */
export function tokenRoute({ tokenEndpoint }: { readonly tokenEndpoint: TokenEndpoint }): Route {
  return oauthRoute('POST', '/token', async (request) => {
    const answer = await tokenEndpoint.answer({
      ...(await readClientCall(request)),
      proofs: readProofs(request),
    });
    return json(200, bodyOf(answer), NEVER_STORED);
  });
}

function bodyOf(answer: TokenAnswer): Readonly<Record<string, unknown>> {
  const { accessToken, refreshToken, idToken, issuedTokenType } = answer;
  return {
    access_token: accessToken.token,
    token_type: answer.tokenType,
    expires_in: accessToken.expiresIn,
    scope: answer.scopes.join(' '),
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    ...(idToken === null ? {} : { id_token: idToken }),
    ...(issuedTokenType === undefined ? {} : { issued_token_type: issuedTokenType }),
  };
}

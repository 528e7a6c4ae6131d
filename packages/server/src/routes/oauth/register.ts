import { OauthError } from '../../domain/oauth/oauth-error.js';
import { Refusal } from '../../domain/refusal.js';
import { readBearer } from '../../http/bearer.js';
import type { HttpRequest, Route } from '../../http/exchange.js';
import { type JsonObject, readJson } from '../../http/read-json.js';
import { json } from '../../http/respond.js';
import type { ClientRegistration } from '../../services/oauth/clients/client-registration.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';

/** Dynamic client registration (RFC 7591 section 3): 201 with what was registered, 403 where nobody may. */
export function registerRoutes({ registration }: { registration: ClientRegistration }): readonly Route[] {
  return [
    oauthRoute('POST', '/register', async (request) => {
      if (registration.authorize === null) return CLOSED;
      registration.authorize(readBearer(request.header('authorization')));
      return json(201, await registration.register(await readMetadata(request)), NEVER_STORED);
    }),
  ];
}

const CLOSED = Object.freeze(
  json(403, { error: 'access_denied', error_description: 'Clients cannot register here.' }, NEVER_STORED),
);

async function readMetadata(request: HttpRequest): Promise<JsonObject> {
  try {
    return await readJson(request);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'invalid_json')
      throw new OauthError('invalid_client_metadata', 'The body is not a JSON object.');
    throw error;
  }
}

import type { HttpRequest } from '../../http/exchange.js';
import type { ClientCall } from '../../services/oauth/client-call.js';
import { readFormParameters } from './read-parameters.js';

/** The form of a request, and whatever says which client it is from. Rejects as `readFormParameters` does. */
export async function readClientCall(request: HttpRequest): Promise<ClientCall> {
  return {
    form: await readFormParameters(request),
    authorization: request.header('authorization'),
    clientIp: request.clientIp,
  };
}

import { OauthError } from '../../domain/oauth/oauth-error.js';
import { readBearer } from '../../http/bearer.js';
import type { Route } from '../../http/exchange.js';
import { json } from '../../http/respond.js';
import type { FeedReaders } from '../../services/oauth/feed-readers.js';
import type { RevocationFeed } from '../../services/oauth/revocation-feed.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';
import { toParameters } from './read-parameters.js';

export interface RevocationsServices {
  readonly revocationFeed: RevocationFeed;
  readonly feedReaders: FeedReaders;
}

/** An answer that is held back for longer may be given up by whatever is in between. */
const MAX_WAIT_SECONDS = 25;

/** `GET /revocations?after=<cursor>&wait=<seconds>`: what gates must refuse before its time, as it happens. */
export function revocationsRoute({ revocationFeed, feedReaders }: RevocationsServices): Route {
  const route = oauthRoute('GET', '/revocations', async (request) => {
    const authorization = request.header('authorization');
    const bearer = readBearer(authorization);
    await feedReaders.authorize({ authorization, bearer, clientIp: request.clientIp });
    const parameters = toParameters(request.query);
    const after = parameters.get('after');
    const waitSeconds = after === undefined ? 0 : parseWait(parameters.get('wait'));
    return json(200, await revocationFeed.read({ after, waitSeconds }), NEVER_STORED);
  });
  // Each gate asks every few seconds.
  return { ...route, polled: true };
}

/** Longer ones are shortened: an answer without news is an answer. */
function parseWait(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^[0-9]{1,4}$/.test(text))
    throw new OauthError('invalid_request', 'wait must be a whole number of seconds.');
  return Math.min(Number(text), MAX_WAIT_SECONDS);
}

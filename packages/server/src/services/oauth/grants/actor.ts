/** Who acts for whom (RFC 8693 section 4.1). */
import { OauthError } from '../../../domain/oauth/oauth-error.js';
import type { VerifiedAccessToken } from '../oauth-services.js';

type Actor = Readonly<Record<string, unknown>>;

/** Services that call each other in a circle must come to an end. */
const MAX_ACTORS = 8;

/**
 * `act` of the new token: the actor, and inside of it who acted before. Undefined where nobody ever acted for the subject.
 *
 * @throws {OauthError} `invalid_request` for a chain that is too long
 */
export function actorOf(
  subject: VerifiedAccessToken,
  actor: VerifiedAccessToken | undefined,
): Actor | undefined {
  const before = isActor(subject.claims['act']) ? subject.claims['act'] : undefined;
  if (actor === undefined) return before;
  const chain = {
    sub: actor.subject,
    client_id: actor.clientId,
    ...(before === undefined ? {} : { act: before }),
  };
  if (lengthOf(chain) > MAX_ACTORS)
    throw new OauthError('invalid_request', 'Too many have acted for this subject already.');
  return chain;
}

function isActor(act: unknown): act is Actor {
  return typeof act === 'object' && act !== null;
}

function lengthOf(actor: Actor): number {
  let length = 0;
  for (let act: unknown = actor; isActor(act); act = act['act']) length += 1;
  return length;
}

import { randomUUID } from 'node:crypto';
import type { Clock } from 'countersign';
import { AUTHORITY_APP_ID } from '../../../domain/app.js';
import { parseEmailAddress } from '../../../domain/email-address.js';
import type { OauthStores } from '../../../domain/oauth/stores.js';
import { Refusal } from '../../../domain/refusal.js';
import type { Store } from '../../../domain/stores.js';

export interface EndedSessions {
  readonly ended: number;
  /** Clients that wait to be told. */
  readonly clientsToTell: number;
}

/** What an operator can do about sessions. A running authority tells the clients, within seconds. */
export interface SessionControl {
  /**
   * Everywhere: also what was granted to outlive a session is revoked. Undefined: nobody has signed in by that address.
   * Refusal invalid_email.
   */
  endOfPerson(email: string): Promise<EndedSessions | undefined>;
  /** This session, and what came from it; all zero where there is none. */
  end(sessionId: string): Promise<EndedSessions>;
}

export function createSessionControl({
  store,
  clock,
}: {
  store: Pick<Store, 'people'> & { readonly oauth: Pick<OauthStores, 'loginSessions'> };
  clock: Clock;
}): SessionControl {
  async function end(which: { sessionId: string } | { personId: string }): Promise<EndedSessions> {
    const nowSeconds = Math.floor(clock());
    const { ended, deliveries } = await store.oauth.loginSessions.end(which, nowSeconds, randomUUID);
    return Object.freeze({ ended: ended.length, clientsToTell: deliveries });
  }
  return Object.freeze<SessionControl>({
    async endOfPerson(typedEmail) {
      const email = parseEmailAddress(typedEmail);
      if (email.problem !== undefined) throw new Refusal('invalid_email', { message: email.problem });
      const person = await store.people.findByEmailKey(AUTHORITY_APP_ID, email.key);
      return person && end({ personId: person.id });
    },
    end: (sessionId) => end({ sessionId }),
  });
}

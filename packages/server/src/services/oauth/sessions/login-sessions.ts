import { randomUUID } from 'node:crypto';
import type { Clock } from 'countersign';
import type { Logger } from '../../../domain/logger.js';
import type { LoginSession } from '../../../domain/oauth/grant.js';
import type { OauthStores } from '../../../domain/oauth/stores.js';
import type { Person } from '../../../domain/sign-in.js';
import { hashSecret, isSecretShaped, randomSecret } from '../../secrets.js';

/** One factor: whoever reads the mail (RFC 9470; the ladder of countersign, LEVELS). */
export const LOGIN_ACR = '2';
/** Link and code alike are a secret for once, sent to the address (RFC 8176 section 2). */
const LOGIN_AMR: readonly string[] = Object.freeze(['otp']);

/** Browsers in which somebody is signed in to the authority. */
export interface LoginSessions {
  /** The live session of this cookie. */
  find(secret: string | undefined): Promise<LoginSession | undefined>;
  /**
   * Somebody has just proved an address. The session has a secret that nobody knew before, whatever the browser brought
   * (row O27). `previousSecret`: what it brought. The same person goes on with the same `sid`, and so with the same
   * grants; the session of somebody else ends as by logging out.
   */
  start(
    person: Person,
    previousSecret: string | undefined,
  ): Promise<{ readonly secret: string; readonly session: LoginSession }>;
  /** Ends the session everywhere: see `LoginSessionStore.end`. False if it was over. */
  end(sessionId: string): Promise<boolean>;
}

export interface LoginSessionsOptions {
  readonly store: { readonly oauth: Pick<OauthStores, 'loginSessions'> };
  readonly clock: Clock;
  readonly logger: Logger;
  /** However much a session is used, it ends so long after the sign-in. */
  readonly lifetimeSeconds: number;
  /** Called when clients wait to be told of a logout. */
  readonly onLogoutQueued: () => void;
}

export function createLoginSessions(options: LoginSessionsOptions): LoginSessions {
  const { clock, logger, lifetimeSeconds, onLogoutQueued } = options;
  const { loginSessions } = options.store.oauth;
  const now = () => Math.floor(clock());

  async function find(secret: string | undefined): Promise<LoginSession | undefined> {
    return isSecretShaped(secret) ? loginSessions.find(hashSecret(secret), now()) : undefined;
  }

  async function end(sessionId: string): Promise<boolean> {
    const { ended, deliveries } = await loginSessions.end({ sessionId }, now(), randomUUID);
    if (deliveries > 0) onLogoutQueued();
    if (ended.length > 0) logger.info('login_session_ended', { session: sessionId, deliveries });
    return ended.length > 0;
  }

  async function start(person: Person, previousSecret: string | undefined) {
    const previous = await find(previousSecret);
    const isSamePerson = previous?.personId === person.id;
    if (previous !== undefined && !isSamePerson) await end(previous.sessionId);
    const [secret, nowSeconds] = [randomSecret(), now()];
    const session: LoginSession = Object.freeze({
      personId: person.id,
      email: person.email,
      sessionId: isSamePerson ? previous.sessionId : randomUUID(),
      authenticatedAt: nowSeconds,
      amr: LOGIN_AMR,
      acr: LOGIN_ACR,
      secretHash: hashSecret(secret),
      createdAt: nowSeconds,
      expiresAt: nowSeconds + lifetimeSeconds,
    });
    await loginSessions.replace(session, previous?.secretHash ?? null);
    const { sessionId, personId } = session;
    logger.info('login_session_started', { session: sessionId, person: personId, isRenewed: isSamePerson });
    return Object.freeze({ secret, session });
  }

  return Object.freeze({ find, start, end });
}

import type { App } from '../../../domain/app.js';
import type { LoginSession } from '../../../domain/oauth/grant.js';
import type { SignInService } from '../../sign-in-service.js';
import type { LoginSessions } from './login-sessions.js';

export interface StartedSession {
  /** For the cookie, and nowhere else. */
  readonly secret: string;
  readonly session: LoginSession;
}

/**
 * People sign in to the authority by the mail of its own app. Both verbs consume the sign-in and start a session in place
 * of what the browser had (`previousSecret`); see `SignInService.identifyByLink` and `identifyByCode` for refusals.
 */
export interface PersonLogin {
  withLink(
    proof: { readonly linkSecret: string; readonly requestId: string | null },
    previousSecret: string | undefined,
  ): Promise<StartedSession | undefined>;
  withCode(
    proof: { readonly requestId: string; readonly code: string | undefined },
    previousSecret: string | undefined,
  ): Promise<StartedSession>;
}

export function createPersonLogin({
  app,
  signIn,
  loginSessions,
}: {
  /** The app of the authority itself. */
  app: App;
  signIn: Pick<SignInService, 'identifyByLink' | 'identifyByCode'>;
  loginSessions: Pick<LoginSessions, 'start'>;
}): PersonLogin {
  return Object.freeze<PersonLogin>({
    async withLink({ linkSecret, requestId }, previousSecret) {
      const person = await signIn.identifyByLink(app, linkSecret, requestId);
      return person && loginSessions.start(person, previousSecret);
    },
    async withCode({ requestId, code }, previousSecret) {
      return loginSessions.start(await signIn.identifyByCode(app, requestId, code), previousSecret);
    },
  });
}

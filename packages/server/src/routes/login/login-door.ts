import type { App } from '../../domain/app.js';
import { createCookies } from '../../http/cookies.js';
import type { HttpRequest, HttpResponse } from '../../http/exchange.js';
import { seeOther } from '../../http/respond.js';
import type { SignInTransactions } from '../../services/oauth/oauth-services.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import type { PersonLogin, StartedSession } from '../../services/oauth/sessions/person-login.js';
import { createBrowserCookie } from '../oauth/browser-cookie.js';
import { createAppCookie, type SignInCookies } from '../pages/sign-in-cookies.js';
import { mayLeadTo, type SignInDoor, type SignInOccasion } from '../pages/sign-in-door.js';
import {
  ACCOUNT,
  addressOf,
  type Destination,
  fromCookieValue,
  readDestination,
  toCookieValue,
  writeDestination,
} from './destination.js';
import { createSessionCookie } from './session-cookie.js';

export interface LoginDoorOptions {
  /** The app of the authority itself. */
  readonly app: App;
  readonly personLogin: PersonLogin;
  readonly loginSessions: Pick<LoginSessions, 'find'>;
  readonly authorization: SignInTransactions;
  readonly issuer: string;
  readonly cookies: SignInCookies;
}

/**
 * Where people sign in to the authority itself: they get a session there, and go on with what they came for. That is
 * remembered in the browser from the moment the mail is asked for, not in the mail (M9).
 */
export function createLoginDoor(options: LoginDoorOptions): SignInDoor {
  const { app, personLogin, issuer, cookies } = options;
  const sessionCookie = createSessionCookie(issuer);
  const returnCookie = createAppCookie(createCookies(issuer), 'return');
  const remembered = (request: HttpRequest) => fromCookieValue(returnCookie.read(request, app)) ?? ACCOUNT;
  const describe = createOccasions(options);

  function letIn(request: HttpRequest, { secret, session }: StartedSession): HttpResponse {
    const maxAgeSeconds = session.expiresAt - session.createdAt;
    return seeOther(addressOf(remembered(request), issuer), {
      'set-cookie': [
        ...cookies.clear(app),
        returnCookie.clear(app),
        sessionCookie.set(secret, maxAgeSeconds),
      ],
    });
  }

  return Object.freeze<SignInDoor>({
    prefix: '/login',
    appOf: async () => app,
    urlOf: () => `${issuer}/login`,
    async occasionOf(request, _app, fields) {
      const destination = readDestination(fields) ?? remembered(request);
      const startCookies = [returnCookie.set(app, toCookieValue(destination))];
      return { ...(await describe(request, destination)), startCookies };
    },
    async finishWithLink(request, _app, proof) {
      const started = await personLogin.withLink(proof, sessionCookie.read(request));
      return started && letIn(request, started);
    },
    async finishWithCode(request, _app, proof) {
      return letIn(request, await personLogin.withCode(proof, sessionCookie.read(request)));
    },
  });
}

type Occasion = Omit<SignInOccasion, 'startCookies'>;

/** A transaction that is over is no hindrance: whoever signs in is told of it where it would go on. */
function createOccasions({ app, loginSessions, authorization, issuer }: LoginDoorOptions) {
  const [sessionCookie, browserCookie] = [createSessionCookie(issuer), createBrowserCookie(issuer)];
  return async (request: HttpRequest, destination: Destination): Promise<Occasion> => {
    const hiddenFields = writeDestination(destination);
    const session = await loginSessions.find(sessionCookie.read(request));
    const knownEmail = session?.email ?? null;
    const found =
      destination.kind === 'transaction'
        ? await authorization.describe(destination.transactionId, browserCookie.read(request))
        : undefined;
    if (found === undefined) return { appName: app.name, typedEmail: knownEmail, hiddenFields, headers: {} };
    return {
      appName: found.clientName,
      authorityName: app.name,
      typedEmail: found.loginHint ?? knownEmail,
      hiddenFields,
      headers: mayLeadTo(found.redirectUri),
    };
  };
}

import type { App } from '../../domain/app.js';
import type { HttpRequest } from '../../http/exchange.js';
import type { AppService } from '../../services/app-service.js';
import type { SignInService } from '../../services/sign-in-service.js';
import { deliver } from './deliver.js';
import type { SignInCookies } from './sign-in-cookies.js';
import { mayLeadTo, type SignInDoor } from './sign-in-door.js';

export interface AppDoorOptions {
  readonly apps: Pick<AppService, 'require'>;
  readonly signIn: Pick<SignInService, 'finishWithLink' | 'finishWithCode'>;
  readonly issuer: string;
  readonly cookies: SignInCookies;
}

/** Where people sign in to an app: what they get there goes to its one redirect URL (M9). */
export function createAppDoor({ apps, signIn, issuer, cookies }: AppDoorOptions): SignInDoor {
  return Object.freeze<SignInDoor>({
    prefix: '/:appId',
    appOf: ({ appId = '' }) => apps.require(appId),
    urlOf: (app) => `${issuer}/${app.id}`,
    async occasionOf(_request: HttpRequest, app: App) {
      return {
        appName: app.name,
        typedEmail: null,
        hiddenFields: {},
        startCookies: [],
        headers: mayLeadTo(app.redirectUrl),
      };
    },
    async finishWithLink(_request, app, { linkSecret, requestId }) {
      const finished = await signIn.finishWithLink(app, linkSecret, requestId);
      return finished && deliver(app, finished.delivery, cookies.clear(app));
    },
    async finishWithCode(_request, app, { requestId, code }) {
      const { delivery } = await signIn.finishWithCode(app, requestId, code, 'page');
      return deliver(app, delivery, cookies.clear(app));
    },
  });
}

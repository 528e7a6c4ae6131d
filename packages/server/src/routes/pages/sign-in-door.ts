import type { App } from '../../domain/app.js';
import type { HttpRequest, HttpResponse, PathParameters } from '../../http/exchange.js';
import { contentSecurityPolicy } from '../../http/page-security.js';
import type { HttpHeaders } from '../../http/respond.js';

/** One place where people sign in by mail. The pages are the same at every one; what becomes of the person is not. */
export interface SignInDoor {
  /** What the patterns of its pages begin with. */
  readonly prefix: string;
  /** What is behind it. Refusal unknown_app. */
  appOf(parameters: PathParameters): Promise<App>;
  /** Where its pages stand, without a slash at the end. */
  urlOf(app: App): string;
  /** What somebody signs in for. `fields`: of the query or the form, where the page takes some. */
  occasionOf(request: HttpRequest, app: App, fields: Fields): Promise<SignInOccasion>;
  /** Consumes the link, and lets the person in. Undefined as `SignInService.finishWithLink`. */
  finishWithLink(
    request: HttpRequest,
    app: App,
    proof: { readonly linkSecret: string; readonly requestId: string | null },
  ): Promise<HttpResponse | undefined>;
  /** Consumes the request by its typed code, and lets the person in. Refusals as `SignInService.finishWithCode`. */
  finishWithCode(
    request: HttpRequest,
    app: App,
    proof: { readonly requestId: string; readonly code: string | undefined },
  ): Promise<HttpResponse>;
}

export interface Fields {
  get(name: string): string | undefined;
}

export const NO_FIELDS: Fields = new Map();

export interface SignInOccasion {
  /** What the pages say that the person logs in to. */
  readonly appName: string;
  /** Where the person logs in, if the pages speak of somebody else. */
  readonly authorityName?: string;
  /** To go on with; null: nobody is known yet. */
  readonly typedEmail: string | null;
  /** What the form for the address carries along. */
  readonly hiddenFields: Readonly<Record<string, string>>;
  /** `set-cookie` values of a sign-in that begins. */
  readonly startCookies: readonly string[];
  /** Of the pages whose forms may finish the sign-in. */
  readonly headers: HttpHeaders;
}

/**
 * Policy for pages whose form ends at the app. Chrome holds every redirect that follows a form to `form-action`, also
 * those that the app answers with itself. Naming only the origin of its redirect URL would stop a person on the way,
 * with the link used up, wherever an app's back end leads on to its front end at another origin. So the scheme of the
 * registered URL is named: https, or http for an app on loopback.
 */
export function mayLeadTo(redirectUrl: string): HttpHeaders {
  return {
    'content-security-policy': contentSecurityPolicy({ formActionSources: [new URL(redirectUrl).protocol] }),
  };
}

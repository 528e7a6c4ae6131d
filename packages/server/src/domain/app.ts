/**
 * An app is what people sign in to by e-mail. Its id is public; tokens only ever go to its one redirect URL.
 */

/**
 * The app by which people sign in to the authority itself; its people are the authority's, its keys sign what the
 * authority issues. No UUID, so that no route and no command for apps reaches it.
 */
export const AUTHORITY_APP_ID = 'authority';

/** How the tokens reach the redirect URL (contract: sign-in, Decisions). */
export const DELIVERY_MODES = ['query', 'fragment', 'form_post', 'code'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** Algorithms that keys of ours may be for, and the authority may sign with. */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'ES384', 'ES512'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** Algorithms an app may sign its ID tokens with. ES512 is the only one the original clients accept (JAM-7). */
export const ID_TOKEN_ALGORITHMS = ['ES512', 'ES256', 'EdDSA'] as const;

/** Where a mailed link may be finished: in any browser that shows the mail, or only where sign-in was started. */
export const LINK_BINDINGS = ['any-browser', 'same-browser'] as const;
export type LinkBinding = (typeof LINK_BINDINGS)[number];

/** Texts of the sign-in mail that an app may replace. Placeholders: {appName} {link} {code} {linkMinutes} {codeMinutes}. */
export interface MailTemplate {
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
}

/** What an app's owner decides. */
export interface AppSettings {
  readonly name: string;
  /** Absolute https URL; http only for loopback. No fragment, no user info. */
  readonly redirectUrl: string;
  readonly delivery: DeliveryMode;
  readonly allowRefresh: boolean;
  readonly linkBinding: LinkBinding;
  /** One of ID_TOKEN_ALGORITHMS; the app of the authority has any. */
  readonly algorithm: SigningAlgorithm;
  readonly linkLifetimeSeconds: number;
  readonly codeLifetimeSeconds: number;
  readonly idTokenLifetimeSeconds: number;
  readonly refreshTokenLifetimeSeconds: number;
  /** Mails that may leave for this app in an hour. */
  readonly mailsPerHour: number;
  readonly mailTemplate: MailTemplate;
}

export interface App extends AppSettings {
  /** A UUID; public. */
  readonly id: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with every change; an update names the version it was made from. */
  readonly version: number;
}

export const APP_DEFAULTS: Omit<AppSettings, 'name' | 'redirectUrl'> = Object.freeze({
  delivery: 'query',
  allowRefresh: false,
  linkBinding: 'any-browser',
  algorithm: 'ES512',
  linkLifetimeSeconds: 15 * 60,
  codeLifetimeSeconds: 10 * 60,
  idTokenLifetimeSeconds: 30 * 60,
  refreshTokenLifetimeSeconds: 30 * 24 * 60 * 60,
  mailsPerHour: 1000,
  mailTemplate: Object.freeze({ subject: null, text: null, html: null }),
});

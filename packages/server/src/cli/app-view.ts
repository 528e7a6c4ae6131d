import type { App } from '../domain/app.js';
import { alignedLines } from './output.js';

/** An app as `--json` prints it: everything that is kept, and the URLs that follow from it. */
export function appAsJson(app: App, issuer: string): Readonly<Record<string, unknown>> {
  const { id, name, ...rest } = app;
  return { id, name, ...rest, ...urlsOf(app, issuer) };
}

export function appAsLines(app: App, issuer: string): string[] {
  const urls = urlsOf(app, issuer);
  return alignedLines([
    ['Id', app.id],
    ['Name', app.name],
    ['Redirect URL', app.redirectUrl],
    ['Sign-in page', urls.signInUrl],
    ['Issuer', urls.issuer],
    ['Public keys', urls.jwksUrl],
    ['Delivery', app.delivery],
    [
      'Refresh tokens',
      app.allowRefresh ? `allowed, ${lifetimeText(app.refreshTokenLifetimeSeconds)}` : 'not allowed',
    ],
    ['Link', `${lifetimeText(app.linkLifetimeSeconds)}, ${app.linkBinding}`],
    ['Code', lifetimeText(app.codeLifetimeSeconds)],
    ['ID token', `${lifetimeText(app.idTokenLifetimeSeconds)}, ${app.algorithm}`],
    ['Mails an hour', String(app.mailsPerHour)],
    ['Own mail texts', ownTexts(app)],
    ['Changed', new Date(app.updatedAt * 1000).toISOString()],
  ]);
}

function urlsOf(app: App, issuer: string) {
  const base = `${issuer}/${app.id}`;
  return { issuer: base, signInUrl: `${base}/sign-in`, jwksUrl: `${base}/.well-known/jwks.json` };
}

function ownTexts({ mailTemplate }: App): string {
  const parts = Object.entries(mailTemplate).flatMap(([part, text]) => (text === null ? [] : [part]));
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** In the largest unit that says it exactly, as the flags take it: 15m, 30d. */
export function lifetimeText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  const unit = units.find(([, size]) => seconds % size === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
}

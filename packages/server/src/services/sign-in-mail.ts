import type { App } from '../domain/app.js';
import { parseEmailAddress } from '../domain/email-address.js';
import type { OutgoingMail } from './mail-transport.js';
import { DEFAULT_HTML, DEFAULT_SUBJECT, DEFAULT_TEXT } from './sign-in-mail-template.js';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/**
 * Renders the mail by which a person signs in to `app`. Every text in it comes from this project, from the app's
 * owner or from the authority itself: nobody who asks for a sign-in can put words into it (M18).
 * Throws an Error if `to` is not exactly one canonical address (M12).
 */
export function renderSignInMail(
  app: App,
  details: { readonly to: string; readonly link: string; readonly code: string },
): OutgoingMail {
  if (parseEmailAddress(details.to).problem !== undefined)
    throw new Error('A mail must go to one canonical address');
  const values = placeholderValues(app, details);
  const { subject, text, html } = app.mailTemplate;
  return {
    to: details.to,
    subject: oneLine(fillIn(subject ?? DEFAULT_SUBJECT, values, (value) => value)),
    text: fillIn(text ?? DEFAULT_TEXT, values, (value) => value),
    html: fillIn(html ?? DEFAULT_HTML, values, escapeHtml),
  };
}

function placeholderValues(
  app: App,
  details: { readonly link: string; readonly code: string },
): ReadonlyMap<string, string> {
  return new Map([
    ['appName', app.name],
    ['link', details.link],
    ['code', details.code],
    ['linkMinutes', String(Math.floor(app.linkLifetimeSeconds / 60))],
    ['codeMinutes', String(Math.floor(app.codeLifetimeSeconds / 60))],
    ['linkLifetime', describeLifetime(app.linkLifetimeSeconds)],
    ['codeLifetime', describeLifetime(app.codeLifetimeSeconds)],
  ]);
}

/** Puts values in place in one pass, so that a value which looks like a placeholder stays as it is (M18). */
function fillIn(
  template: string,
  values: ReadonlyMap<string, string>,
  toMarkup: (value: string) => string,
): string {
  return template.replace(/\{([A-Za-z]{1,40})\}/g, (placeholder, name: string) => {
    const value = values.get(name);
    return value === undefined ? placeholder : toMarkup(value);
  });
}

/** Safe as text and in quoted attribute values. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
}

/** A line end in a subject would begin a header of somebody else's choice (M12). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** In words, rounded down: "15 minutes", "1 hour", "1 hour 30 minutes". */
export function describeLifetime(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [counted(hours, 'hour'), counted(minutes, 'minute')].filter((part) => part !== '');
  return parts.join(' ') || 'less than a minute';
}

function counted(count: number, unit: string): string {
  return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}

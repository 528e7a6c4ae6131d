/** Checks the texts by which an app replaces parts of its sign-in mail (row M18). */
import type { MailTemplate } from './app.js';
import { nearestName } from './nearest-name.js';

/** What a template may ask for, written `{appName}`. */
const MAIL_PLACEHOLDERS = ['appName', 'link', 'code', 'linkMinutes', 'codeMinutes'] as const;

const MAX_SUBJECT_CHARACTERS = 200;
const MAX_PART_BYTES = 20 * 1024;
const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9]{0,39})\}/g;
const LINE_BREAKING = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Control characters other than tab, line feed and carriage return. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]/u;

const PARTS = ['subject', 'text', 'html'] as const satisfies readonly (keyof MailTemplate)[];

/**
 * The template with `change` applied to `base`, frozen. Parts that `change` leaves out stay; `null` takes one back.
 * The subject is one line without the link; text and html must each lead to signing in: by `{link}` or `{code}`.
 */
export function checkMailTemplate(
  change: unknown,
  base: MailTemplate,
): { readonly template: MailTemplate; readonly problems: readonly string[] } {
  if (change === undefined) return { template: base, problems: [] };
  if (typeof change !== 'object' || change === null || Array.isArray(change)) {
    return { template: base, problems: ['mailTemplate must be an object of subject, text and html'] };
  }
  const given = change as Readonly<Record<string, unknown>>;
  const problems = Object.keys(given)
    .filter((name) => !PARTS.some((part) => part === name))
    .map(
      (name) =>
        `mailTemplate.${JSON.stringify(name.slice(0, 40))} is no part, did you mean "${nearestName(name, PARTS)}"?`,
    );
  const template: Record<string, string | null> = { ...base };
  for (const part of PARTS) {
    const value = Object.hasOwn(given, part) ? given[part] : undefined;
    if (value === undefined) continue;
    const found = value === null ? [] : problemsOfPart(part, value);
    problems.push(...found.map((problem) => `mailTemplate.${part} ${problem}`));
    if (found.length === 0) template[part] = value as string | null;
  }
  return { template: Object.freeze(template) as unknown as MailTemplate, problems };
}

function problemsOfPart(part: (typeof PARTS)[number], value: unknown): string[] {
  if (typeof value !== 'string') return ['must be a string or null'];
  const placeholders =
    value.length > MAX_PART_BYTES ? [] : [...value.matchAll(PLACEHOLDER)].map(placeholderOf);
  const problems =
    part === 'subject' ? problemsOfSubject(value, placeholders) : problemsOfBody(value, placeholders);
  if (!value.isWellFormed()) problems.push('must be well-formed Unicode');
  for (const name of new Set(placeholders)) {
    if (MAIL_PLACEHOLDERS.some((known) => known === name)) continue;
    problems.push(
      `holds the unknown placeholder {${name}}, did you mean {${nearestName(name, MAIL_PLACEHOLDERS)}}?`,
    );
  }
  return problems;
}

function placeholderOf(match: RegExpExecArray): string {
  return match[1] ?? '';
}

function problemsOfSubject(value: string, placeholders: readonly string[]): string[] {
  const problems: string[] = [];
  if (value.trim() === '' || value.length > MAX_SUBJECT_CHARACTERS) {
    problems.push(`must be 1 to ${MAX_SUBJECT_CHARACTERS} characters long`);
  }
  if (LINE_BREAKING.test(value)) problems.push('must be one line without control characters');
  if (placeholders.includes('link'))
    problems.push('must not hold {link}: subjects are shown and logged on the way');
  return problems;
}

function problemsOfBody(value: string, placeholders: readonly string[]): string[] {
  if (Buffer.byteLength(value) > MAX_PART_BYTES) return [`must be at most ${MAX_PART_BYTES / 1024} KiB long`];
  const problems: string[] = [];
  if (UNPRINTABLE.test(value)) problems.push('must not hold control characters other than tab and line ends');
  if (!placeholders.includes('link') && !placeholders.includes('code')) {
    problems.push('must hold {link} or {code}');
  }
  return problems;
}

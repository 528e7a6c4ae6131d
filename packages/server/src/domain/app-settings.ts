/** Checks what an app's owner decides, whole, before any of it is kept. */
import type { AppSettings } from './app.js';
import { APP_DEFAULTS, DELIVERY_MODES, ID_TOKEN_ALGORITHMS, LINK_BINDINGS } from './app.js';
import { checkMailTemplate } from './mail-template.js';
import { nearestName } from './nearest-name.js';
import { parseRedirectUrl } from './redirect-url.js';

/** Settings that cannot be taken; `problems` lists every one found, each naming its setting. */
export class AppSettingsError extends Error {
  override readonly name = 'AppSettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings of the app cannot be taken: ${problems.join('; ')}`);
    this.problems = Object.freeze([...problems]);
  }
}

/** A value as it will be kept, or what is wrong with it, as in "must be a string". */
type Checked = { readonly value: unknown } | { readonly problem: string };
type Rule = (value: unknown) => Checked;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RULES: Readonly<Record<Exclude<keyof AppSettings, 'mailTemplate'>, Rule>> = {
  name: checkName,
  redirectUrl: checkRedirectUrl,
  delivery: oneOf(DELIVERY_MODES),
  allowRefresh: checkBoolean,
  linkBinding: oneOf(LINK_BINDINGS),
  algorithm: oneOf(ID_TOKEN_ALGORITHMS),
  linkLifetimeSeconds: wholeNumber(MINUTE, DAY, 'seconds (1 minute to 24 hours)'),
  codeLifetimeSeconds: wholeNumber(MINUTE, HOUR, 'seconds (1 minute to 1 hour)'),
  idTokenLifetimeSeconds: wholeNumber(MINUTE, DAY, 'seconds (1 minute to 24 hours)'),
  refreshTokenLifetimeSeconds: wholeNumber(HOUR, 400 * DAY, 'seconds (1 hour to 400 days)'),
  mailsPerHour: wholeNumber(1, 1_000_000, 'mails'),
};
const SETTING_NAMES = [...Object.keys(RULES), 'mailTemplate'];

/**
 * `base` with `changes` applied and checked; both are left alone, the result is frozen. A change that is
 * `undefined` counts as not given. Of `mailTemplate`, parts not given stay as they are and `null` takes one back.
 *
 * @param base the settings so far (other members are ignored), or null for a new app: then `name` and
 * `redirectUrl` must be given
 * @throws {AppSettingsError} with every problem together
 */
export function checkAppSettings(changes: Partial<AppSettings>, base: AppSettings | null): AppSettings {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) {
    throw new AppSettingsError(['the settings must be an object']);
  }
  const given = changes as Readonly<Record<string, unknown>>;
  const before = (base ?? APP_DEFAULTS) as Readonly<Record<string, unknown>>;
  const problems = unknownNames(given);
  const settings: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(RULES)) {
    const value = Object.hasOwn(given, name) && given[name] !== undefined ? given[name] : before[name];
    const checked = value === undefined ? { problem: 'is required' } : rule(value);
    if ('problem' in checked) problems.push(`${name} ${checked.problem}`);
    else settings[name] = checked.value;
  }
  const template = checkMailTemplate(changes.mailTemplate, (base ?? APP_DEFAULTS).mailTemplate);
  problems.push(...template.problems);
  if (problems.length > 0) throw new AppSettingsError(problems);
  return Object.freeze({ ...settings, mailTemplate: template.template }) as AppSettings;
}

function unknownNames(given: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(given)
    .filter((name) => !SETTING_NAMES.includes(name))
    .map(
      (name) =>
        `${JSON.stringify(name.slice(0, 40))} is no setting, did you mean "${nearestName(name, SETTING_NAMES)}"?`,
    );
}

/** Control characters would end a header line of the mail; the others turn a name into a picture of another one. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

function checkName(value: unknown): Checked {
  if (typeof value !== 'string') return { problem: 'must be a string' };
  const name = value.length > 1000 ? value : value.trim();
  const length = name.length > 1000 ? name.length : [...name].length;
  if (length < 1 || length > 80) return { problem: 'must be 1 to 80 characters long' };
  if (NOT_IN_A_NAME.test(name) || !name.isWellFormed()) {
    return { problem: 'must be one line without control characters' };
  }
  return { value: name };
}

function checkRedirectUrl(value: unknown): Checked {
  const parsed = parseRedirectUrl(value);
  return parsed.problem === undefined ? { value: parsed.href } : { problem: parsed.problem };
}

function checkBoolean(value: unknown): Checked {
  return typeof value === 'boolean' ? { value } : { problem: 'must be true or false' };
}

function oneOf(allowed: readonly string[]): Rule {
  return (value) => {
    if (typeof value === 'string' && allowed.includes(value)) return { value };
    const meant = typeof value === 'string' ? `, did you mean "${nearestName(value, allowed)}"?` : '';
    return { problem: `must be one of ${allowed.join(', ')}${meant}` };
  };
}

function wholeNumber(min: number, max: number, unit: string): Rule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? { value }
      : { problem: `must be a whole number of ${unit}, from ${min} to ${max}` };
}

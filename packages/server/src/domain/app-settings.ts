/** Checks what an app's owner decides, whole, before any of it is kept. */
import type { AppSettings } from './app.js';
import { APP_DEFAULTS, DELIVERY_MODES, ID_TOKEN_ALGORITHMS, LINK_BINDINGS } from './app.js';
import { checkMailTemplate } from './mail-template.js';
import { parseRedirectUrl } from './redirect-url.js';
import {
  type Checked,
  checkBoolean,
  checkName,
  oneOf,
  type Rule,
  unknownNames,
  wholeNumber,
} from './setting-rules.js';

/** Settings that cannot be taken; `problems` lists every one found, each naming its setting. */
export class AppSettingsError extends Error {
  override readonly name = 'AppSettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings of the app cannot be taken: ${problems.join('; ')}`);
    this.problems = Object.freeze([...problems]);
  }
}

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
  const problems = unknownNames(given, SETTING_NAMES);
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

function checkRedirectUrl(value: unknown): Checked {
  const parsed = parseRedirectUrl(value);
  return parsed.problem === undefined ? { value: parsed.href } : { problem: parsed.problem };
}

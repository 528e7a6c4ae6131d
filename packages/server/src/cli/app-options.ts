import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { errorCode, parseDurationSeconds } from '../config/index.js';
import {
  APP_DEFAULTS,
  type AppSettings,
  DELIVERY_MODES,
  ID_TOKEN_ALGORITHMS,
  LINK_BINDINGS,
  type MailTemplate,
} from '../domain/app.js';
import { SETTINGS_FROM_OPTIONS } from './app-setting-flags.js';
import { lifetimeText } from './app-view.js';
import { CliUsageError } from './describe-failure.js';

/** Options of `apps create` and `apps update` under the names of the settings they change. */
export interface AppOptions extends Readonly<Record<string, unknown>> {
  readonly mailSubject?: string;
  readonly mailTextFile?: string;
  readonly mailHtmlFile?: string;
  readonly defaultMail?: boolean;
}

/** @param forNew says in the help what an app has where nothing is given; with an update that is what it had */
export function addAppOptions(command: Command, { forNew }: { forNew: boolean }): Command {
  const otherwise = (value: string) => (forNew ? ` (default: ${value})` : '');
  const lasting = (seconds: number) => `such as 90s, 15m, 1h or 30d${otherwise(lifetimeText(seconds))}`;
  const { delivery, linkBinding, algorithm, mailsPerHour } = APP_DEFAULTS;
  return command
    .optionsGroup('App:')
    .option('--name <name>', 'shown on pages and in mails')
    .option('--redirect-url <url>', 'where signed-in people and their tokens are sent')
    .option('--delivery <mode>', `how tokens get there: ${DELIVERY_MODES.join(', ')}${otherwise(delivery)}`)
    .option('--allow-refresh', 'hand out refresh tokens')
    .option('--no-allow-refresh', `hand out none${forNew ? ' (the default)' : ''}`)
    .option(
      '--link-binding <where>',
      `where a link may be finished: ${LINK_BINDINGS.join(', ')}${otherwise(linkBinding)}`,
    )
    .option(
      '--algorithm <name>',
      `signature of ID tokens: ${ID_TOKEN_ALGORITHMS.join(', ')}${otherwise(algorithm)}`,
    )
    .option('--link-lifetime <duration>', lasting(APP_DEFAULTS.linkLifetimeSeconds), toSeconds)
    .option('--code-lifetime <duration>', lasting(APP_DEFAULTS.codeLifetimeSeconds), toSeconds)
    .option('--id-token-lifetime <duration>', lasting(APP_DEFAULTS.idTokenLifetimeSeconds), toSeconds)
    .option(
      '--refresh-token-lifetime <duration>',
      lasting(APP_DEFAULTS.refreshTokenLifetimeSeconds),
      toSeconds,
    )
    .option(
      '--mails-per-hour <number>',
      `budget of sign-in mails${otherwise(String(mailsPerHour))}`,
      toNumber,
    )
    .option('--mail-subject <text>', 'subject of the sign-in mail')
    .option('--mail-text-file <file>', 'text part of the sign-in mail')
    .option('--mail-html-file <file>', 'HTML part of the sign-in mail')
    .option('--default-mail', 'go back to the default texts of the mail');
}

/** The settings that were given, unchecked but for their types. */
export function appSettingsOf(options: AppOptions): Partial<AppSettings> {
  const given = SETTINGS_FROM_OPTIONS.filter(([option]) => options[option] !== undefined);
  const settings = Object.fromEntries(given.map(([option, setting]) => [setting, options[option]]));
  const mailTemplate = mailTemplateOf(options);
  return mailTemplate === undefined ? settings : { ...settings, mailTemplate };
}

/** A part that is not given is left out, so that an update leaves it alone. */
function mailTemplateOf(options: AppOptions): MailTemplate | undefined {
  const parts: Partial<MailTemplate> = {
    ...(options.defaultMail === true ? { subject: null, text: null, html: null } : {}),
    ...(options.mailSubject === undefined ? {} : { subject: options.mailSubject }),
    ...(options.mailTextFile === undefined ? {} : { text: readText(options.mailTextFile) }),
    ...(options.mailHtmlFile === undefined ? {} : { html: readText(options.mailHtmlFile) }),
  };
  return Object.keys(parts).length === 0 ? undefined : (parts as MailTemplate);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliUsageError(`${path} cannot be read (${errorCode(error)})`);
  }
}

/** For commander: the seconds of `90s`, `15m`, `1h`, `30d`. */
export function toSeconds(text: string): number {
  const parsed = parseDurationSeconds(text);
  if (parsed.problem !== undefined) throw new InvalidArgumentError(`It ${parsed.problem}.`);
  return parsed.value;
}

function toNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

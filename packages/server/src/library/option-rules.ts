/** What is wrong with each option of an embedded authority, by the rules of the setting that it stands for. */
import { MODES, parseMasterKey, SETTINGS } from '../config/index.js';
import { SIGNING_ALGORITHMS } from '../domain/app.js';
import { parseMailSender } from '../domain/mail-sender.js';
import { parseSmtpUrl } from '../domain/smtp-url.js';
import type { AuthorityOptions } from './authority-options.js';

/** Undefined if nothing is. What is wrong never repeats the value: some are secrets. */
type Rule = (value: unknown) => string | undefined;

export const REQUIRED_OPTIONS: readonly (keyof AuthorityOptions)[] = [
  'issuer',
  'masterKey',
  'database',
  'mail',
];

export const OPTION_RULES: { readonly [Name in keyof AuthorityOptions]-?: Rule } = Object.freeze({
  issuer: asSetting(SETTINGS.issuer),
  masterKey: (value) =>
    typeof value === 'string' || value instanceof Uint8Array
      ? parseMasterKey(value).problem
      : 'must be 32 bytes, or a text that stands for them',
  database: (value) =>
    typeof value === 'string' && value !== '' ? undefined : 'must be the path of a file, or "memory"',
  mail: mailProblem,
  mode: oneOf(MODES),
  migrate: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  adminToken: asSetting(SETTINGS.adminToken),
  trustedProxies: eachAsSetting(SETTINGS.trustedProxies),
  allowedHosts: eachAsSetting(SETTINGS.allowedHosts),
  clientIp: functionProblem,
  signingAlgorithm: oneOf(SIGNING_ALGORITHMS),
  keyRotationSeconds: (value) =>
    value === null || isDuration(SETTINGS.keyRotation, value)
      ? undefined
      : 'must be null, or whole seconds from an hour to 400 days',
  sessionLifetimeSeconds: (value) =>
    isDuration(SETTINGS.sessionLifetime, value)
      ? undefined
      : 'must be whole seconds from 5 minutes to 90 days',
  mailsPerAddress: rateLimitProblem,
  mailsPerIp: rateLimitProblem,
  logger: (value) =>
    isRecord(value) && ['debug', 'info', 'warn', 'error'].every((level) => typeof value[level] === 'function')
      ? undefined
      : 'must have the functions debug, info, warn and error',
  clock: functionProblem,
});

interface TextSetting {
  readonly parse: (text: string) => { readonly problem?: string | undefined };
}

function asSetting({ parse }: TextSetting): Rule {
  return (value) => (typeof value === 'string' ? parse(value).problem : 'must be a text');
}

function eachAsSetting({ parse }: TextSetting): Rule {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list of texts';
    const problems = value.map((entry) =>
      typeof entry === 'string' ? parse(entry).problem : 'must be a text',
    );
    return problems.find((problem) => problem !== undefined);
  };
}

function isDuration({ parse }: TextSetting, seconds: unknown): boolean {
  return typeof seconds === 'number' && parse(`${seconds}s`).problem === undefined;
}

function oneOf(values: readonly string[]): Rule {
  return (value) =>
    values.some((candidate) => candidate === value) ? undefined : `must be one of ${values.join(', ')}`;
}

function functionProblem(value: unknown): string | undefined {
  return typeof value === 'function' ? undefined : 'must be a function';
}

function mailProblem(value: unknown): string | undefined {
  if (value === 'mailbox' || typeof value === 'function') return undefined;
  if (!isRecord(value)) return 'must be { smtpUrl, from }, a function, or "mailbox"';
  const { smtpUrl, from } = value;
  if (typeof smtpUrl !== 'string' || typeof from !== 'string')
    return 'must have the texts smtpUrl and from, the sender of the mails';
  const url = parseSmtpUrl(smtpUrl).problem;
  if (url !== undefined) return `has a smtpUrl that ${url}`;
  const sender = parseMailSender(from).problem;
  return sender === undefined ? undefined : `has a sender (from) that ${sender}`;
}

function rateLimitProblem(value: unknown): string | undefined {
  const isLimit =
    isRecord(value) &&
    [value['limit'], value['windowSeconds']].every((n) => Number.isSafeInteger(n) && Number(n) > 0);
  return isLimit ? undefined : 'must be { limit, windowSeconds }, two whole numbers from 1 up';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

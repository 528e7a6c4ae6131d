/**
 * Every setting in one table. A setting `dataFolder` is the flag `--data-folder`, the environment variable
 * COUNTERSIGN_DATA_FOLDER and the member `dataFolder` of the JSON configuration file, in this order of precedence.
 */
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../domain/app.js';
import { parseMailSender } from '../domain/mail-sender.js';
import { parseSmtpUrl } from '../domain/smtp-url.js';
import { parseAdminToken } from './parse-admin-token.js';
import { parseRateLimit, parseRotation, parseSessionLifetime, type RateLimit } from './parse-duration.js';
import { parseIssuer } from './parse-issuer.js';
import {
  type Parser,
  parseHostHeader,
  parseList,
  parseListenHost,
  parseNetwork,
  parseOneOf,
  parseText,
  parseWholeNumber,
} from './value-parsers.js';

export const MODES = ['development', 'production'] as const;
export type Mode = (typeof MODES)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What each setting is once it is parsed. */
export interface SettingTypes {
  readonly mode: Mode;
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly masterKey: string;
  readonly masterKeyFile: string;
  readonly smtpUrl: string;
  readonly smtpUrlFile: string;
  readonly mailFrom: string;
  readonly adminToken: string;
  readonly adminTokenFile: string;
  readonly trustedProxies: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly signingAlgorithm: SigningAlgorithm;
  /** Seconds; null: never by itself. */
  readonly keyRotation: number | null;
  /** Seconds. */
  readonly sessionLifetime: number;
  readonly mailsPerAddress: RateLimit;
  readonly mailsPerIp: RateLimit;
  readonly maxConnections: number;
  readonly logLevel: LogLevel;
}

export type SettingName = keyof SettingTypes;

export interface SettingRow<T> {
  readonly parse: Parser<T>;
  /** As it would be typed; null: no default, or one that depends on the mode. */
  readonly default: string | null;
  /** Placeholder in the help text of the flag. */
  readonly argument: string;
  readonly help: string;
  /** Never a flag, because other users of the machine can read command lines, and never printed. */
  readonly secret: boolean;
  /** `storage`: every command that opens the store takes the flag; `serving`: only `serve` does. */
  readonly scope: 'storage' | 'serving';
}

const parseSmtpUrlText: Parser<string> = (text) => {
  const { problem } = parseSmtpUrl(text);
  return problem === undefined ? { value: text } : { problem };
};

const parseMailFromText: Parser<string> = (text) => {
  const { problem } = parseMailSender(text);
  return problem === undefined ? { value: text } : { problem };
};

function row<T>(
  parse: Parser<T>,
  details: Pick<SettingRow<T>, 'argument' | 'help'> & Partial<SettingRow<T>>,
): SettingRow<T> {
  return Object.freeze({ default: null, secret: false, scope: 'serving', ...details, parse });
}

export const SETTINGS: { readonly [K in SettingName]: SettingRow<SettingTypes[K]> } = Object.freeze({
  mode: row(parseOneOf(...MODES), {
    argument: '<mode>',
    help: 'development or production (default: development, or production with NODE_ENV=production)',
    scope: 'storage',
  }),
  issuer: row(parseIssuer, {
    argument: '<url>',
    help: 'public URL of this authority, part of every token (default in development: http://localhost:<port>)',
    scope: 'storage',
  }),
  host: row(parseListenHost, {
    argument: '<address>',
    default: '127.0.0.1',
    help: 'address to listen on; in a container 0.0.0.0',
  }),
  port: row(parseWholeNumber(1, 65_535), {
    argument: '<number>',
    default: '8080',
    help: 'port to listen on',
  }),
  dataFolder: row(parseText, {
    argument: '<folder>',
    default: './data',
    help: 'folder of the database',
    scope: 'storage',
  }),
  masterKey: row(parseText, {
    argument: '<key>',
    help: '32 random bytes that encrypt what the database holds',
    secret: true,
    scope: 'storage',
  }),
  masterKeyFile: row(parseText, {
    argument: '<file>',
    help: 'file with the master key, readable by its owner only',
    scope: 'storage',
  }),
  smtpUrl: row(parseSmtpUrlText, {
    argument: '<url>',
    help: 'mail server, such as smtps://user:password@mail.example.com',
    secret: true,
  }),
  smtpUrlFile: row(parseText, { argument: '<file>', help: 'file with the URL of the mail server' }),
  mailFrom: row(parseMailFromText, {
    argument: '<address>',
    help: 'sender of the mails, such as "Example <no-reply@example.com>"',
  }),
  adminToken: row(parseAdminToken, {
    argument: '<token>',
    help: 'bearer token of administrators, who may publish and revoke keys over HTTP (default: nobody may)',
    secret: true,
  }),
  adminTokenFile: row(parseText, {
    argument: '<file>',
    help: 'file with the bearer token of administrators',
  }),
  trustedProxies: row(parseList(parseNetwork), {
    argument: '<list>',
    help: 'addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas',
  }),
  allowedHosts: row(parseList(parseHostHeader), {
    argument: '<list>',
    help: "host names to answer besides the issuer's, separated by commas",
  }),
  signingAlgorithm: row(parseOneOf(...SIGNING_ALGORITHMS), {
    argument: '<name>',
    default: 'ES256',
    help: `signature of OAuth tokens: ${SIGNING_ALGORITHMS.join(', ')}; a change takes minutes to come about`,
  }),
  keyRotation: row(parseRotation, {
    argument: '<duration>',
    default: '30d',
    help: 'for how long a key of the authority or of an app signs, such as 30d, or off',
  }),
  sessionLifetime: row(parseSessionLifetime, {
    argument: '<duration>',
    default: '12h',
    help: 'for how long a person stays signed in to the authority, however active',
  }),
  mailsPerAddress: row(parseRateLimit, {
    argument: '<limit>',
    default: '3/15m',
    help: 'sign-in mails to one address',
  }),
  mailsPerIp: row(parseRateLimit, {
    argument: '<limit>',
    default: '20/1h',
    help: 'sign-in mails asked for from one IP address',
  }),
  maxConnections: row(parseWholeNumber(1, 1_000_000), {
    argument: '<number>',
    default: '10000',
    help: 'connections held at once; more are closed',
  }),
  logLevel: row(parseOneOf(...LOG_LEVELS), {
    argument: '<level>',
    default: 'info',
    help: 'debug, info, warn or error',
    scope: 'storage',
  }),
});

export const SETTING_NAMES = Object.freeze(Object.keys(SETTINGS) as SettingName[]);

/** COUNTERSIGN_DATA_FOLDER of `dataFolder`. */
export function environmentVariableOf(name: SettingName): string {
  return `COUNTERSIGN_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** `--data-folder` of `dataFolder`. */
export function flagOf(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`;
}

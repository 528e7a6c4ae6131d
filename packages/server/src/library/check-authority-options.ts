/** The options of an embedded authority, checked once and together. */
import { type Clock, systemClock, UsageError } from 'countersign';
import {
  createLogger,
  type Mode,
  parseMasterKey,
  SETTINGS,
  type SettingRow,
  type Settings,
} from '../config/index.js';
import type { Logger } from '../domain/logger.js';
import { isLoopbackHost } from '../domain/loopback-host.js';
import { nearestName } from '../domain/nearest-name.js';
import type { AuthorityOptions } from './authority-options.js';
import { OPTION_RULES, REQUIRED_OPTIONS } from './option-rules.js';

export interface CheckedOptions extends Pick<AuthorityOptions, 'database' | 'mail'> {
  readonly settings: Settings;
  readonly masterKey: Uint8Array;
  readonly migrate: boolean;
  readonly adminToken: string | null;
  readonly clientIp: AuthorityOptions['clientIp'] | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** @throws UsageError `invalid_options` that lists every problem, and repeats no value */
export function checkAuthorityOptions(given: AuthorityOptions): CheckedOptions {
  const options: AuthorityOptions = Object.freeze({ ...given });
  const mode = options.mode ?? (isProductionHere() ? 'production' : 'development');
  const problems = findProblems(options);
  if (problems.length === 0) problems.push(...problemsOfMode(options, mode));
  if (problems.length > 0) throw new UsageError('invalid_options', 'createAuthority', problems);
  const { database, mail, clientIp, adminToken = null, clock = systemClock } = options;
  return Object.freeze({
    settings: settingsOf(options, mode),
    masterKey: masterKeyOf(options.masterKey),
    database,
    mail,
    migrate: options.migrate ?? mode === 'development',
    adminToken,
    clientIp,
    logger: options.logger ?? createStderrLogger(clock),
    clock,
  });
}

function isProductionHere(): boolean {
  return process.env['NODE_ENV'] === 'production';
}

function findProblems(options: AuthorityOptions): string[] {
  const names = Object.keys(OPTION_RULES) as (keyof AuthorityOptions)[];
  const problems = Object.keys(options)
    .filter((name) => !names.some((known) => known === name))
    .map((name) => `unknown option "${name.slice(0, 40)}", did you mean "${nearestName(name, names)}"?`);
  for (const name of names) {
    const value = options[name];
    if (value === undefined && REQUIRED_OPTIONS.includes(name)) problems.push(`${name} is required`);
    const problem = value === undefined ? undefined : OPTION_RULES[name](value);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }
  return problems;
}

function problemsOfMode({ issuer, mail, database }: AuthorityOptions, mode: Mode): string[] {
  const isLoopback = isLoopbackHost(new URL(issuer).hostname);
  const rules: readonly (readonly [broken: boolean, problem: string])[] =
    mode === 'production'
      ? [
          [issuer.startsWith('http:') && !isLoopback, 'issuer must begin with https:// in production'],
          [mail === 'mailbox', 'mail "mailbox" is for development: production needs a way to send mail'],
          [database === 'memory', 'database "memory" is for development: production needs a file'],
        ]
      : [
          [isProductionHere(), 'mode development is refused where NODE_ENV is production'],
          [
            mail === 'mailbox' && !isLoopback,
            'mail "mailbox" shows every mail: only for an issuer on loopback',
          ],
        ];
  return rules.flatMap(([broken, problem]) => (broken ? [problem] : []));
}

/** Where to listen, and what belongs to it, is the surrounding server's. */
function settingsOf(options: AuthorityOptions, mode: Mode): Settings {
  const { mail, trustedProxies = [], allowedHosts = [], keyRotationSeconds } = options;
  return Object.freeze({
    mode,
    issuer: parsed(SETTINGS.issuer, options.issuer),
    host: '127.0.0.1',
    port: 0,
    dataFolder: '',
    mailFrom: typeof mail === 'object' ? mail.from : null,
    trustedProxies: Object.freeze([...trustedProxies]),
    allowedHosts: Object.freeze(allowedHosts.map((host) => host.toLowerCase())),
    signingAlgorithm: options.signingAlgorithm ?? parsed(SETTINGS.signingAlgorithm),
    keyRotationSeconds: keyRotationSeconds === undefined ? parsed(SETTINGS.keyRotation) : keyRotationSeconds,
    limits: Object.freeze({
      mailsPerAddress: options.mailsPerAddress ?? parsed(SETTINGS.mailsPerAddress),
      mailsPerIp: options.mailsPerIp ?? parsed(SETTINGS.mailsPerIp),
    }),
    sessionLifetimeSeconds: options.sessionLifetimeSeconds ?? parsed(SETTINGS.sessionLifetime),
    maxConnections: parsed(SETTINGS.maxConnections),
    logLevel: parsed(SETTINGS.logLevel),
  });
}

function masterKeyOf(given: string | Uint8Array): Uint8Array {
  const key = parseMasterKey(given);
  if (key.problem !== undefined)
    throw new UsageError('invalid_options', 'createAuthority', [`masterKey ${key.problem}`]);
  return key.key;
}

/** A text that was checked before, or the default of the setting. */
function parsed<T>({ parse, default: fallback }: SettingRow<T>, text: string = fallback ?? ''): T {
  const result = parse(text);
  if (result.problem !== undefined) throw new TypeError(`this setting has no default: ${result.problem}`);
  return result.value;
}

function createStderrLogger(clock: Clock): Logger {
  return createLogger({
    level: 'info',
    format: 'json',
    write: (line) => void process.stderr.write(line),
    clock,
  });
}

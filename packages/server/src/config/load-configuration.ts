import { resolve } from 'node:path';
import { UsageError } from 'countersign';
import type { SigningAlgorithm } from '../domain/app.js';
import { checkMode } from './check-mode.js';
import { type CollectedSettings, type ConfigurationSources, collectSettings } from './collect-settings.js';
import type { RateLimit } from './parse-duration.js';
import { type ParsedMasterKey, parseMasterKey } from './parse-master-key.js';
import { readSecretFile } from './secret-file.js';
import { type LogLevel, type Mode, SETTINGS, type SettingName } from './settings-table.js';

/** What the authority runs by. Holds no secret, so it may be printed. */
export interface Settings {
  readonly mode: Mode;
  /** Origin, and path where there is one, without a slash at the end. */
  readonly issuer: string;
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  /** Absolute path. */
  readonly dataFolder: string;
  /** Given whenever there is a mail server. */
  readonly mailFrom: string | null;
  /** Addresses and networks in CIDR notation. */
  readonly trustedProxies: readonly string[];
  /** Besides the issuer's host; lower case, with the port where it is not 80. */
  readonly allowedHosts: readonly string[];
  /** Of the authority's own tokens. */
  readonly signingAlgorithm: SigningAlgorithm;
  /** For how long a key signs; null: until a command says otherwise. */
  readonly keyRotationSeconds: number | null;
  /** For how long a person stays signed in to the authority. */
  readonly sessionLifetimeSeconds: number;
  readonly limits: { readonly mailsPerAddress: RateLimit; readonly mailsPerIp: RateLimit };
  readonly maxConnections: number;
  readonly logLevel: LogLevel;
}

/** Kept apart from the settings so that no print of those can show them. */
export interface Secrets {
  /** 32 bytes; null only in development, which then makes its own. */
  readonly masterKey: Uint8Array | null;
  /** Null only in development, which then keeps mails in its mailbox. */
  readonly smtpUrl: string | null;
  /** Null: administrators use the command line only. */
  readonly adminToken: string | null;
}

export interface Configuration {
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/**
 * Reads and checks the whole configuration; nothing is created. Relative paths are taken from the working directory.
 * Throws UsageError `invalid_options` that lists every problem with the place where the value came from.
 */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const collected = collectSettings(sources);
  const mode = collected.read('mode') ?? defaultMode(sources);
  const port = collected.read('port') ?? 0;
  const draft = {
    mode,
    issuer: collected.read('issuer') ?? (mode === 'development' ? `http://localhost:${port}` : ''),
    host: collected.read('host') ?? '',
    port,
    dataFolder: resolve(collected.read('dataFolder') ?? ''),
    mailFrom: collected.read('mailFrom') ?? null,
    trustedProxies: Object.freeze(collected.read('trustedProxies') ?? []),
    allowedHosts: Object.freeze(collected.read('allowedHosts') ?? []),
    signingAlgorithm: collected.read('signingAlgorithm') ?? 'ES256',
    keyRotationSeconds: collected.read('keyRotation') ?? null,
    sessionLifetimeSeconds: collected.read('sessionLifetime') ?? 0,
    limits: Object.freeze({
      mailsPerAddress: Object.freeze(collected.read('mailsPerAddress') ?? NO_LIMIT),
      mailsPerIp: Object.freeze(collected.read('mailsPerIp') ?? NO_LIMIT),
    }),
    maxConnections: collected.read('maxConnections') ?? 0,
    logLevel: collected.read('logLevel') ?? 'info',
  };
  const secrets = {
    masterKey: readMasterKey(collected),
    smtpUrl: readSecretText(collected, 'smtpUrl', 'smtpUrlFile'),
    adminToken: readSecretText(collected, 'adminToken', 'adminTokenFile'),
  };
  checkMode(collected, draft, sources.environment['NODE_ENV']);
  if (collected.problems.length > 0)
    throw new UsageError('invalid_options', 'configuration', collected.problems);
  return Object.freeze({ settings: Object.freeze(draft), secrets: Object.freeze(secrets) });
}

/** Stands in for a limit with a problem until all problems are thrown. */
const NO_LIMIT: RateLimit = { limit: 0, windowSeconds: 0 };

/** The settings of commands that touch nothing but the database: what serving needs may be missing. */
export function loadStorageSettings(
  sources: ConfigurationSources,
): Pick<Settings, 'mode' | 'dataFolder' | 'logLevel'> {
  const collected = collectSettings(sources);
  const settings = {
    mode: collected.read('mode') ?? defaultMode(sources),
    dataFolder: resolve(collected.read('dataFolder') ?? ''),
    logLevel: collected.read('logLevel') ?? 'info',
  };
  if (collected.problems.length > 0)
    throw new UsageError('invalid_options', 'configuration', collected.problems);
  return Object.freeze(settings);
}

function defaultMode(sources: ConfigurationSources): Mode {
  return sources.environment['NODE_ENV'] === 'production' ? 'production' : 'development';
}

function readMasterKey(collected: CollectedSettings): Uint8Array | null {
  const text = collected.read('masterKey');
  const path = collected.read('masterKeyFile');
  if (refuseBoth(collected, 'masterKey', 'masterKeyFile')) return null;
  let parsed: ParsedMasterKey | undefined;
  if (text !== undefined) parsed = parseMasterKey(text);
  if (path !== undefined) {
    const file = readSecretFile(path);
    parsed = file.problem === undefined ? parseMasterKey(file.bytes) : file;
  }
  if (parsed?.problem === undefined) return parsed?.key ?? null;
  collected.problems.push(
    `${collected.label(path === undefined ? 'masterKey' : 'masterKeyFile')}: ${parsed.problem}`,
  );
  return null;
}

/** A secret of one line, given itself or by the file that holds it. */
function readSecretText(
  collected: CollectedSettings,
  secret: 'smtpUrl' | 'adminToken',
  inFile: 'smtpUrlFile' | 'adminTokenFile',
): string | null {
  const text = collected.read(secret);
  const path = collected.read(inFile);
  if (refuseBoth(collected, secret, inFile)) return null;
  if (path === undefined) return text ?? null;
  const file = readSecretFile(path);
  const content = file.problem === undefined ? Buffer.from(file.bytes).toString('utf8').trim() : '';
  const problem = file.problem ?? SETTINGS[secret].parse(content).problem;
  if (problem !== undefined) collected.problems.push(`${collected.label(inFile)}: ${problem}`);
  return content;
}

function refuseBoth(collected: CollectedSettings, secret: SettingName, file: SettingName): boolean {
  const both = collected.isGiven(secret) && collected.isGiven(file);
  if (both) collected.problems.push(`${collected.label(secret)} and ${collected.label(file)}: give only one`);
  return both;
}

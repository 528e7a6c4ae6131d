import { type Command, InvalidArgumentError } from 'commander';
import {
  CLIENT_AUTH_METHODS,
  CLIENT_DEFAULTS,
  type ClientAccess,
  type ClientSettings,
  GRANT_TYPES,
} from '../domain/oauth/client.js';
import { toSeconds } from './app-options.js';
import { lifetimeText } from './app-view.js';
import { CLIENT_SETTINGS_FROM_OPTIONS, kebabCase } from './client-setting-flags.js';
import { readTextFile } from './text-files.js';

/** Options of `clients create` and `clients update` under the names that commander gives them. */
export type ClientOptions = Readonly<Record<string, unknown>>;

const URN = 'urn:ietf:params:oauth:grant-type:';
const SHORT_GRANT_TYPES = GRANT_TYPES.map((grantType) => grantType.replace(URN, ''));
const LISTS: ReadonlySet<keyof ClientSettings> = new Set([
  'grantTypes',
  'redirectUris',
  'postLogoutRedirectUris',
  'access',
  'introspects',
]);
const SWITCHES: ReadonlySet<keyof ClientSettings> = new Set([
  'requirePar',
  'requireDpop',
  'skipConsent',
  'disabled',
]);

/** @param forNew says in the help what a client has where nothing is given; with an update that is what it had */
export function addClientOptions(command: Command, { forNew }: { forNew: boolean }): Command {
  const otherwise = (value: string) => (forNew ? ` (default: ${value})` : '');
  const lasting = (seconds: number) => `such as 90s, 15m, 1h or 30d${otherwise(lifetimeText(seconds))}`;
  const { authMethod, grantTypes } = CLIENT_DEFAULTS;
  command
    .optionsGroup('Client (options with "..." may be given again for more than one):')
    .option('--name <name>', 'shown to people who are asked for consent')
    .option(
      '--auth-method <method>',
      `how it authenticates: ${CLIENT_AUTH_METHODS.join(', ')}${otherwise(authMethod)}`,
    )
    .option(
      '--grant-type <type>...',
      `how it gets tokens: ${SHORT_GRANT_TYPES.join(', ')}${otherwise(grantTypes.join(' and '))}`,
      toGrantTypes,
    )
    .option('--redirect-uri <uri>...', 'where people are sent back to, exactly so', toList)
    .option('--post-logout-redirect-uri <uri>...', 'where people may be sent after logging out', toList)
    .option(
      '--access <audience and scopes>...',
      'a resource server and what may be asked for there, as "https://api.example read write"',
      toAccess,
    )
    .option('--introspects <audience>...', 'a resource server whose tokens it may look into', toList)
    .option('--jwks-file <file>', 'JWK Set with its public keys, for private_key_jwt', readTextFile)
    .option('--jwks-uri <url>', 'where its JWK Set is, for private_key_jwt')
    .option(
      '--asap-issuer <name>',
      'service of the key repository that it is, for private_key_jwt and jwt-bearer',
    )
    .option('--backchannel-logout-uri <url>', 'where it is told that somebody logged out');
  addSwitches(command);
  command
    .option(
      '--access-token-lifetime <duration>',
      lasting(CLIENT_DEFAULTS.accessTokenLifetimeSeconds),
      toSeconds,
    )
    .option('--id-token-lifetime <duration>', lasting(CLIENT_DEFAULTS.idTokenLifetimeSeconds), toSeconds)
    .option(
      '--refresh-idle <duration>',
      `unused for so long, refresh tokens end: ${lasting(CLIENT_DEFAULTS.refreshIdleSeconds)}`,
      toSeconds,
    )
    .option(
      '--refresh-lifetime <duration>',
      `used or not, they end after: ${lasting(CLIENT_DEFAULTS.refreshLifetimeSeconds)}`,
      toSeconds,
    );
  return forNew
    ? command.option('--no-grant-type', 'gets none: a resource server that only introspects')
    : addClearing(command);
}

/** The settings that were given, unchecked but for their types. */
export function clientSettingsOf(options: ClientOptions): Partial<ClientSettings> {
  const given = CLIENT_SETTINGS_FROM_OPTIONS.filter(([option]) => options[option] !== undefined);
  return Object.fromEntries(
    given.map(([option, setting]) => [setting, cleared(setting, options[option])]),
  ) as Partial<ClientSettings>;
}

function addSwitches(command: Command): void {
  command
    .option('--require-par', 'only takes requests that were pushed (RFC 9126)')
    .option('--no-require-par', 'takes others too')
    .option('--require-dpop', 'only hands out tokens that are bound to a key (RFC 9449)')
    .option('--no-require-dpop', 'hands out others too')
    .option('--skip-consent', 'a client of your own: people are not asked')
    .option('--no-skip-consent', 'people are asked')
    .option('--disabled', 'gets nothing any more; what it was granted is revoked')
    .option('--no-disabled', 'may come in again');
}

function addClearing(command: Command): Command {
  for (const [option, setting] of CLIENT_SETTINGS_FROM_OPTIONS) {
    const isNullable = setting !== 'name' && CLIENT_DEFAULTS[setting] === null;
    if (isNullable || LISTS.has(setting)) command.option(`--no-${kebabCase(option)}`, 'take it back');
  }
  return command;
}

/** `--no-...` takes a list or a single value back. */
function cleared(setting: keyof ClientSettings, value: unknown): unknown {
  if (value !== false || SWITCHES.has(setting)) return value;
  return LISTS.has(setting) ? [] : null;
}

function toList(text: string, before: readonly string[] | false | undefined): readonly string[] {
  return [...(before || []), text];
}

function toGrantTypes(text: string, before: readonly string[] | false | undefined): readonly string[] {
  return toList(GRANT_TYPES.find((grantType) => grantType === URN + text) ?? text, before);
}

function toAccess(
  text: string,
  before: readonly ClientAccess[] | false | undefined,
): readonly ClientAccess[] {
  const [audience = '', ...scopes] = text.split(' ').filter((word) => word !== '');
  if (audience === '') throw new InvalidArgumentError('It must be an audience and its scopes.');
  return [...(before || []), { audience, scopes }];
}

import { CommanderError } from 'commander';
import { TokenError, UnavailableError, UsageError } from 'countersign';
import { AppSettingsError } from '../domain/app-settings.js';
import { ClientSettingsError } from '../domain/oauth/client-settings.js';
import { Refusal } from '../domain/refusal.js';
import { StoreUnavailableError } from '../domain/stores.js';
import { WrongMasterKeyError } from '../services/vault.js';
import { SchemaError } from '../store/sqlite/index.js';
import { namingFlag } from './app-setting-flags.js';
import { namingClientFlags } from './client-setting-flags.js';
import { EXIT_CODES } from './exit-codes.js';
import { withoutSecrets } from './without-secrets.js';

/** The command was given wrongly, in a way that the parser does not see. */
export class CliUsageError extends Error {
  override readonly name = 'CliUsageError';
}

/** The command was understood, and could not be done for a reason outside of it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: string;
  readonly exitCode: number;

  constructor(exitCode: number, code: string, message: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** The shape of `error` in what `--json` prints to stderr. */
export interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  /** Every problem found, where there can be several. */
  readonly problems: readonly string[];
}

const { ok, refused, usage, unreachable } = EXIT_CODES;

/** Failures of `listen` that are about the address, not about us. */
const ADDRESS_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'Another program listens there already: stop it, or choose another --port.'],
  ['EACCES', 'This user may not listen there: choose a --port from 1024 up.'],
  ['EADDRNOTAVAIL', 'This machine has no such address: choose another --host.'],
  ['ENOTFOUND', 'There is no such host name: choose another --host.'],
]);

/** What went wrong in words and as an exit code; undefined if nothing did, because help or the version was asked for. */
export function describeFailure(error: unknown): Failure | undefined {
  if (error instanceof CommanderError) return describeParserError(error);
  if (error instanceof CliUsageError) return failure(usage, 'usage', error.message);
  if (error instanceof CommandFailure) return failure(error.exitCode, error.code, error.message);
  if (error instanceof UsageError) return describeUsage(error);
  if (error instanceof AppSettingsError)
    return failure(
      usage,
      'invalid_settings',
      'The settings of the app cannot be taken:',
      error.problems.map(namingFlag),
    );
  if (error instanceof ClientSettingsError)
    return failure(
      usage,
      'invalid_settings',
      'The settings of the client cannot be taken:',
      error.problems.map(namingClientFlags),
    );
  if (error instanceof TokenError)
    return failure(refused, error.code, `${error.publicText} (${error.message})`);
  if (error instanceof UnavailableError)
    return failure(unreachable, error.code, `${error.publicText} (${error.message})`);
  if (error instanceof Refusal) return failure(refused, error.code, error.message);
  if (error instanceof SchemaError) return failure(refused, `schema_${error.reason}`, error.message);
  if (error instanceof WrongMasterKeyError) return failure(refused, 'wrong_master_key', error.message);
  if (error instanceof StoreUnavailableError) return failure(unreachable, 'store_unavailable', error.message);
  return describeAddressProblem(error) ?? describeUnexpected(error);
}

function failure(exitCode: number, code: string, message: string, problems: readonly string[] = []): Failure {
  return { exitCode, code, message: withoutSecrets(message), problems: problems.map(withoutSecrets) };
}

function describeUsage({ code, problems }: UsageError): Failure {
  return code === 'invalid_options'
    ? failure(usage, 'invalid_configuration', 'The configuration cannot be used:', problems)
    : failure(usage, code, 'What was given cannot be used:', problems);
}

function describeParserError(error: CommanderError): Failure | undefined {
  if (error.exitCode === ok) return undefined;
  // A command group without a command prints its help, which says enough.
  if (error.code === 'commander.help') return failure(usage, 'usage', 'A command is missing.');
  const text = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  // What comes after the name may be a secret under a misspelt one.
  const message = text.replace(/^(unknown option '[^'=]*)=.*'/, "$1'");
  return failure(usage, 'usage', `${message} - add --help to see what can be given`);
}

function describeAddressProblem(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('syscall' in error && 'code' in error)) return undefined;
  const isAboutListening = error.syscall === 'listen' || error.syscall === 'getaddrinfo';
  const advice = ADDRESS_PROBLEMS.get(String(error.code));
  if (!isAboutListening || advice === undefined) return undefined;
  const { address = '', port = '' } = error as { address?: unknown; port?: unknown };
  const where = address === '' ? 'the given host' : `${address}:${port}`;
  return failure(unreachable, 'address_unavailable', `Cannot listen on ${where}. ${advice}`);
}

function describeUnexpected(error: unknown): Failure {
  const text = error instanceof Error ? (error.stack ?? error.message) : 'an unknown error';
  return failure(refused, 'internal_error', `This should not have happened: ${text}`);
}

import { spawn } from 'node:child_process';
import { isLoopbackHost } from '../domain/loopback-host.js';
import { CliUsageError, CommandFailure } from './describe-failure.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** What would carry the token elsewhere, or put another beside it; abbreviated as curl takes it. */
const REFUSED_ARGUMENT = /^--(?:location-t|next$|proto)|^-:|^(?:-H|--header=)?\s*authorization\s*:/i;
/** Standard input as the source of something. */
const READS_INPUT = /^(?:-[A-Za-z]*|--[\w-]+=)?(?:-|@-|[\w.-]+@-|[\w.-]+=[@<]-)$/;

/**
 * The origin of the URLs among the arguments of curl. There must be one: curl sends its headers to every URL that it
 * is given.
 *
 * @throws CliUsageError also for plain http beyond this machine, where others could read the token
 */
export function findOrigin(curlArguments: readonly string[]): string {
  const refused = curlArguments.find((argument) => REFUSED_ARGUMENT.test(argument));
  if (refused !== undefined)
    throw new CliUsageError(
      `${refused.split(':', 1)[0] || '-:'} does not go together with the token that is added.`,
    );
  if (curlArguments.some((argument) => READS_INPUT.test(argument)))
    throw new CliUsageError('Standard input carries the token to curl: give it the body as @file.');
  const urls = curlArguments.flatMap((argument) => {
    const text = argument.replace(/^--url=/, '');
    return /^https?:\/\//i.test(text) && URL.canParse(text) ? [new URL(text)] : [];
  });
  const [first, ...others] = new Set(urls.map(({ origin }) => origin));
  if (first === undefined || others.length > 0)
    throw new CliUsageError('Give curl URLs of one service, each beginning with https://, after --.');
  if (urls.some(({ protocol, hostname }) => protocol === 'http:' && !isLoopbackHost(hostname)))
    throw new CliUsageError(
      'The URL must begin with https://: a token is not sent where others can read it.',
    );
  return first;
}

/**
 * Runs curl with the token in a configuration that it reads from standard input, so that it is in no list of processes
 * and in no file; gives its exit code. curl itself drops the header on a redirect to another host; the configuration
 * keeps it from leaving https.
 */
export function runCurl(
  curlArguments: readonly string[],
  given: { readonly token: string; readonly origin: string; readonly environment: Terminal['environment'] },
): Promise<number> {
  const protocols = given.origin.startsWith('https:') ? '=https' : '=http,https';
  const configuration = [
    `header = "Authorization: Bearer ${given.token}"`,
    `proto = "${protocols}"`,
    `proto-redir = "${protocols}"`,
    // What has no scheme was not looked at, and curl would send the token there too: it is no URL then.
    'proto-default = "file"',
    '',
  ].join('\n');
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['--config', '-', ...curlArguments], {
      env: given.environment,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.once('error', () => {
      reject(
        new CommandFailure(EXIT_CODES.unreachable, 'curl_missing', 'curl cannot be run: is it installed?'),
      );
    });
    child.once('close', (code) => resolve(code ?? EXIT_CODES.refused));
    // curl may end before it has read it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(configuration);
  });
}

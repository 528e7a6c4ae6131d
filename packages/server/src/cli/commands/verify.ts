import { Command } from 'commander';
import { type AsapCaller, createAsapVerifier } from 'countersign/asap';
import { noticeOf } from '../../services/inspection/index.js';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { alignedLines } from '../output.js';
import { readToken, tokenIn } from '../read-token.js';
import { readTextFile } from '../text-files.js';
import { addVerifyingOptions, keysOf, type VerifyingOptions } from '../verifying-options.js';

export function verifyCommand(cli: Cli): Command {
  const command = new Command('verify')
    .description(
      'check a token between services as a service does, but for replay; ends with 1 if it is refused',
    )
    .argument('[file]', 'file with the token; - is standard input', '-')
    .option('--json', 'print JSON');
  return addVerifyingOptions(command).action(async (file: string, options: VerifyingOptions) => {
    const verifier = verifierOf(options);
    const token = file === '-' ? await readToken('-', cli.terminal) : tokenIn(readTextFile(file));
    const notice = noticeOf(token);
    if (notice !== null) cli.output.status(notice);
    const caller = await verifier.verifyAsync(token);
    cli.output.result({ ...caller }, linesOf(caller));
  });
}

function verifierOf(options: VerifyingOptions) {
  const { audience, issuer, keyFile, tolerance, anySubject = false, algorithm } = options;
  const keys = keysOf(options);
  if (keys === undefined)
    throw new CliUsageError('Give --keys-url or --key-file: a token is checked with a key.');
  if (audience === undefined)
    throw new CliUsageError('Give --audience: a token for another service is none for this one.');
  if (keyFile !== undefined && issuer === undefined)
    throw new CliUsageError('--key-file needs --issuer: the file does not say whose key it is.');
  return createAsapVerifier({
    keys,
    audience,
    issuers: issuer ?? null,
    toleranceSeconds: tolerance,
    subjectMustMatchIssuer: !anySubject,
    algorithms: algorithm,
  });
}

function linesOf(caller: AsapCaller): string[] {
  return alignedLines([
    ['Issuer', caller.issuer],
    ['Subject', caller.subject],
    ['Audience', caller.audience.join(', ')],
    ['Key id', caller.keyId],
    ['Token id', caller.tokenId],
    ['Issued', isoTime(caller.issuedAt)],
    ['Expires', isoTime(caller.expiresAt)],
    ['Claims', JSON.stringify(caller.claims)],
  ]);
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { systemClock } from 'countersign';
import { type Inspection, inspectToken, noticeOf } from '../../services/inspection/index.js';
import type { Cli } from '../cli.js';
import { CliUsageError } from '../describe-failure.js';
import { EXIT_CODES } from '../exit-codes.js';
import { ExitWith } from '../exit-with.js';
import { readToken } from '../read-token.js';
import { addVerifyingOptions, keysOf, type VerifyingOptions } from '../verifying-options.js';

export function inspectCommand(cli: Cli): Command {
  const command = new Command('inspect')
    .description(
      'explain rule by rule why a token between services would be refused; ends with 1 if it would be',
    )
    .argument('<token>', 'other users of this machine can see it here: - reads it from standard input')
    .option('--json', 'print JSON');
  return addVerifyingOptions(command).action(async (argument: string, options: VerifyingOptions) => {
    const keys = keysOf(options);
    if (argument !== '-' && existsSync(argument))
      throw new CliUsageError(`${argument} is a file: give it on standard input, with - in its place.`);
    const token = await readToken(argument, cli.terminal);
    const inspection = await inspectToken(token, {
      keys,
      audience: options.audience ?? null,
      issuers: options.issuer ?? null,
      toleranceSeconds: options.tolerance,
      subjectMustMatchIssuer: options.anySubject !== true,
      algorithms: options.algorithm,
      clock: systemClock,
    });
    const notice = noticeOf(token);
    const lines = linesOf(inspection);
    cli.output.result({ ...inspection, notice }, notice === null ? lines : [notice, '', ...lines]);
    if (inspection.verdict === 'refused') throw new ExitWith(EXIT_CODES.refused);
  });
}

const MARKS = { pass: 'ok     ', fail: 'REFUSED', unknown: '?      ' } as const;

const VERDICTS = {
  accepted: 'A service would accept it, unless it was used before.',
  undecided: 'No rule is broken, but not all of them could be judged.',
} as const;

function linesOf({ verdict, code, rules, unverified }: Inspection): string[] {
  const width = Math.max(...rules.map(({ rule }) => rule.length));
  return [
    ...(unverified === null
      ? []
      : [
          `Header  ${JSON.stringify(unverified.unverifiedHeader)}`,
          `Claims  ${JSON.stringify(unverified.unverifiedClaims)}`,
          '',
        ]),
    ...rules.map(({ rule, outcome, expected, found }) => {
      const line = `${MARKS[outcome]}  ${rule.padEnd(width)}  ${expected}`;
      return found === null ? line : `${line}: ${found}`;
    }),
    '',
    verdict === 'refused' ? `It would be refused: ${code}` : VERDICTS[verdict],
  ];
}

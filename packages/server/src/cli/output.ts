import { escapeLogText } from '../config/index.js';
import type { Failure } from './describe-failure.js';
import type { Terminal } from './terminal.js';

/** Results go to stdout, everything else to stderr, so that the output of a command can be piped. */
export interface Output {
  readonly json: boolean;
  /** What the command was asked for: one JSON object on one line with `--json`, else lines of text. */
  result(value: Readonly<Record<string, unknown>>, lines: readonly string[]): void;
  /** How it goes, for people; nothing with `--json`. */
  status(line: string): void;
  /** With `--json` an object `{"error": {code, message, problems}}`. */
  failure(failure: Failure): void;
}

export function createOutput(terminal: Terminal, { json }: { json: boolean }): Output {
  const toStderr = (text: string) => terminal.writeError(`${text}\n`);
  return Object.freeze({
    json,
    result(value: Readonly<Record<string, unknown>>, lines: readonly string[]) {
      const printed = json ? [JSON.stringify(value)] : lines;
      terminal.writeOut(printed.map((line) => `${escapeLogText(line)}\n`).join(''));
    },
    status(line: string) {
      if (!json) toStderr(line);
    },
    failure({ code, message, problems }: Failure) {
      if (json) toStderr(escapeLogText(JSON.stringify({ error: { code, message, problems } })));
      else {
        // Line by line, for traces. It may come from an authority elsewhere, and must not steer the terminal (S5).
        const lines = [...message.split('\n'), ...problems.map((problem) => `  - ${problem}`)];
        toStderr(lines.map(escapeLogText).join('\n'));
      }
    },
  });
}

/** Two columns, the second one aligned. */
export function alignedLines(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}

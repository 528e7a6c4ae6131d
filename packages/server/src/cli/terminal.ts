/** What a command knows of the process it runs in. Only main.ts and the stop signals go around it. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly writeOut: (text: string) => void;
  /** Everything else. */
  readonly writeError: (text: string) => void;
  /** Whether a person reads what `writeError` writes. */
  readonly isErrorRead: boolean;
}

export const processTerminal: Terminal = Object.freeze({
  environment: process.env,
  writeOut: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
  isErrorRead: process.stderr.isTTY === true,
});

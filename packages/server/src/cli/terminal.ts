/** What a command knows of the process it runs in. Only main.ts and the stop signals go around it. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly writeOut: (text: string) => void;
  /** Everything else. */
  readonly writeError: (text: string) => void;
  /** Whether a person reads what `writeError` writes. */
  readonly isErrorRead: boolean;
  /** All of standard input, as far as it is not absurdly long. */
  readonly readInput: () => Promise<string>;
}

const MAX_INPUT_BYTES = 65_536;

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += chunk.length;
    chunks.push(chunk);
    if (length > MAX_INPUT_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

export const processTerminal: Terminal = Object.freeze({
  environment: process.env,
  writeOut: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
  isErrorRead: process.stderr.isTTY === true,
  readInput: readStandardInput,
});

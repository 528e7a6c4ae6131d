import type { Output } from './output.js';
import type { Terminal } from './terminal.js';

/** What every command is given. */
export interface Cli {
  readonly output: Output;
  readonly terminal: Terminal;
}

#!/usr/bin/env node
/** The `countersign` command. Nothing imports this folder: commands parse, call the layers below and print. */
import { runCli } from './run-cli.js';
import { processTerminal } from './terminal.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough, as `head` does.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// A log that nobody takes any more, or a full disk under it, is no reason to stop serving (S12).
process.stderr.on('error', () => {});
process.exitCode = await runCli(process.argv.slice(2), processTerminal);

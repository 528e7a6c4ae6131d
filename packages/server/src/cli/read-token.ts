import { CliUsageError } from './describe-failure.js';
import type { Terminal } from './terminal.js';

/** The token itself, also where a whole `Authorization` header or its value was given. */
export function tokenIn(text: string): string {
  const token = text.trim().replace(/^(?:authorization:)?\s*bearer\s+/i, '');
  if (token === '') throw new CliUsageError('There is no token in what was given.');
  return token;
}

/** `-` stands for standard input, which other users of the machine cannot read. */
export async function readToken(argument: string, terminal: Terminal): Promise<string> {
  return tokenIn(argument === '-' ? await terminal.readInput() : argument);
}

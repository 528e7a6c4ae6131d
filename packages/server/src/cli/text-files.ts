import { readFileSync, statSync } from 'node:fs';
import { errorCode } from '../config/index.js';
import { readSecretFile } from '../config/secret-file.js';
import { CliUsageError } from './describe-failure.js';

const MAX_BYTES = 65_536;

/** @throws CliUsageError for a file that cannot be read, or is far larger than what is asked for */
export function readTextFile(path: string): string {
  try {
    if (statSync(path).size <= MAX_BYTES) return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliUsageError(`${path} cannot be read (${errorCode(error)})`);
  }
  throw new CliUsageError(`${path} is larger than ${MAX_BYTES} bytes`);
}

/** @throws CliUsageError also for a file that other users can read (S7) */
export function readSecretTextFile(path: string): string {
  return Buffer.from(readSecretBytesFile(path)).toString('utf8');
}

/** As it is: bytes that are no text stay what they are. @throws CliUsageError as readSecretTextFile */
export function readSecretBytesFile(path: string): Uint8Array {
  const file = readSecretFile(path);
  if (file.problem !== undefined) throw new CliUsageError(file.problem);
  return file.bytes;
}

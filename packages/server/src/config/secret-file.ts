import { readFileSync, statSync } from 'node:fs';

const MAX_BYTES = 4096;

/** Reads a file that holds one secret. Problems name the file and never its content. */
export function readSecretFile(
  path: string,
): { readonly bytes: Uint8Array; readonly problem?: undefined } | { readonly problem: string } {
  try {
    if (isReadableByOthers(path)) return { problem: `${path} can be read by other users: chmod 600 ${path}` };
    if (statSync(path).size > MAX_BYTES) return { problem: `${path} is larger than ${MAX_BYTES} bytes` };
    return { bytes: readFileSync(path) };
  } catch (error) {
    return { problem: `${path} cannot be read (${errorCode(error)})` };
  }
}

/** Whether any user of the machine can read the file. On Windows the mode says nothing about it. */
export function isReadableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0;
}

/** `ENOENT` and the like: all of a file system error that belongs into a message. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

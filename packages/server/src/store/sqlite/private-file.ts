import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Makes the file, and the folders above it, readable for the owner only. An existing file keeps its content. */
export function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
  closeSync(openSync(file, 'a', FILE_MODE));
}

/**
 * Takes the rights of group and others from a database and the files beside it: it holds addresses, and sealed keys.
 * SQLite makes `-wal` and `-shm` with the mode of the database.
 */
export function restrictToOwner(file: string): void {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    if (existsSync(name) && (statSync(name).mode & 0o077) !== 0) chmodSync(name, FILE_MODE);
  }
}

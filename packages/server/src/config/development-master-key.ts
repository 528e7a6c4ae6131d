import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from 'countersign';
import { DEVELOPMENT_KEY_PREFIX, parseMasterKey } from './parse-master-key.js';
import { errorCode, readSecretFile } from './secret-file.js';

const FILE_NAME = 'development-master-key';

/**
 * The master key of development mode: made on the first start, kept in the data folder for its owner's eyes only (S7).
 * Two processes that start at once end up with one key, because a finished file is linked into place and only one
 * link can succeed.
 * Throws UsageError `invalid_options` if the folder or the file cannot be used.
 */
export function openDevelopmentMasterKey(dataFolder: string): Uint8Array {
  const path = join(dataFolder, FILE_NAME);
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    createOnce(path);
  } catch (error) {
    throw new UsageError('invalid_options', 'configuration', [
      `dataFolder: the development master key cannot be kept in ${dataFolder} (${errorCode(error)})`,
    ]);
  }
  const parsed = readDevelopmentKey(path);
  if (parsed.problem !== undefined)
    throw new UsageError('invalid_options', 'configuration', [
      `the development master key: ${parsed.problem}`,
    ]);
  return parsed.key;
}

/** Writes a new key to a file of its own and links it to `path`, which fails where `path` is there already. */
function createOnce(path: string): void {
  const draft = `${path}.${randomUUID()}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${DEVELOPMENT_KEY_PREFIX}${randomBytes(32).toString('base64url')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
}

function readDevelopmentKey(path: string): ReturnType<typeof parseMasterKey> {
  const file = readSecretFile(path);
  if (file.problem !== undefined) return file;
  const text = Buffer.from(file.bytes).toString('latin1').trim();
  return text.startsWith(DEVELOPMENT_KEY_PREFIX)
    ? parseMasterKey(text.slice(DEVELOPMENT_KEY_PREFIX.length))
    : { problem: `${path} is damaged` };
}

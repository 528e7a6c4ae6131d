/** A folder of public keys as a repository: `<root>/<kid>` is the PEM file of the key. */
import type { Stats } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseKeyId } from 'countersign/asap';
import type { Logger } from '../domain/logger.js';
import type { PublishedKey } from '../domain/published-key.js';
import { Refusal } from '../domain/refusal.js';
import type { KeyRepository } from './key-repository.js';
import { normalisePublicKey } from './public-key-pem.js';

export interface KeyFolderOptions {
  readonly root: string;
  /** Told of files that hold no public key. */
  readonly logger: Logger;
}

const MAX_BYTES = 16 * 1024;

/**
 * Looks at the file for every request, so that a key that is put there, or taken away, counts at once. Undefined for
 * what can be no kid, for folders, for what a symbolic link keeps outside of the root (A4), for files over 16 KiB, and
 * for files that hold no sound public key: a private one is never given out.
 * Refusal unavailable where the file system refuses.
 */
export function createKeyFolder({ root, logger }: KeyFolderOptions): Pick<KeyRepository, 'find'> {
  return Object.freeze({
    async find(kid: string): Promise<PublishedKey | undefined> {
      const parsed = parseKeyId(kid);
      const file = parsed.ok ? await readInside(root, kid) : undefined;
      if (!parsed.ok || file === undefined) return undefined;
      const pem = readPem(file.content, (reason) => logger.warn('file is no public key', { kid, reason }));
      const [issuer = kid] = parsed.segments;
      const publishedAt = Math.floor(file.stats.mtimeMs / 1000);
      return pem === undefined ? undefined : { kid, issuer, pem, publishedAt, revokedAt: null };
    },
  });
}

/** Codes of what is simply not there: no such file, a file where a folder would have to be, a name too long. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP']);

async function readInside(
  root: string,
  kid: string,
): Promise<{ readonly content: string; readonly stats: Stats } | undefined> {
  try {
    const path = await realpath(join(root, kid));
    if (!path.startsWith(`${await realpath(root)}${sep}`)) return undefined;
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
      return { content: await file.readFile('latin1'), stats };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (ABSENT.has(code)) return undefined;
    throw new Refusal('unavailable', { cause: error });
  }
}

function readPem(content: string, onProblem: (reason: string) => void): string | undefined {
  try {
    return normalisePublicKey(content);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    onProblem(error.code);
    return undefined;
  }
}

/** One file of a private key directory: what is in it, and how to tell cheaply that it is still the same. */
import { hash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { AlgorithmName } from './algorithms.js';
import { importPrivateKey } from './import-key.js';
import type { Key } from './key.js';

/** What a file or folder looked like; also that it could not be looked at. */
export interface Stamp {
  readonly path: string;
  readonly text: string;
  readonly changedAtMs: number;
}

/** A file that was looked into: its key for the algorithm, or why it is passed over. */
export interface KeyFile {
  readonly stamp: Stamp;
  /** A digest of what it held. */
  readonly content: string | undefined;
  readonly key: Key<'private'> | undefined;
  readonly problem: string | undefined;
}

export interface KeyFileRequest {
  readonly path: string;
  /** The file must lie under this folder, links followed. */
  readonly realRoot: string;
  readonly keyId: string;
  readonly algorithm: AlgorithmName;
}

const MAX_FILE_BYTES = 65_536;

/** Reads the file; imports it unless it holds what it held before. Throws nothing that is the fault of the file. */
export function readPrivateKeyFile(request: KeyFileRequest, before: KeyFile | undefined): KeyFile {
  const { path, realRoot, keyId, algorithm } = request;
  // Taken before the file is read: a change in between shows as a change the next time.
  const stamp = stampOf(path);
  const pem = readSmallFile(path, realRoot);
  if ('problem' in pem) return { stamp, content: undefined, key: undefined, problem: pem.problem };
  const content = hash('sha256', pem.text);
  if (content === before?.content) return { ...before, stamp };
  try {
    const key = importPrivateKey({ algorithm, kid: keyId, pem: pem.text });
    return { stamp, content, key, problem: undefined };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { stamp, content, key: undefined, problem: error.problems.join('; ') };
  }
}

function readSmallFile(path: string, realRoot: string): { text: string } | { problem: string } {
  try {
    if (!isInside(realRoot, realpathSync(path)))
      return { problem: 'it is a link that leads out of the root' };
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) {
      return { problem: `it is no file of at most ${MAX_FILE_BYTES} bytes` };
    }
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
    return { problem: `it cannot be read (${code})` };
  }
}

/** Both paths must have their links resolved. */
export function isInside(realRoot: string, realPath: string): boolean {
  return realPath.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

/** Follows links: a link that is turned to another file shows as another file. */
export function stampOf(path: string): Stamp {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    const text = `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    return { path, text, changedAtMs: Math.max(mtimeMs, ctimeMs) };
  } catch {
    return { path, text: 'cannot be looked at', changedAtMs: Number.NEGATIVE_INFINITY };
  }
}

/** Published keys as a folder, for a static file host that answers `GET /<kid>` with the file of that path. */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseKeyId } from 'countersign/asap';
import type { PublishedKey } from '../domain/published-key.js';
import { Refusal } from '../domain/refusal.js';

/** What an export did. Files that belong to no published key are left alone. */
export interface KeyExport {
  readonly written: number;
  readonly unchanged: number;
  /** Files of keys that are revoked, or skipped now. */
  readonly removed: number;
  /** Published keys that the folder does not hold, and why: the end of a sentence that begins with the kid. */
  readonly skipped: readonly { readonly kid: string; readonly reason: string }[];
}

const IS_FOLDER = 'is also the folder of other keys, which a file system cannot have';
const IN_THE_WAY = 'has a symbolic link, a file or a folder of somebody else in its way';
const NO_KEY_ID = 'is no key id';

/**
 * Makes `folder` (and makes it, if need be) hold the usable keys among `keys` and none of the others. Each file appears
 * whole or not at all, and never outside of the folder: a symbolic link below it is not followed (A4). A private key in
 * the folder is left where it is.
 * The host must tell upper from lower case in paths, and send `application/x-pem-file`.
 * @throws Refusal unavailable where the file system refuses
 */
export async function exportKeys(keys: readonly PublishedKey[], folder: string): Promise<KeyExport> {
  try {
    await mkdir(folder, { recursive: true });
    return await exportInto(await realpath(folder), keys);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Refusal('unavailable', { message: `The keys cannot be exported (${code}).`, cause: error });
  }
}

async function exportInto(root: string, keys: readonly PublishedKey[]): Promise<KeyExport> {
  const skipped: { kid: string; reason: string }[] = [];
  const wanted: PublishedKey[] = [];
  const unwanted: string[] = [];
  const folders = new Set(keys.filter(isUsable).flatMap(({ kid }) => foldersAbove(kid)));
  for (const key of keys) {
    // Checked again, since a path is made of it: the database may have been written by others.
    if (!parseKeyId(key.kid).ok) skipped.push({ kid: key.kid, reason: NO_KEY_ID });
    else if (isUsable(key) && !folders.has(key.kid)) wanted.push(key);
    else unwanted.push(key.kid);
    if (isUsable(key) && folders.has(key.kid)) skipped.push({ kid: key.kid, reason: IS_FOLDER });
  }
  // First, because what goes may be a file where a folder has to be.
  let removed = 0;
  for (const kid of unwanted) if (await removeKey(root, kid)) removed += 1;
  const counts = { written: 0, unchanged: 0 };
  for (const key of wanted) {
    const outcome = await writeKey(root, key);
    if (outcome === 'in the way') skipped.push({ kid: key.kid, reason: IN_THE_WAY });
    else counts[outcome] += 1;
  }
  return { ...counts, removed, skipped };
}

const isUsable = ({ revokedAt }: PublishedKey) => revokedAt === null;

/** `a` and `a/b` of `a/b/c`. */
function foldersAbove(kid: string): string[] {
  const segments = kid.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

async function writeKey(
  root: string,
  { kid, pem }: PublishedKey,
): Promise<'written' | 'unchanged' | 'in the way'> {
  for (const folder of foldersAbove(kid)) if (!(await makeFolder(join(root, folder)))) return 'in the way';
  const file = join(root, kid);
  const present = await statOf(file);
  if (present?.isDirectory() === true) return 'in the way';
  const content = present?.isFile() === true ? await readFile(file, 'latin1') : '';
  if (content === pem) return 'unchanged';
  if (isPrivateKey(content)) return 'in the way';
  // No kid holds a tilde, so that the unfinished file is nobody's key. A rename replaces a link instead of following it.
  const unfinished = join(dirname(file), `~${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(unfinished, pem, { flag: 'wx', flush: true });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return 'written';
}

async function makeFolder(path: string): Promise<boolean> {
  const present = await statOf(path);
  if (present === undefined) await mkdir(path, { recursive: true });
  return present?.isDirectory() ?? true;
}

/** Removes the file of the key and the folders that this leaves empty; false if there is none, or not one of ours. */
async function removeKey(root: string, kid: string): Promise<boolean> {
  const folders = foldersAbove(kid).map((folder) => join(root, folder));
  for (const folder of folders) if ((await statOf(folder))?.isDirectory() !== true) return false;
  const file = join(root, kid);
  if ((await statOf(file))?.isFile() !== true || isPrivateKey(await readFile(file, 'latin1'))) return false;
  await rm(file);
  for (const folder of folders.reverse()) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isGone) break;
  }
  return true;
}

/** In the folder of a service its private key has the name of the published one: it is not ours to lose. */
function isPrivateKey(content: string): boolean {
  return /PRIVATE KEY/i.test(content);
}

/** Of the path itself, not of what a link leads to. */
async function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

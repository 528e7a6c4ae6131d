/** A new key pair as files: the private half where its service reads it, the public half where it is published from. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportPrivatePem, exportPublicPem, generateKeyPair } from 'countersign';
import { type AsapAlgorithm, findIssuerProblem, parseKeyId } from 'countersign/asap';
import { Refusal } from '../domain/refusal.js';

export interface NewKeyFiles {
  readonly issuer: string;
  /** Without `.pem`. Services sign with the key whose name comes last. */
  readonly name: string;
  readonly algorithm: AsapAlgorithm;
  /** Gets `<issuer>/<name>.pem`. */
  readonly privateFolder: string;
  /** Gets `<issuer>/<name>.pem` too; null puts the public key beside the private one, as `<name>.pub`. */
  readonly publicFolder: string | null;
}

export interface KeyFiles {
  readonly kid: string;
  readonly privateFile: string;
  readonly publicFile: string;
}

/**
 * Makes the pair and its files, the public one first: a key must not sign before it can be published. Neither file
 * replaces one that is there; the private one is for its owner only. Signers pass over a file that is half-written.
 * Refusals: invalid_parameter for an issuer or a name that makes no key id, conflict for a file that exists,
 * unavailable where the file system refuses.
 */
export async function createKeyFiles(wanted: NewKeyFiles): Promise<KeyFiles> {
  const { issuer, name, privateFolder, publicFolder } = wanted;
  const kid = keyIdOf(issuer, name);
  const privateFile = join(privateFolder, issuer, `${name}.pem`);
  const publicFile =
    publicFolder === null
      ? join(privateFolder, issuer, `${name}.pub`)
      : join(publicFolder, issuer, `${name}.pem`);
  const { privateKey, publicKey } = generateKeyPair(wanted.algorithm, { kid });
  await writeNewFile(publicFile, exportPublicPem(publicKey), {
    file: 0o644,
    folder: publicFolder === null ? 0o700 : 0o755,
  });
  try {
    await writeNewFile(privateFile, exportPrivatePem(privateKey), { file: 0o600, folder: 0o700 });
  } catch (error) {
    await rm(publicFile, { force: true });
    throw error;
  }
  return { kid, privateFile, publicFile };
}

function keyIdOf(issuer: string, name: string): string {
  const issuerProblem = findIssuerProblem(issuer);
  if (issuerProblem !== undefined)
    throw new Refusal('invalid_parameter', { message: `The issuer ${issuerProblem}.` });
  const parsed = parseKeyId(`${issuer}/${name}.pem`);
  if (!parsed.ok) throw new Refusal('invalid_parameter', { message: `The key id ${parsed.problem}.` });
  if (parsed.segments.length !== 2)
    throw new Refusal('invalid_parameter', { message: 'The name of the key must not hold a slash.' });
  return parsed.keyId;
}

async function writeNewFile(
  path: string,
  content: string,
  mode: { readonly file: number; readonly folder: number },
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: mode.folder });
    await writeFile(path, content, { flag: 'wx', mode: mode.file, flush: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'EEXIST')
      throw new Refusal('conflict', { message: `${path} exists already: choose another name.` });
    throw new Refusal('unavailable', { message: `${path} cannot be written (${code}).`, cause: error });
  }
}
